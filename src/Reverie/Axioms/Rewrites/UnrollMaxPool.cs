using Reverie.Autodiff;
using Reverie.Onnx;

namespace Reverie.Axioms;

/// <summary>
/// R7: max pools become trees of rectifiers, first along rows and then along columns. Among equals the first of a window wins, as it does in the pool.
/// </summary>
public sealed class UnrollMaxPool : EquivalentRewrite
{
    /// <inheritdoc/>
    public override string Id => "R7";

    /// <inheritdoc/>
    public override string Title => "MaxPool as a tree of ReLUs";

    /// <inheritdoc/>
    public override string Identity => "max(a, b) = a + ReLU(b - a)";

    private protected override int Rewrite(RewriteContext context)
    {
        var places = new Dictionary<Node, Func<Emitter, Value>>();
        foreach (var node in context.Graph.Nodes)
            if (RewriteContext.Is(node, "MaxPool") && node.Outputs.Count(output => output.Length > 0) == 1 && Axes(context, node) is { } axes)
                places[node] = emitter => Unrolled(emitter, node, axes);
        context.Replace("R7", places);
        return places.Count;
    }

    /// <summary>One spatial axis of a pool.</summary>
    private sealed record Axis(int Number, long Kernel, long Stride, long Dilation, long Before, long After, long Length);

    private static Axis[]? Axes(RewriteContext context, Node node)
    {
        if (context.Shape(node.Input(0)) is not { Length: 4 } from || context.Shape(node.Output) is not { Length: 4 } to || node.Ints("kernel_shape") is not [_, _] kernel) return null;
        if (node.String("auto_pad", "NOTSET") != "NOTSET") return null;
        var (strides, dilations, pads) = (node.Ints("strides") ?? [1, 1], node.Ints("dilations") ?? [1, 1], node.Ints("pads") ?? [0, 0, 0, 0]);
        var axes = new Axis[2];
        for (var axis = 0; axis < 2; axis++)
        {
            var reach = dilations[axis] * (kernel[axis] - 1);
            // as far as the last window reaches, which ceil_mode lets reach over the border
            var after = (to[axis + 2] - 1) * strides[axis] + reach + 1 - from[axis + 2] - pads[axis];
            // a pad repeats the border, which every window that reaches over it has too
            if (pads[axis] > reach || after > reach || dilations[axis] > 1 && (pads[axis] > 0 || after > 0)) return null;
            axes[axis] = new(axis + 2, kernel[axis], strides[axis], dilations[axis], pads[axis], after, from[axis + 2]);
        }
        return axes;
    }

    private static Value Unrolled(Emitter e, Node node, Axis[] axes)
    {
        var x = e[node.Input(0)];
        if (axes.Any(axis => axis.Before > 0 || axis.After > 0))
        {
            long[] pads = [0, 0, axes[0].Before, axes[1].Before, 0, 0, Math.Max(0, axes[0].After), Math.Max(0, axes[1].After)];
            x = e.Op("Pad", [x, e.Ints(pads)], ("mode", "edge"));
        }
        foreach (var axis in axes.Reverse())
        {
            var length = axis.Length + axis.Before + axis.After;
            var reach = axis.Dilation * (axis.Kernel - 1);
            var window = Enumerable.Range(0, (int)axis.Kernel).Select(step => x.Slice(e.Ints(step * axis.Dilation), e.Ints(length - reach + step * axis.Dilation), axis.Number)).ToList();
            while (window.Count > 1) window = [.. window.Chunk(2).Select(pair => pair is [var a, var b] ? a + (b - a).Apply("Relu") : pair[0])];
            x = window[0];
            if (axis.Stride > 1) x = e.Op("Slice", x, e.Ints(0), e.Ints(long.MaxValue), e.Ints(axis.Number), e.Ints(axis.Stride));
        }
        // a pool of single pixels at stride 1 is nothing at all
        return e.Nodes[^1].Output == x.Name ? x : x.Apply("Identity");
    }
}
