using Reverie.Onnx;

namespace Reverie.Axioms;

/// <summary>A change of a tensor's channels: channel c becomes <c>Scale[c]</c> times what channel <c>From[c]</c> was.</summary>
internal sealed record ChannelChange(int[] From, double[] Scale)
{
    /// <summary>The number of channels.</summary>
    public int Count => From.Length;
}

/// <summary>The numbers that layers have for each of their channels, and how they take part in a <see cref="ChannelChange"/>.</summary>
internal static class ChannelLayer
{
    /// <summary>Whether a convolution has one filter, or several, for each channel alone.</summary>
    public static bool IsDepthwise(RewriteContext c, Node node) => c.ShapeOf(node.Input(1)) is [_, 1, ..] && node.Int("group", 1) > 1;

    /// <summary>The channels that a layer with constant weights writes; null for other nodes.</summary>
    public static int? Outputs(RewriteContext c, Node node)
    {
        if (RewriteContext.Is(node, "Conv")) return c.Numbers(node.Input(1)) is not null && HasConstant(2, c.ShapeOf(node.Input(1))[0]) ? (int)c.ShapeOf(node.Input(1))[0] : null;
        if (RewriteContext.Is(node, "BatchNormalization")) return IsNormalisation(c, node) ? c.Numbers(node.Input(1))!.Length : null;
        if (!RewriteContext.Is(node, "Gemm") || !IsDense(c, node)) return null;
        var outputs = c.ShapeOf(node.Input(1))[node.Int("transB", 0) == 1 ? 0 : 1];
        return HasConstant(2, outputs) ? (int)outputs : null;

        bool HasConstant(int input, long count) => !node.HasInput(input) || c.Numbers(node.Input(input))?.Length == count;
    }

    /// <summary>Whether a node is a BatchNormalization at inference with constant numbers.</summary>
    public static bool IsNormalisation(RewriteContext c, Node node) => RewriteContext.Is(node, "BatchNormalization") && node.Int("training_mode", 0) == 0
        && Enumerable.Range(1, 4).All(input => c.Numbers(node.Input(input)) is not null) && node.Outputs.Skip(1).All(output => output.Length == 0);

    /// <summary>Whether a node is a dense layer [N,K] x [K,M] with constant weights.</summary>
    public static bool IsDense(RewriteContext c, Node node) => c.Numbers(node.Input(1)) is not null && c.ShapeOf(node.Input(1)).Length == 2
        && (RewriteContext.Is(node, "MatMul") || RewriteContext.Is(node, "Gemm") && node.Int("transA", 0) == 0) && c.Shape(node.Input(0)) is { Length: 2 };

    /// <summary>Changes the channels that a layer writes.</summary>
    public static void ChangeOutputs(RewriteContext c, Node node, ChannelChange change)
    {
        if (RewriteContext.Is(node, "BatchNormalization"))
        {
            // y = scale * (...) + bias
            foreach (var input in (int[])[1, 2]) PerChannel(c, node, input, 0, 1, change, scale => scale);
            return;
        }
        var shape = c.ShapeOf(node.Input(1));
        if (RewriteContext.Is(node, "Gemm") && node.Int("transB", 0) == 0) Columns(c, node, shape, change);
        else PerChannel(c, node, 1, 0, (int)shape[1..].Aggregate(1L, (one, other) => one * other), change, scale => scale);
        if (node.HasInput(2)) PerChannel(c, node, 2, 0, 1, change, scale => scale);
    }

    /// <summary>Makes a layer's weights undo a change of the channels that it reads.</summary>
    public static void Absorb(RewriteContext c, ChannelUse use, ChannelChange change)
    {
        var node = use.Node;
        if (RewriteContext.Is(node, "BatchNormalization"))
        {
            // scale * (x - mean) / sqrt(variance + epsilon) with x' = s x: scale / s, and the mean times s
            PerChannel(c, node, 1, use.Offset, 1, change, scale => 1 / scale);
            PerChannel(c, node, 3, use.Offset, 1, change, scale => scale);
            return;
        }
        var shape = c.ShapeOf(node.Input(1));
        if (RewriteContext.Is(node, "Conv") && IsDepthwise(c, node))
        {
            var perInput = (int)(shape[0] / node.Int("group", 1) * shape[2..].Aggregate(1L, (one, other) => one * other));
            PerChannel(c, node, 1, use.Offset, perInput, change, scale => 1 / scale);
            return;
        }
        var isConvolution = RewriteContext.Is(node, "Conv");
        var outputsFirst = isConvolution || node.Int("transB", 0) == 1;
        var (outputs, inputs) = outputsFirst ? ((int)shape[0], (int)shape[1]) : ((int)shape[1], (int)shape[0]);
        var taps = isConvolution ? (int)shape[2..].Aggregate(1L, (one, other) => one * other) : 1;
        var (old, values) = (c.Numbers(node.Input(1))!, c.Numbers(node.Input(1))!);
        for (var output = 0; output < outputs; output++)
            for (var channel = 0; channel < change.Count; channel++)
                for (var place = 0; place < use.Area; place++)
                {
                    var (to, from) = ((use.Offset + channel) * use.Area + place, (use.Offset + change.From[channel]) * use.Area + place);
                    for (var tap = 0; tap < taps; tap++)
                        values[outputsFirst ? (output * inputs + to) * taps + tap : to * outputs + output] =
                            old[outputsFirst ? (output * inputs + from) * taps + tap : from * outputs + output] / change.Scale[channel];
                }
        c.Substitute(node, 1, values, shape);
    }

    /// <summary>Puts the numbers that a layer has for each channel into the channels' new order.</summary>
    public static void Reorder(RewriteContext c, ChannelUse use, ChannelChange change)
    {
        var node = use.Node;
        if (RewriteContext.Is(node, "BatchNormalization"))
        {
            for (var input = 1; input <= 4; input++) PerChannel(c, node, input, use.Offset, 1, change, _ => 1);
            return;
        }
        PerChannel(c, node, 1, use.Offset, (int)c.ShapeOf(node.Input(1))[1..].Aggregate(1L, (one, other) => one * other), change, _ => 1);
        if (node.HasInput(2)) PerChannel(c, node, 2, use.Offset, 1, change, _ => 1);
    }

    private static void PerChannel(RewriteContext c, Node node, int input, int offset, int each, ChannelChange change, Func<double, double> factor)
    {
        var (old, values) = (c.Numbers(node.Input(input))!, c.Numbers(node.Input(input))!);
        for (var channel = 0; channel < change.Count; channel++)
            for (var index = 0; index < each; index++)
                values[(offset + channel) * each + index] = old[(offset + change.From[channel]) * each + index] * factor(change.Scale[channel]);
        c.Substitute(node, input, values, c.ShapeOf(node.Input(input)));
    }

    private static void Columns(RewriteContext c, Node node, long[] shape, ChannelChange change)
    {
        var (old, values) = (c.Numbers(node.Input(1))!, c.Numbers(node.Input(1))!);
        var (rows, columns) = ((int)shape[0], (int)shape[1]);
        for (var row = 0; row < rows; row++)
            for (var channel = 0; channel < columns; channel++) values[row * columns + channel] = old[row * columns + change.From[channel]] * change.Scale[channel];
        c.Substitute(node, 1, values, shape);
    }
}
