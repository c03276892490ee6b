namespace Reverie.Video;

/// <summary>Works out the next element of a sequence while the caller is busy with the last one.</summary>
internal static class Ahead
{
    /// <summary>The same elements in the same order, one of them ahead. What the sequence throws is thrown where its element would be.</summary>
    /// <param name="source">The sequence; only one thread at a time is in it.</param>
    public static IEnumerable<T> ByOne<T>(IEnumerable<T> source)
    {
        using var elements = source.GetEnumerator();
        var next = Task.Run(elements.MoveNext);
        try
        {
            while (next.GetAwaiter().GetResult())
            {
                var element = elements.Current;
                next = Task.Run(elements.MoveNext);
                yield return element;
            }
        }
        finally
        {
            // a sequence that is left early must not be closed while it is at work; what it met then is of no interest to who left
            Task.WhenAny(next).Wait(CancellationToken.None);
        }
    }
}
