namespace Reverie.Explain;

/// <summary>Work on a large batch, a run's worth at a time.</summary>
internal static class Batches
{
    /// <summary>Cuts the inputs into parts that one run takes, and puts the results, batch first, together again.</summary>
    public static IReadOnlyList<Signal> Run(Subject subject, IReadOnlyList<Signal> inputs, Func<IReadOnlyList<Signal>, IReadOnlyList<Signal>> run)
    {
        var (items, chunk) = (inputs.Max(input => input.Items), subject.ItemsPerRun(inputs));
        if (items <= chunk) return run(inputs);
        List<IReadOnlyList<Signal>> parts = [];
        for (var first = 0; first < items; first += chunk) parts.Add(run([.. inputs.Select(input => Part(input, first, Math.Min(chunk, items - first)))]));
        return [.. Enumerable.Range(0, parts[0].Count).Select(index => Join([.. parts.Select(part => part[index])]))];
    }

    /// <summary>Some items, copied; a batch of one stays as it is.</summary>
    public static Signal Part(Signal signal, int first, int count) => signal.Items == 1 && signal.Shape.Length > 0 && first + count != 1 || signal.Shape.Length == 0
        ? signal
        : new(signal.Values.AsSpan(first * signal.ItemLength, count * signal.ItemLength).ToArray(), [count, .. signal.ItemShape]);

    /// <summary>Batches one after the other.</summary>
    public static Signal Join(IReadOnlyList<Signal> parts) => parts is [var only]
        ? only
        : new([.. parts.SelectMany(part => part.Values)], [parts.Sum(part => (long)part.Items), .. parts[0].ItemShape]);

    /// <summary>A batch of items chosen from a signal, in a given order; a batch of one serves for any.</summary>
    public static Signal Pick(Signal signal, IReadOnlyList<int> items)
    {
        var values = new double[items.Count * signal.ItemLength];
        for (var index = 0; index < items.Count; index++) signal.Item(items[index]).CopyTo(values.AsSpan(index * signal.ItemLength));
        return new(values, [items.Count, .. signal.ItemShape]);
    }
}
