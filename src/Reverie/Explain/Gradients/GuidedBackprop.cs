using Reverie.Autodiff;

namespace Reverie.Explain;

/// <summary>
/// Guided backpropagation (Springenberg et al. 2014): as the gradient, but a ReLU passes only what is positive. Pretty, and nearly blind to what the network computes
/// (Adebayo et al. 2018): it restores edges of the picture.
/// </summary>
public sealed record GuidedBackprop : AttributionMethod
{
    /// <inheritdoc/>
    public override string Id => "guided-backprop";

    /// <inheritdoc/>
    public override string Title => "Guided backpropagation";

    /// <inheritdoc/>
    public override bool IsSlope => true;

    /// <summary>As the gradient, but a ReLU passes max(cotangent, 0).</summary>
    internal static RuleTable Rules { get; } = Rectified("guided backpropagation", (c, gradient) => gradient(Positive(c.Dy)));

    /// <inheritdoc/>
    protected internal override RawAttribution Compute(AttributionContext context) => RawAttribution.Of(Backpropagation.Run(context, Rules));

    /// <summary>max(v, 0).</summary>
    internal static Value Positive(Value value) => value.Apply("Relu");

    /// <summary>The gradient's table with another rule for ReLU and for its capped form, ReLU6.</summary>
    internal static RuleTable Rectified(string name, Func<RuleContext, Func<Value, Value>, Value> rule)
    {
        var (relu, clip) = (RuleTable.Gradient["Relu"]!, RuleTable.Gradient["Clip"]!);
        return RuleTable.Gradient.With(name,
            ("Relu", c => c.Give(0, rule(c, dy => c.Through(relu, dy)))),
            ("Clip", c =>
            {
                // only a Clip from 0 on is a rectifier
                if (c.ConstantOf(1) is { Count: 1 } low && low.ToDoubles()[0] == 0) c.Give(0, rule(c, dy => c.Through(clip, dy)));
                else clip(c);
            }
        ));
    }
}
