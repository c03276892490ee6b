using Reverie.Onnx;

namespace Reverie.Runtime.Memory;

/// <summary>
/// Foretells the memory of runs: follows the operators in the order in which ONNX Runtime runs them, from allocation to last use of every tensor, through a
/// simulation of its arena. Belongs to a compiled graph that was compiled for it; predictions take milliseconds and allocate nothing large.
/// </summary>
public sealed class MemoryPlan
{
    // A first run brings in code of ONNX Runtime and the stacks and packing buffers of its threads.
    private const long FirstRunBytes = 3_000_000, ThreadBytes = 1_000_000;

    private readonly OptimizedGraph _graph;
    private readonly IReadOnlyDictionary<string, string> _buffers;
    private readonly Dictionary<string, int> _lastUse = new(StringComparer.Ordinal);
    private readonly int _threads;
    private readonly bool _arena;
    private readonly long _unread;
    private long _resident;

    internal MemoryPlan(OptimizedGraph graph, RuntimeOptions options, long unreadBytes)
    {
        (_graph, _threads, _arena, _unread) = (graph, options.ThreadCount, options.Arena, unreadBytes);
        _buffers = BufferReuse.Plan(graph);
        for (var index = 0; index < graph.Nodes.Count; index++)
            foreach (var tensor in graph.Nodes[index].Inputs.Concat(graph.Nodes[index].Outputs)) _lastUse[Buffer(tensor)] = index;
    }

    /// <summary>Foretells the peak of a run, or of several one after the other: the arena keeps what it has taken.</summary>
    /// <param name="runs">For each run, the shapes of the inputs by name.</param>
    /// <param name="outputsGiven">Whether runs write into the caller's buffers (as counted elsewhere) rather than into memory of their own.</param>
    /// <exception cref="ReverieException">A shape does not fit the graph.</exception>
    public MemoryPrediction Predict(IEnumerable<IReadOnlyDictionary<string, long[]>> runs, bool outputsGiven = false) =>
        new(_resident, RunBytes(runs, outputsGiven));

    /// <summary>Foretells the peak of a run.</summary>
    /// <exception cref="ReverieException">A shape does not fit the graph.</exception>
    public MemoryPrediction Predict(IReadOnlyDictionary<string, long[]> inputShapes, bool outputsGiven = false) => Predict([inputShapes], outputsGiven);

    /// <summary>What runs add to a fresh session, in bytes.</summary>
    /// <exception cref="ReverieException">A shape does not fit the graph.</exception>
    public long RunBytes(IEnumerable<IReadOnlyDictionary<string, long[]>> runs, bool outputsGiven = false)
    {
        // weights are held outside the arena, which is empty before the first run
        var arena = new ArenaSimulation();
        foreach (var shapes in runs) Run(arena, shapes, outputsGiven);
        return (_arena ? arena.TouchedBytes : arena.PeakUsedBytes) + _unread + FirstRunBytes + ThreadBytes * _threads;
    }

    /// <summary>Takes what the process has resident now, once all that compilation needed is given back, as where predictions begin.</summary>
    internal void Settle()
    {
        NativeHeap.Trim();
        _resident = Machine.ResidentBytes;
    }

    private string Buffer(string tensor) => _buffers.GetValueOrDefault(tensor, tensor);

    private void Run(ArenaSimulation arena, IReadOnlyDictionary<string, long[]> inputShapes, bool outputsGiven)
    {
        var types = _graph.Types(inputShapes);
        var shapes = types.Where(pair => pair.Value.KnownShape is not null).ToDictionary(pair => pair.Key, pair => pair.Value.KnownShape!, StringComparer.Ordinal);
        foreach (var input in _graph.Inputs)
            if (inputShapes.TryGetValue(input.Name, out var shape) || (shape = input.Type.KnownShape) is not null) shapes[input.Name] = shape;
        var live = new Dictionary<string, ArenaSimulation.Block>(StringComparer.Ordinal);
        for (var index = 0; index < _graph.Nodes.Count; index++)
        {
            var node = _graph.Nodes[index];
            foreach (var output in node.Outputs)
            {
                if (output.Length == 0 || _buffers.ContainsKey(output) || (outputsGiven && _graph.Outputs.Contains(output))) continue;
                if (shapes.TryGetValue(output, out var shape)) live[output] = arena.Allocate(Tensor.CountOf(shape) * types[output].Element.Size());
            }
            if (OperatorScratch.Of(node, shapes, _threads) is > 0 and var scratch) arena.Free(arena.Allocate(scratch));
            foreach (var tensor in node.Inputs.Concat(node.Outputs).Select(Buffer).Distinct(StringComparer.Ordinal))
                if (_lastUse[tensor] == index && !_graph.Outputs.Contains(tensor) && live.Remove(tensor, out var block)) arena.Free(block);
        }
        // what a run gives back is freed by the caller, after its end
        foreach (var block in live.Values) arena.Free(block);
    }
}
