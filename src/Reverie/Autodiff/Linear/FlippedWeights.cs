using Reverie.Onnx;

namespace Reverie.Autodiff.Linear;

/// <summary>Weights of the adjoint convolution, made once when the graph is built.</summary>
internal static class FlippedWeights
{
    /// <summary>[M, C/g, k...] becomes [C, M/g, k...] with every kernel turned around.</summary>
    public static Value Of(Emitter emitter, string name, Tensor weights, long group)
    {
        var key = $"{name}/flipped{(group == 1 ? "" : $"_{group}")}";
        if (!emitter.Graph.Constants.ContainsKey(key))
        {
            if (emitter.Graph.Has(key)) key = emitter.Graph.Fresh(key);
            emitter.Graph.Constants[key] = weights.Type == ElementType.Float ? Flip<float>(weights, group) : Flip<double>(weights, group);
            emitter.Graph.Refresh();
        }
        return emitter[key];
    }

    internal static Tensor Flip<T>(Tensor weights, long group) where T : unmanaged
    {
        var shape = weights.Shape.ToArray();
        int outputs = (int)(shape[0] / group), inputs = (int)shape[1], area = (int)Tensor.CountOf(shape.AsSpan(2)), groups = (int)group;
        var from = weights.Span<T>();
        var to = new T[from.Length];
        for (var g = 0; g < groups; g++)
            for (var output = 0; output < outputs; output++)
                for (var input = 0; input < inputs; input++)
                {
                    var source = from.Slice(((g * outputs + output) * inputs + input) * area, area);
                    var target = to.AsSpan(((g * inputs + input) * outputs + output) * area, area);
                    source.CopyTo(target);
                    target.Reverse(); // reversing the flat kernel turns it around along all its axes
                }
        long[] turned = [shape[1] * group, outputs, .. shape[2..]];
        return Tensor.Of<T>(to, turned);
    }
}
