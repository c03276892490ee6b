using Reverie.Autodiff;
using Reverie.Autodiff.Linear;

namespace Reverie.Explain;

/// <summary>The rules of relevance propagation for one layer with weights, each written with two primitives: the forward pass and its adjoint, with substituted weights.</summary>
internal sealed class LrpLayer(RuleContext c, LinearOperator layer, bool ignoreBias, Func<Value, int, Value> stable, (Value Low, Value High)? bounds)
{
    private readonly Value _x = layer.X;

    /// <summary>The relevance of the layer's input under a rule.</summary>
    public Value Relevance(LrpRule rule) => rule.Kind switch
    {
        LrpRuleKind.Pass => c.Dy,
        LrpRuleKind.Gamma => Gamma(rule.Gamma),
        LrpRuleKind.AlphaBeta => AlphaBeta(rule.Alpha),
        LrpRuleKind.ZPlus => AlphaBeta(1),
        LrpRuleKind.ZBox => Box(),
        LrpRuleKind.WSquare => Weighted(layer.Substituted("squared", weight => weight * weight)),
        LrpRuleKind.Flat => Weighted(layer.Substituted("ones", _ => 1)),
        _ => Epsilon(),
    };

    private Value? Bias => ignoreBias ? null : layer.Bias;

    private Value Share(Value z) => c.Dy / stable(z, c.Emitter.RankOf(c.Node.Output));

    // x w; z = x w + b, the layer's output
    private Value Epsilon() => _x * layer.Adjoint(Share(ignoreBias ? layer.Forward(_x, layer.Weights) : c.Y), layer.Weights);

    // Where the output is positive, positive contributions count 1 + gamma times; where it is negative, negative ones (the generalised form, for inputs of any sign).
    private Value Gamma(double gamma)
    {
        var more = layer.Substituted(FormattableString.Invariant($"positive_{gamma}"), weight => weight + gamma * Math.Max(weight, 0));
        var less = layer.Substituted(FormattableString.Invariant($"negative_{gamma}"), weight => weight + gamma * Math.Min(weight, 0));
        var (positive, negative) = Parts();
        var up = Plus(layer.Forward(positive, more) + layer.Forward(negative, less), Bias);
        var down = Plus(layer.Forward(positive, less) + layer.Forward(negative, more), Bias);
        var isDown = c.Y < 0;
        var rising = isDown.Choose(0, Share(up));
        var falling = isDown.Choose(Share(down), 0);
        return positive * (layer.Adjoint(rising, more) + layer.Adjoint(falling, less)) + negative * (layer.Adjoint(rising, less) + layer.Adjoint(falling, more));
    }

    // alpha (x+ w+ + x- w-) / z+  -  beta (x+ w- + x- w+) / z-, positive biases in z+, negative ones in z-
    private Value AlphaBeta(double alpha)
    {
        var (positive, negative) = Parts();
        var (plus, minus) = (layer.Positive, layer.Negative);
        var rising = Share(Plus(layer.Forward(positive, plus) + layer.Forward(negative, minus), Bias?.Apply("Relu")));
        var relevance = positive * layer.Adjoint(rising, plus) + negative * layer.Adjoint(rising, minus);
        if (alpha == 1) return relevance;
        var falling = Share(Plus(layer.Forward(positive, minus) + layer.Forward(negative, plus), Bias is { } bias ? Below(bias) : null));
        return relevance * alpha - (positive * layer.Adjoint(falling, minus) + negative * layer.Adjoint(falling, plus)) * (alpha - 1);
    }

    // x w - low w+ - high w-
    private Value Box()
    {
        var (low, high) = bounds ?? Range();
        var z = layer.Forward(_x, layer.Weights) - layer.Forward(low, layer.Positive) - layer.Forward(high, layer.Negative);
        var share = Share(z);
        return _x * layer.Adjoint(share, layer.Weights) - low * layer.Adjoint(share, layer.Positive) - high * layer.Adjoint(share, layer.Negative);
    }

    // Without stated bounds: the least and the greatest value of each item.
    private (Value Low, Value High) Range()
    {
        var axes = c.Emitter.Ints([.. Enumerable.Range(1, c.Rank(layer.Data) - 1).Select(axis => (long)axis)]);
        return (Of("ReduceMin"), Of("ReduceMax"));

        Value Of(string op) => c.Emitter.Op(op, [_x, axes], ("keepdims", 1)).Expand(c.Shape(layer.Data));
    }

    // In proportion to the weights given, whatever the input: pads contribute nothing.
    private Value Weighted(Value weights)
    {
        var ones = DeepLiftRules.Ones(c, c.Node.Inputs[layer.Data]);
        return layer.Adjoint(Share(layer.Forward(ones, weights)), weights);
    }

    private (Value Positive, Value Negative) Parts() => (_x.Apply("Relu"), Below(_x));

    private Value Below(Value value) => c.Emitter.Op("Min", value, c.Emitter.Scalar(0));

    private static Value Plus(Value sum, Value? bias) => bias is { } added ? sum + added : sum;
}
