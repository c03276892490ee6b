using Reverie.Autodiff;
using Reverie.Autodiff.Rules;
using Reverie.Onnx;

namespace Reverie.Explain;

/// <summary>
/// Maxima under DeepLIFT: the change of a window's maximum is given to the element that made it, the winner of the picture where the maximum rose, that of the reference
/// where it fell; contributions of overlapping windows add up.
/// </summary>
internal sealed class DeepLiftExtrema(DeepLiftRules rules)
{
    public void MaxPool(RuleContext c)
    {
        var (x, y) = (c.X, c.Y);
        var (x0, y0) = (rules.Reference(c, x), rules.Reference(c, y));
        Place(c, x, x0, y, y0, PoolingRules.Indices(c).Reshape(-1), TwinIndices(c, x0).Reshape(-1));
    }

    public void GlobalMaxPool(RuleContext c)
    {
        var (x, y) = (c.X, c.Y);
        var (x0, y0) = (rules.Reference(c, x), rules.Reference(c, y));
        // places in the whole tensor: that of the channel's first element, and the winner's in the channel
        var flat = x.Reshape(0, 0, -1);
        var count = c.Emitter.CountOf(x.Name);
        var places = c.Emitter.Op("Range", c.Emitter.Int(0), count.Reshape(), c.Emitter.Int(1)).Reshape(c.Emitter.Op("Shape", flat));
        Place(c, x, x0, y, y0, Winner(flat), Winner(x0.Reshape(0, 0, -1)));

        Value Winner(Value channels) =>
            c.Emitter.Op("GatherElements", [places, c.Emitter.Op("ArgMax", [channels], ("axis", 2), ("keepdims", 1))], ("axis", 2)).Reshape(-1);
    }

    /// <summary>Max, Min and their reductions: equal winners share.</summary>
    public void Shared(RuleContext c)
    {
        var isReduction = c.Node.Op.StartsWith("Reduce", StringComparison.Ordinal);
        var (y, y0) = (c.Y, rules.Reference(c, c.Y));
        var of = RuleTable.Gradient[c.Node.Op]!;
        var twinWins = c.Node.Op.EndsWith("Max", StringComparison.Ordinal) ? y0 > y : y > y0;
        for (var index = 0; index < (isReduction ? 1 : c.Node.Inputs.Count); index++)
        {
            if (!c.Wants(index)) continue;
            var (x, x0) = (c.In(index), rules.Reference(c, c.In(index)));
            // the gradient's rule shares among the winners of the picture; of its twin among those of the reference
            var dy = c.Dy * (y - y0);
            var twin = c.Twin(rules);
            var given = c.Through(of, twinWins.Choose(0, dy), index) + twin.Through(of, twinWins.Choose(dy, 0), index);
            var change = x - x0;
            var near = rules.IsNear(change, x);
            c.Give(index, near.Choose(c.Through(of, c.Dy, index), given / near.Choose(1, change)));
        }
    }

    private void Place(RuleContext c, Value x, Value x0, Value y, Value y0, Value winners, Value twins)
    {
        var (flat, flat0) = (x.Reshape(-1), x0.Reshape(-1));
        Value v = y.Reshape(-1), v0 = y0.Reshape(-1);
        var fell = v < v0;
        var change = fell.Choose(Pick(flat, twins) - v0, v - Pick(flat0, winners));
        var near = rules.IsNear(change, v);
        // equal winners have the slope of the maximum itself
        var share = c.Dy.Reshape(-1) * near.Choose(1, (v - v0) / near.Choose(1, change));
        var zeros = c.Emitter.Op("ConstantOfShape", [c.Emitter.CountOf(x.Name)], ("value", Tensor.Of([0f], 1)));
        var put = c.Emitter.Op("ScatterElements", [zeros, fell.Choose(twins, winners), share], ("axis", 0), ("reduction", "add"));
        c.Give(0, put.Reshape(c.Shape()));

        Value Pick(Value from, Value places) => c.Emitter.Op("Gather", [from, places], ("axis", 0));
    }

    private static Value TwinIndices(RuleContext c, Value x0) =>
        c.Emitter.Ops("MaxPool", 2, [x0], [.. c.Node.Attributes.Select(each => (each.Key, each.Value))])[1];
}
