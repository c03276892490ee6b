namespace Reverie.Explain;

/// <summary>How far an explanation is.</summary>
/// <param name="Method">The method's id.</param>
/// <param name="Done">Units of work done: steps, samples, windows.</param>
/// <param name="Total">Units of work in all, as far as is known now; refinement may add to it.</param>
public sealed record ExplainProgress(string Method, int Done, int Total);
