using Reverie.Onnx;

namespace Reverie.Runtime;

/// <summary>Checks what a caller feeds to a graph, so that a mistake is told in the caller's terms and not in ONNX Runtime's.</summary>
internal sealed class InputCheck(IReadOnlyList<GraphValue> inputs, IReadOnlyList<string> outputs)
{
    /// <exception cref="ReverieException">An input is missing, unknown, or of the wrong type or shape.</exception>
    public void Inputs(IReadOnlyDictionary<string, RuntimeTensor> given)
    {
        foreach (var name in given.Keys)
            if (!inputs.Any(input => input.Name == name))
                throw new ReverieException(Names.Unknown("input", name, inputs.Select(input => input.Name)));
        var sizes = new Dictionary<Dim, (long Size, string Input)>();
        foreach (var input in inputs)
        {
            if (!given.TryGetValue(input.Name, out var tensor)) throw new ReverieException($"the input '{input.Name}' ({input.Type}) is missing");
            if (!Fits(input.Type, tensor)) throw new ReverieException($"the input '{input.Name}' takes {input.Type}, not {tensor}");
            for (var axis = 0; axis < (input.Type.Rank ?? 0); axis++)
            {
                // A size named twice, such as the batch of two inputs, must be the same both times.
                var (dim, size) = (input.Type.Shape![axis], tensor.Shape[axis]);
                if (!dim.IsKnown && !sizes.TryAdd(dim, (size, input.Name)) && sizes[dim].Size != size)
                    throw new ReverieException($"the size {dim} is {sizes[dim].Size} in the input '{sizes[dim].Input}' but {size} in '{input.Name}' ({tensor})");
            }
        }
    }

    /// <exception cref="ReverieException">A name is not one of the graph's outputs.</exception>
    public void Outputs(IEnumerable<string> names)
    {
        foreach (var name in names)
            if (!outputs.Contains(name)) throw new ReverieException(Names.Unknown("output", name, outputs));
    }

    private static bool Fits(TensorType type, RuntimeTensor tensor)
    {
        if (type.Element != ElementType.Undefined && type.Element != tensor.Type) return false;
        if (type.Shape is not { } shape) return true;
        if (shape.Count != tensor.Shape.Length) return false;
        for (var axis = 0; axis < shape.Count; axis++)
            if (shape[axis].Value is { } size && size != tensor.Shape[axis]) return false;
        return true;
    }
}
