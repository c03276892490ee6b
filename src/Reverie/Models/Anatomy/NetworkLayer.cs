using Reverie.Tiling;

namespace Reverie.Models.Anatomy;

/// <summary>
/// A layer as people draw it: an operator with the activation, bias and normalisation that follow it and nothing else reads between.
/// </summary>
public sealed record NetworkLayer
{
    /// <summary>The last tensor that the layer computes: the name under which dreams, styles and <c>activations</c> know it. For the picture, the network's input.</summary>
    public required string Tensor { get; init; }

    /// <summary>Every tensor that the layer computes, the last one included, in order; for the picture the input alone.</summary>
    public required IReadOnlyList<string> Tensors { get; init; }

    /// <summary>The operators, in words: <c>Conv 7x7 /2 + Relu</c>; <c>picture</c> for the input.</summary>
    public required string Operators { get; init; }

    /// <summary>What kind of layer it is: for colours.</summary>
    public required LayerKind Kind { get; init; }

    /// <summary>The layers that it reads, as positions in <see cref="NetworkAnatomy.Layers"/>; without weights.</summary>
    public required IReadOnlyList<int> Reads { get; init; }

    /// <summary>The shape of the tensor for one picture of <see cref="NetworkAnatomy.Height"/> x <see cref="NetworkAnatomy.Width"/>; null where it is not known.</summary>
    public IReadOnlyList<long>? Shape { get; init; }

    /// <summary>What of the picture a position depends on, down and across; null where it depends on all of it, or where it is not known.</summary>
    public (ReceptiveField Y, ReceptiveField X)? Field { get; init; }

    /// <summary>How many numbers were learned.</summary>
    public long Parameters { get; init; }

    /// <summary>Multiplications for one picture; null where shapes are not known.</summary>
    public long? Multiplications { get; init; }

    /// <summary>The time of the fastest of some runs; null where it was not measured, or where another layer's operator does its work too.</summary>
    public TimeSpan? Time { get; init; }

    /// <summary>What the card calls it good for: <c>dream</c>, <c>style</c>, <c>content</c>; and <c>logits</c>.</summary>
    public IReadOnlyList<string> Uses { get; init; } = [];
}

/// <summary>Kinds of layers.</summary>
public enum LayerKind
{
    /// <summary>The picture.</summary>
    Input,

    /// <summary>A convolution, or its transpose.</summary>
    Convolution,

    /// <summary>A product with a matrix of weights.</summary>
    Dense,

    /// <summary>A pool.</summary>
    Pool,

    /// <summary>Where branches meet: a sum, a product or a concatenation.</summary>
    Join,

    /// <summary>A normalisation.</summary>
    Normalisation,

    /// <summary>Anything else.</summary>
    Other,
}
