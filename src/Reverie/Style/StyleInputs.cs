using Reverie.Imaging;
using Reverie.Models;

namespace Reverie.Style;

/// <summary>The pictures of a style transfer.</summary>
public sealed record StyleInputs
{
    /// <summary>What is to be seen; its alpha is kept.</summary>
    public required Picture Content { get; init; }

    /// <summary>In whose manner; at least one.</summary>
    public required IReadOnlyList<Picture> Styles { get; init; }

    /// <summary>The first picture, for <see cref="StyleInit.File"/>.</summary>
    public Picture? Initial { get; init; }

    /// <summary>
    /// The content's regions as flat colours; null for none. Without <see cref="StyleMasks"/> the colours, from dark to light, take one style each.
    /// </summary>
    public Picture? ContentMask { get; init; }

    /// <summary>Each style's regions in the colours of <see cref="ContentMask"/>; null where whole styles are meant.</summary>
    public IReadOnlyList<Picture>? StyleMasks { get; init; }

    /// <summary>What the result is to stay near at its last size; for the frames of a video.</summary>
    internal IReadOnlyList<StyleAnchor> Anchors { get; init; } = [];

    /// <summary>A small network that paints all sizes but the last; null for none.</summary>
    public Network? Draft { get; init; }
}
