namespace Reverie.Style;

/// <summary>One term of the objective.</summary>
/// <param name="Kind">What it compares.</param>
/// <param name="Layer">The tensor; empty for total variation.</param>
/// <param name="Style">The number of the target that it is compared with, where several styles have losses of their own; 0 otherwise.</param>
internal sealed record StyleTerm(StyleTermKind Kind, string Layer = "", int Style = 0)
{
    /// <summary>Whether the term is of the style picture's making.</summary>
    public bool IsStyle => Kind is StyleTermKind.Gram or StyleTermKind.Mean or StyleTermKind.Deviation or StyleTermKind.Wasserstein or StyleTermKind.Nearest;
}
