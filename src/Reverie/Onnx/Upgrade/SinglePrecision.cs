using System.Runtime.InteropServices;

namespace Reverie.Onnx.Upgrade;

/// <summary>
/// Turns a graph that computes in 16-bit or 64-bit floats into one that computes in 32-bit floats: constants are converted, casts retargeted,
/// inputs and outputs retyped. Gradients in 16 bits would drown in rounding, and 64-bit graphs are made from 32-bit ones by the float64 lowering.
/// </summary>
internal static class SinglePrecision
{
    /// <summary>Converts the graph in place, and returns the floating types other than float32 that it had.</summary>
    public static IReadOnlyCollection<ElementType> Apply(Graph graph)
    {
        var found = new SortedSet<ElementType>();
        foreach (var (name, tensor) in graph.Constants.ToList())
            if (IsOther(tensor.Type)) graph.Constants[name] = Convert(tensor);
        foreach (var node in graph.Nodes)
        {
            foreach (var name in new[] { "to", "dtype" })
                if (node.Attributes.TryGetValue(name, out var type) && IsOther((ElementType)type.Int)) node.Attributes[name] = (long)ElementType.Float;
            if (node.Attributes.TryGetValue("value", out var value) && value.Kind == AttributeKind.Tensor && IsOther(value.Tensor.Type))
                node.Attributes["value"] = Convert(value.Tensor);
        }
        Retype(graph.Inputs);
        Retype(graph.Outputs);
        return found;

        bool IsOther(ElementType type)
        {
            if (type is not (ElementType.Float16 or ElementType.BFloat16 or ElementType.Double)) return false;
            found.Add(type);
            return true;
        }

        void Retype(List<GraphValue> values)
        {
            for (var index = 0; index < values.Count; index++)
                if (IsOther(values[index].Type.Element)) values[index] = values[index] with { Type = values[index].Type with { Element = ElementType.Float } };
        }
    }

    private static Tensor Convert(Tensor tensor)
    {
        var values = new float[tensor.Count];
        switch (tensor.Type)
        {
            case ElementType.Float16:
                System.Numerics.Tensors.TensorPrimitives.ConvertToSingle(tensor.Span<Half>(), values);
                break;
            case ElementType.BFloat16:
                var halves = MemoryMarshal.Cast<byte, ushort>(tensor.Data.Span);
                for (var index = 0; index < values.Length; index++) values[index] = BitConverter.Int32BitsToSingle(halves[index] << 16);
                break;
            default:
                var doubles = tensor.Span<double>();
                for (var index = 0; index < values.Length; index++) values[index] = Saturate(doubles[index]);
                break;
        }
        return Tensor.Of<float>(values, tensor.Shape);
    }

    // Attention masks hold the lowest double; as -inf it would turn a fully masked row into 0/0.
    private static float Saturate(double value) => double.IsFinite(value) ? (float)Math.Clamp(value, -float.MaxValue, float.MaxValue) : (float)value;
}
