using System.Globalization;
using System.Text.Json.Serialization;
using Reverie.Imaging;
using Reverie.Models;

namespace Reverie.Explain;

/// <summary>The kinds of features that a picture is divided into.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FeatureKind>))]
public enum FeatureKind
{
    /// <summary>Superpixels: regions of similar colour.</summary>
    Superpixels,
    /// <summary>Squares.</summary>
    Grid,
    /// <summary>Every pixel by itself.</summary>
    Pixels,
    /// <summary>The colours of a picture that is given: each is a feature.</summary>
    Mask,
}

/// <summary>What methods that change parts of a picture take for its parts. All channels of a pixel belong together.</summary>
public sealed record Features
{
    /// <summary>The kind.</summary>
    public FeatureKind Kind { get; init; }

    /// <summary>How many superpixels are wanted; there may be a few more or less.</summary>
    public int Segments { get; init; } = 50;

    /// <summary>How much superpixels keep to squares rather than to colours: SLIC's m, with colours in CIELAB.</summary>
    public double Compactness { get; init; } = 10;

    /// <summary>The side of a grid's squares, in pixels of the network's input.</summary>
    public int Size { get; init; } = 16;

    /// <summary>The file of a mask.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Path { get; init; }

    /// <summary>Superpixels.</summary>
    public static Features Superpixels(int segments = 50) => new() { Segments = segments };

    /// <summary>Squares of a side in pixels.</summary>
    public static Features Grid(int size = 16) => new() { Kind = FeatureKind.Grid, Size = size };

    /// <summary>Every pixel.</summary>
    public static Features Pixels { get; } = new() { Kind = FeatureKind.Pixels };

    /// <summary>Reads <c>slic</c>, <c>slic:SEGMENTS</c>, <c>grid</c>, <c>grid:SIZE</c>, <c>pixels</c>, or the file of a mask.</summary>
    /// <exception cref="ReverieException">The text is none of these.</exception>
    public static Features Parse(string text)
    {
        var (name, argument) = text.IndexOf(':', StringComparison.Ordinal) is var colon and > 0 ? (text[..colon], text[(colon + 1)..]) : (text, "");
        var number = int.TryParse(argument, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : -1;
        return name.ToLowerInvariant() switch
        {
            "pixels" when argument.Length == 0 => Pixels,
            "slic" when argument.Length == 0 => new(),
            "slic" when number > 0 => Superpixels(number),
            "grid" when argument.Length == 0 => Grid(),
            "grid" when number > 0 => Grid(number),
            _ when File.Exists(text) => new() { Kind = FeatureKind.Mask, Path = text },
            _ => throw new ReverieException($"'{text}' are no features: give slic, slic:SEGMENTS, grid, grid:SIZE, pixels, or a picture whose colours are the features"),
        };
    }

    /// <summary>The feature of every pixel [H,W] of a picture, numbered from 0.</summary>
    /// <exception cref="ReverieException">A setting is out of range, or the mask cannot be read or is of another shape.</exception>
    public int[] Divide(Picture seen)
    {
        var (height, width) = (seen.Height, seen.Width);
        switch (Kind)
        {
            case FeatureKind.Pixels: return [.. Enumerable.Range(0, height * width)];
            case FeatureKind.Grid:
                if (Size < 1) throw new ReverieException("the squares of a grid must be at least one pixel wide");
                var columns = (width + Size - 1) / Size;
                return [.. Enumerable.Range(0, height * width).Select(pixel => pixel / width / Size * columns + pixel % width / Size)];
            case FeatureKind.Mask: return Colours(Picture.Load(Path ?? throw new ReverieException("the features name no mask")), height, width);
            default:
                if (Segments < 1 || Segments > height * width) throw new ReverieException($"the number of superpixels must be between 1 and {height * width}, not {Segments}");
                if (!(Compactness > 0) || !double.IsFinite(Compactness)) throw new ReverieException("the compactness of superpixels must be positive");
                return Slic.Segment(seen, Segments, Compactness);
        }
    }

    /// <summary>The features of the picture that a subject is about, laid out as its network's input is.</summary>
    /// <exception cref="ReverieException">A setting is out of range, or a mask cannot be used.</exception>
    public FeatureGroups Resolve(PictureSubject subject)
    {
        var (pixels, channels) = (Divide(subject.Seen), subject.Network.Preprocessing.Channels);
        var last = subject.Network.Card.Input.Layout == InputLayout.NHWC;
        var ids = new int[pixels.Length * channels];
        for (var index = 0; index < ids.Length; index++) ids[index] = pixels[last ? index / channels : index % pixels.Length];
        return new([ids], [ids.Length]);
    }

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        FeatureKind.Pixels => "pixels",
        FeatureKind.Grid => $"grid:{Size}",
        FeatureKind.Mask => System.IO.Path.GetFileName(Path) ?? "",
        _ => $"slic:{Segments}",
    };

    private static int[] Colours(Picture mask, int height, int width)
    {
        if (mask.Height != height || mask.Width != width)
            throw new ReverieException($"the mask is {mask.Width} x {mask.Height} pixels, but the network sees {width} x {height}; make it of that size");
        var (numbers, ids) = (new Dictionary<(float, float, float), int>(), new int[height * width]);
        for (var pixel = 0; pixel < ids.Length; pixel++)
        {
            var colour = (mask.Rgb[pixel], mask.Rgb[ids.Length + pixel], mask.Rgb[2 * ids.Length + pixel]);
            if (!numbers.TryGetValue(colour, out ids[pixel])) numbers[colour] = ids[pixel] = numbers.Count;
        }
        return ids;
    }
}
