namespace Reverie.Explain;

/// <summary>Turns the items that runs have done into the progress of a method.</summary>
internal sealed class RunCounter : IProgress<int>
{
    private readonly IProgress<ExplainProgress> _progress;
    private readonly string _method;
    private readonly int _before;
    private readonly int _total;

    private RunCounter(IProgress<ExplainProgress> progress, string method, int before, int total) => (_progress, _method, _before, _total) = (progress, method, before, total);

    /// <summary>A counter for whoever listens, or null where nobody does.</summary>
    /// <param name="context">What is asked.</param>
    /// <param name="method">The method's id.</param>
    /// <param name="total">All items.</param>
    /// <param name="before">Items done before these runs.</param>
    public static RunCounter? For(AttributionContext context, string method, int total, int before = 0) =>
        context.Progress is { } progress ? new(progress, method, before, total) : null;

    public void Report(int value) => _progress.Report(new(_method, _before + value, _total));
}
