using Reverie.Onnx;

namespace Reverie.Runtime.Memory;

/// <summary>
/// Which tensors share memory: ONNX Runtime's allocation plan. An operator may write over an input that nothing else reads, and a tensor may take the buffer of
/// one that died before, but only where the shapes are equal whatever the sizes are, as far as ONNX Runtime knows; views such as Reshape never copy.
/// </summary>
internal sealed class BufferReuse
{
    private static readonly HashSet<string> Views = ["Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity", "Dropout"];

    private static readonly HashSet<string> InPlace =
    [
        "Abs", "Add", "Cast", "Ceil", "Clip", "Div", "Elu", "Erf", "Exp", "Floor", "HardSigmoid", "HardSwish", "LeakyRelu", "Log", "Mul", "Neg", "Not", "Pow",
        "Reciprocal", "Relu", "Round", "ScatterElements", "Selu", "Sigmoid", "Softplus", "Softsign", "Sqrt", "Sub", "Tanh", "ThresholdedRelu",
    ];

    private readonly Dictionary<string, string> _buffers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _uses = new(StringComparer.Ordinal);
    private readonly List<string> _dead = [];
    private readonly OptimizedGraph _graph;
    private readonly IReadOnlyDictionary<string, TensorType> _known;

    private BufferReuse(OptimizedGraph graph)
    {
        _graph = graph;
        _known = graph.Types(null);
        var fixedTensors = graph.Inputs.Select(input => input.Name).Concat(graph.Weights.Keys).Concat(graph.Outputs);
        foreach (var name in fixedTensors) _uses[name] = _uses.GetValueOrDefault(name) + 1;
        foreach (var node in graph.Nodes)
            foreach (var input in node.Inputs) _uses[input] = _uses.GetValueOrDefault(input) + 1;
    }

    /// <summary>For every tensor that owns no buffer, the tensor whose buffer it lies in.</summary>
    public static IReadOnlyDictionary<string, string> Plan(OptimizedGraph graph)
    {
        var plan = new BufferReuse(graph);
        foreach (var node in graph.Nodes) plan.Visit(node);
        return plan._buffers;
    }

    private string Buffer(string tensor) => _buffers.GetValueOrDefault(tensor, tensor);

    private void Visit(Node node)
    {
        for (var index = 0; index < node.Outputs.Count; index++)
        {
            var output = node.Outputs[index];
            if (output.Length == 0 || _graph.Outputs.Contains(output)) continue;
            if ((index == 0 ? Overwritten(node) : null) is { } shared)
            {
                _buffers[output] = shared;
                _uses[shared] += _uses.GetValueOrDefault(output);
            }
            else if (_dead.FindIndex(dead => SameSize(dead, output)) is >= 0 and var found)
            {
                _buffers[output] = shared = _dead[found];
                _dead.RemoveAt(found);
                _uses[shared] += _uses.GetValueOrDefault(output);
            }
        }
        foreach (var input in node.Inputs)
            if (input.Length > 0) Release(Buffer(input), 1);
        foreach (var output in node.Outputs)
            if (output.Length > 0 && !_uses.ContainsKey(output)) Release(Buffer(output), 0);
    }

    private void Release(string buffer, int uses)
    {
        if ((_uses[buffer] = _uses.GetValueOrDefault(buffer) - uses) == 0) _dead.Insert(0, buffer);
    }

    // The buffer of an input that the first output may take over.
    private string? Overwritten(Node node)
    {
        if (node.Domain.Length == 0 && Views.Contains(node.Op)) return _graph.Weights.ContainsKey(node.Inputs[0]) ? null : Buffer(node.Inputs[0]);
        // a blocked convolution adds to its fourth input
        var sums = node.Op == "Conv" && node.Inputs.Count > 3 && node.Inputs[3].Length > 0;
        if (!sums && (node.Domain.Length > 0 || !InPlace.Contains(node.Op))) return null;
        var candidates = sums ? node.Inputs.Skip(3) : node.Inputs.Take(node.Op == "ScatterElements" ? 1 : 2);
        return candidates.Select(input => (Input: input, Buffer: Buffer(input)))
            .FirstOrDefault(pair => pair.Input.Length > 0 && _uses.GetValueOrDefault(pair.Buffer) == 1 && SameSize(pair.Input, node.Output)).Buffer;
    }

    // ONNX Runtime gives no names to sizes that it computes, so that only known sizes compare as equal.
    private bool SameSize(string left, string right) =>
        _known.TryGetValue(left, out var first) && _known.TryGetValue(right, out var second) && first.Element.Size() == second.Element.Size()
        && first.KnownShape is { } shape && second.KnownShape is { } other && shape.AsSpan().SequenceEqual(other);
}
