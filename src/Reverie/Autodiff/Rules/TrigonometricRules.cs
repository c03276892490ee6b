namespace Reverie.Autodiff.Rules;

/// <summary>Circular and hyperbolic functions and their inverses: the cotangent times the derivative.</summary>
internal static class TrigonometricRules
{
    public static void AddTo(Dictionary<string, BackwardRule> rules)
    {
        rules["Sin"] = c => c.Give(0, c.Dy * c.X.Apply("Cos"));
        rules["Cos"] = c => c.Give(0, -(c.Dy * c.X.Apply("Sin")));
        rules["Tan"] = c => c.Give(0, c.Dy * (1 + c.Y * c.Y));
        rules["Asin"] = c => c.Give(0, c.Dy / (1 - c.X * c.X).Sqrt());
        rules["Acos"] = c => c.Give(0, -(c.Dy / (1 - c.X * c.X).Sqrt()));
        rules["Atan"] = c => c.Give(0, c.Dy / (1 + c.X * c.X));
        rules["Sinh"] = c => c.Give(0, c.Dy * c.X.Apply("Cosh"));
        rules["Cosh"] = c => c.Give(0, c.Dy * c.X.Apply("Sinh"));
        rules["Asinh"] = c => c.Give(0, c.Dy / (c.X * c.X + 1).Sqrt());
        rules["Acosh"] = c => c.Give(0, c.Dy / (c.X * c.X - 1).Sqrt());
        rules["Atanh"] = c => c.Give(0, c.Dy / (1 - c.X * c.X));
    }
}
