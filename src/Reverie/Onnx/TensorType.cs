namespace Reverie.Onnx;

/// <summary>The element type and shape of a tensor of a graph.</summary>
/// <param name="Element">The element type.</param>
/// <param name="Shape">The dimensions, or null where not even their number is known.</param>
public sealed record TensorType(ElementType Element, IReadOnlyList<Dim>? Shape)
{
    /// <summary>The number of dimensions, or null where it is not known.</summary>
    public int? Rank => Shape?.Count;

    /// <summary>The shape in integers, or null where a dimension depends on sizes known only at run time.</summary>
    public long[]? KnownShape => Shape is not null && Shape.All(dim => dim.IsKnown) ? [.. Shape.Select(dim => dim.Value!.Value)] : null;

    /// <inheritdoc/>
    public override string ToString() => Shape is null ? $"{Element}[...]" : $"{Element}[{string.Join(",", Shape)}]";
}
