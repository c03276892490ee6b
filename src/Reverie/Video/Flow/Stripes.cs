namespace Reverie.Video.Flow;

/// <summary>Divides rows among threads. Whoever computes a row, it is the same: results do not depend on the number of threads.</summary>
/// <param name="threads">How many.</param>
/// <param name="cancellation">Ends the work.</param>
internal sealed class Stripes(int threads, CancellationToken cancellation = default)
{
    // few enough to cost nothing, enough that no thread waits long for another
    private const int PerThread = 4;

    /// <summary>How many threads.</summary>
    public int Threads => threads;

    /// <summary>Does the work of every row.</summary>
    public void ForEachRow(int rows, Action<int> work) => For(rows, (first, end) =>
    {
        for (var row = first; row < end; row++) work(row);
    });

    /// <summary>Does the work of stripes of rows, each from its first row to before its last.</summary>
    public void For(int rows, Action<int, int> work)
    {
        cancellation.ThrowIfCancellationRequested();
        var count = threads == 1 ? 1 : Math.Min(rows, threads * PerThread);
        if (count <= 1)
        {
            if (rows > 0) work(0, rows);
            return;
        }
        Parallel.For(0, count, new() { MaxDegreeOfParallelism = threads, CancellationToken = cancellation }, stripe => work((int)((long)rows * stripe / count), (int)((long)rows * (stripe + 1) / count)));
    }
}
