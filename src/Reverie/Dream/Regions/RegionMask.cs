using System.Text.Json.Serialization;

namespace Reverie.Dream;

/// <summary>A part of a picture, with soft edges: a shape, or what another picture shows in white.</summary>
public sealed record RegionMask
{
    /// <summary>What says which part it is.</summary>
    [JsonRequired]
    public RegionShape Shape { get; init; }

    /// <summary>Which of <see cref="DeepDream.Pictures"/> is painted white where the part is, and black elsewhere; greys belong to it by half. For <see cref="RegionShape.Picture"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Picture { get; init; }

    /// <summary>The middle of a <see cref="RegionShape.Circle"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Place? Centre { get; init; }

    /// <summary>How much: a circle's radius as a fraction of the shorter side, the part of the height or width that a border's shape takes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double Extent { get; init; }

    /// <summary>Whether all the rest is meant.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Inverted { get; init; }

    /// <summary>How soft the edge is: the standard deviation of a Gaussian, as a fraction of the picture's longer side; 0 for as hard as it is drawn.</summary>
    [JsonRequired]
    public double Feather { get; init; } = DefaultFeather;

    /// <summary>Soft to the eye, and yet an edge.</summary>
    public const double DefaultFeather = 0.015;

    /// <inheritdoc/>
    public override string ToString()
    {
        var shape = Shape switch
        {
            RegionShape.Picture => $"picture {Picture}",
            RegionShape.Circle => FormattableString.Invariant($"circle({Centre},{100 * Extent:0.##}%)"),
            _ => FormattableString.Invariant($"{Shape.ToString().ToLowerInvariant()}({100 * Extent:0.##}%)"),
        };
        return Inverted ? $"not({shape})" : shape;
    }

    /// <exception cref="ReverieException">Something is missing or out of range.</exception>
    internal void Validate(int pictures)
    {
        Check(Enum.IsDefined(Shape), "the region's shape is not known");
        Check(Shape != RegionShape.Picture || Picture is { } number && number >= 0 && number < pictures, "the picture of a mask is not given");
        Check(Shape != RegionShape.Circle || Centre is { X: >= 0 and <= 1, Y: >= 0 and <= 1 }, "a circle's centre must lie within the picture");
        Check(Shape == RegionShape.Picture || Extent is > 0 and <= 10, "the extent of a region must be more than 0");
        Check(Feather is >= 0 and <= 0.5, "a region's feather must be between 0 and 0.5 of the picture's longer side");

        static void Check(bool holds, string message)
        {
            if (!holds) throw new ReverieException(message);
        }
    }
}

/// <summary>What a <see cref="RegionMask"/> looks like.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RegionShape>))]
public enum RegionShape
{
    /// <summary>What another picture shows in white.</summary>
    Picture,

    /// <summary>A circle.</summary>
    Circle,

    /// <summary>The upper part.</summary>
    Top,

    /// <summary>The lower part.</summary>
    Bottom,

    /// <summary>The left part.</summary>
    Left,

    /// <summary>The right part.</summary>
    Right,
}

/// <summary>A part of a picture that dreams of something of its own.</summary>
/// <param name="Where">The part.</param>
/// <param name="Objective">What it dreams of, in every round.</param>
public sealed record DreamRegion(RegionMask Where, Objective Objective);
