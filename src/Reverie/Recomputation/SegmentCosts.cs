using Reverie.Onnx;
using Reverie.Onnx.Shapes;

namespace Reverie.Recomputation;

/// <summary>
/// What segments of a forward pass cost at given sizes, in bytes kept and in work: from the lifetimes of the tensors of the graph as it is written, which is near
/// enough to what a runtime makes of it to tell good segments from bad.
/// </summary>
internal sealed class SegmentCosts
{
    private readonly BackwardReads _reads;
    private readonly Dictionary<string, Fact> _facts;
    private readonly long[] _moved; // by forward operator: bytes that it reads and writes
    private readonly long[] _cotangents; // the most bytes of backward tensors alive while the backward pass is there
    private readonly double[] _keptBefore; // bytes that all operators before leave to the backward pass
    private readonly double[] _workBefore;
    private readonly Dictionary<(long[] Values, int First, int Last), long> _most = [];

    /// <summary>Measures.</summary>
    /// <param name="graph">A differentiated graph.</param>
    /// <param name="heads">The tensors that were differentiated.</param>
    /// <param name="inputShapes">The shapes of the graph's inputs.</param>
    public SegmentCosts(Graph graph, IEnumerable<string> heads, IReadOnlyDictionary<string, long[]> inputShapes)
    {
        _reads = new(graph, heads);
        _facts = Inference.Run(graph, inputShapes);
        (_moved, _cotangents) = (new long[Count], new long[Count]);
        var read = _reads.Backward.Where(node => !_reads.IsEager(node.Output)).SelectMany(node => node.Inputs).ToHashSet(StringComparer.Ordinal);
        var eager = read.Where(_reads.IsEager).ToLookup(_reads.ReachOf, Bytes);
        for (var index = 0; index < Count; index++)
        {
            var node = _reads.Forward[index];
            _moved[index] = node.Outputs.Sum(Bytes) + node.Inputs.Where(input => !graph.Constants.ContainsKey(input)).Sum(Bytes);
        }
        _keptBefore = Sums(_reads.Forward.Select((node, index) => (double)node.Outputs.Where(read.Contains).Sum(Bytes) + eager[index].Sum()));
        _workBefore = Sums(_reads.Forward.Select(Work));
        MeasureCotangents();
        (Crossing, Needed) = (MeasureCrossing(graph, _ => true), MeasureCrossing(graph, tensor => !read.Contains(tensor)));
    }

    /// <summary>The number of operators in the forward pass.</summary>
    public int Count => _reads.Forward.Count;

    /// <summary>For each operator, the bytes that later operators of the forward pass still read after it: what a border there keeps.</summary>
    public IReadOnlyList<long> Crossing { get; }

    /// <summary>The part of <see cref="Crossing"/> that the backward pass itself does not read: what a border keeps where the segment before it is not computed again.</summary>
    public IReadOnlyList<long> Needed { get; }

    /// <summary>The bytes that a segment keeps for the backward pass.</summary>
    public long Kept(int first, int last) => (long)(_keptBefore[last + 1] - _keptBefore[first]);

    /// <summary>The most bytes of cotangents while the backward pass is in a segment.</summary>
    public long Cotangents(int first, int last) => Most(_cotangents, first, last);

    /// <summary>The most bytes that an operator of a segment reads and writes.</summary>
    public long Moved(int first, int last) => Most(_moved, first, last);

    /// <summary>The work of computing a segment, in multiply-adds or so.</summary>
    public double Work(int first, int last) => _workBefore[last + 1] - _workBefore[first];

    /// <summary>A stretch of operators by name.</summary>
    public RecomputedSegment Segment(int from, int first, int last) =>
        new(_reads.Forward[first].Output, _reads.Forward[last].Output, from < first ? _reads.Forward[from].Output : null);

    // The sums of all values before each place.
    private static double[] Sums(IEnumerable<double> values)
    {
        var sums = new List<double> { 0 };
        foreach (var value in values) sums.Add(sums[^1] + value);
        return [.. sums];
    }

    private long Most(long[] values, int first, int last)
    {
        if (_most.TryGetValue((values, first, last), out var most)) return most;
        for (var index = first; index <= last; index++) most = Math.Max(most, values[index]);
        return _most[(values, first, last)] = most;
    }

    private long Bytes(string tensor) => tensor.Length > 0 && _facts.TryGetValue(tensor, out var fact) && fact.Type.KnownShape is { } shape ? Tensor.CountOf(shape) * fact.Element.Size() : 0;

    private double Work(Node node)
    {
        if (node.Op is "Conv" or "ConvTranspose" && _facts[node.Inputs[1]].Type.KnownShape is { } weights && _facts[node.Op == "Conv" ? node.Output : node.Inputs[0]].Type.KnownShape is { } at)
            return (double)Tensor.CountOf(weights) * at[0] * Tensor.CountOf(at.AsSpan(2));
        if (node.Op is "Gemm" or "MatMul" && _facts[node.Inputs[1]].Type.KnownShape is [.., var inner, _]) return (double)inner * Bytes(node.Output) / sizeof(float);
        return node.Outputs.Sum(Bytes);
    }

    private long[] MeasureCrossing(Graph graph, Func<string, bool> counts)
    {
        var last = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var index = 0; index < Count; index++)
            foreach (var input in _reads.Forward[index].Inputs) last[input] = index;
        var inputs = graph.Inputs.Select(input => input.Name).ToHashSet(StringComparer.Ordinal);
        var changes = new long[Count + 1];
        for (var index = 0; index < Count; index++)
            foreach (var output in _reads.Forward[index].Outputs)
                if (last.TryGetValue(output, out var reader) && !inputs.Contains(output) && counts(output))
                {
                    changes[index] += Bytes(output);
                    changes[reader] -= Bytes(output);
                }
        var crossing = new long[Count];
        for (var (index, alive) = (0, 0L); index < Count; index++) crossing[index] = alive += changes[index];
        return crossing;
    }

    private void MeasureCotangents()
    {
        var lastUse = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var index = 0; index < _reads.Backward.Count; index++)
            foreach (var tensor in _reads.Backward[index].Inputs.Concat(_reads.Backward[index].Outputs)) lastUse[tensor] = index;
        var alive = 0L;
        for (var index = 0; index < _reads.Backward.Count; index++)
        {
            var node = _reads.Backward[index];
            if (_reads.IsEager(node.Output)) continue; // counted as kept
            alive += node.Outputs.Sum(Bytes);
            if (_reads.ReachOf(node) is var reach && reach < Count) _cotangents[reach] = Math.Max(_cotangents[reach], alive);
            foreach (var tensor in node.Inputs.Concat(node.Outputs).Distinct(StringComparer.Ordinal))
                if (lastUse[tensor] == index && _reads.ProducerOf(tensor) is null && _reads.ReachOf(tensor) < int.MaxValue && !_reads.IsEager(tensor)) alive -= Bytes(tensor);
        }
    }
}
