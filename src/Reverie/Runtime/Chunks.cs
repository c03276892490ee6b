using System.Runtime.InteropServices;
using Reverie.Onnx;

namespace Reverie.Runtime;

/// <summary>Runs a large batch in chunks that fit into memory.</summary>
public static class Chunks
{
    /// <summary>
    /// Runs <paramref name="items"/> items, <paramref name="chunk"/> at a time. An input whose first size is <paramref name="items"/> is cut along it
    /// (without a copy); other inputs are passed whole to every run. Every output must have the batch as its first size.
    /// </summary>
    /// <param name="graph">The compiled graph; its batch must be free.</param>
    /// <param name="inputs">The inputs by name; the batch is the first size.</param>
    /// <param name="items">The number of items.</param>
    /// <param name="chunk">How many items one run takes at most.</param>
    /// <param name="outputs">Which outputs are wanted; null means all.</param>
    /// <param name="progress">Told the number of items done after every chunk.</param>
    /// <param name="cancellation">Ends the run in flight.</param>
    /// <returns>The outputs of all items, in order.</returns>
    /// <exception cref="ReverieException">An input is unfit, an output has no batch, or memory is short.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public static IReadOnlyDictionary<string, RuntimeTensor> Run(CompiledGraph graph, IReadOnlyDictionary<string, RuntimeTensor> inputs, int items, int chunk,
        IReadOnlyList<string>? outputs = null, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(items);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(chunk);
        var whole = new Dictionary<string, RuntimeTensor>(StringComparer.Ordinal);
        for (var first = 0; first < items; first += chunk)
        {
            var count = Math.Min(chunk, items - first);
            var part = inputs.ToDictionary(input => input.Key,
                input => input.Value.Shape is [var batch, ..] && batch == items ? input.Value.Items(first, count) : input.Value, StringComparer.Ordinal);
            using var results = graph.Run(part, outputs, cancellation);
            foreach (var (name, result) in results)
            {
                if (result.Shape is not [var batch, .. var rest] || batch != count)
                    throw new ReverieException($"the output '{name}' ({result}) has no batch of {count} as its first size, so it cannot be computed in chunks");
                if (!whole.TryGetValue(name, out var target)) whole[name] = target = Allocate(result.Type, [items, .. rest]);
                Bytes(result).CopyTo(Bytes(target.Items(first, count)));
            }
            progress?.Report(first + count);
        }
        return whole;
    }

    private static RuntimeTensor Allocate(ElementType type, ReadOnlySpan<long> shape) => type switch
    {
        ElementType.Float => RuntimeTensor.Allocate<float>(shape),
        ElementType.Double => RuntimeTensor.Allocate<double>(shape),
        ElementType.Int64 => RuntimeTensor.Allocate<long>(shape),
        ElementType.Int32 => RuntimeTensor.Allocate<int>(shape),
        ElementType.Bool => RuntimeTensor.Allocate<bool>(shape),
        _ => throw new ReverieException($"outputs of {type} cannot be computed in chunks"),
    };

    private static Span<byte> Bytes(RuntimeTensor tensor) => tensor.Type switch
    {
        ElementType.Float => MemoryMarshal.AsBytes(tensor.Span<float>()),
        ElementType.Double => MemoryMarshal.AsBytes(tensor.Span<double>()),
        ElementType.Int64 => MemoryMarshal.AsBytes(tensor.Span<long>()),
        ElementType.Int32 => MemoryMarshal.AsBytes(tensor.Span<int>()),
        _ => MemoryMarshal.AsBytes(tensor.Span<bool>()),
    };
}
