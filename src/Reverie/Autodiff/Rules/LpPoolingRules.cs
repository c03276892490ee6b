using Reverie.Autodiff.Linear;

namespace Reverie.Autodiff.Rules;

/// <summary>
/// Pools of the p-norm, y = (sum |x|^p)^(1/p) over a window: dx = |x|^(p-1) sign(x) times dy / y^(p-1), summed over the windows that see x. A window of zeros passes nothing.
/// </summary>
internal static class LpPoolingRules
{
    public static void AddTo(Dictionary<string, BackwardRule> rules)
    {
        rules["LpPool"] = c =>
        {
            var window = Window.Of(c);
            Rule(c, share => PoolingRules.SpreadOverWindows(c, window, share));
        };
        rules["GlobalLpPool"] = c => Rule(c, share => share);
    }

    private static void Rule(RuleContext c, Func<Value, Value> spread)
    {
        var p = c.Node.Int("p", 2);
        var share = p == 1 ? c.Dy : c.Y.EqualTo(c.Emitter.Scalar(0)).Choose(0, c.Dy / Power(c.Y, p - 1));
        var slope = p switch
        {
            1 => c.X.Sign(),
            2 => c.X,
            _ => Power(c.X.Apply("Abs"), p - 2) * c.X,
        };
        c.Give(0, slope * spread(share));
    }

    private static Value Power(Value value, long exponent) => exponent switch
    {
        1 => value,
        2 => value * value,
        _ => value.Emitter.Op("Pow", value, value.Emitter.Scalar(exponent)),
    };
}
