using System.Text.Json.Serialization;

namespace Reverie.Explain;

/// <summary>Colours for values, chosen so that colour-blind people can read them.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ColourScaleKind>))]
public enum ColourScaleKind
{
    /// <summary>Blue for against, red for: ColorBrewer's RdBu (Harrower and Brewer 2003), white at zero.</summary>
    RedBlue,
    /// <summary>Black over purple and orange to yellow: matplotlib's inferno (Smith and van der Walt 2015), even in lightness.</summary>
    Inferno,
    /// <summary>Purple over green to yellow: matplotlib's viridis (Smith and van der Walt 2015), even in lightness.</summary>
    Viridis,
}

/// <summary>Turns numbers into colours.</summary>
public static class ColourScale
{
    private static readonly float[][] RedBlue = Anchors(0x053061, 0x2166AC, 0x4393C3, 0x92C5DE, 0xD1E5F0, 0xF7F7F7, 0xFDDBC7, 0xF4A582, 0xD6604D, 0xB2182B, 0x67001F);
    private static readonly float[][] Inferno = Anchors(0x000004, 0x1B0C41, 0x4A0C6B, 0x781C6D, 0xA52C60, 0xCF4446, 0xED6925, 0xFB9B06, 0xF7D13D, 0xFCFFA4);
    private static readonly float[][] Viridis = Anchors(0x440154, 0x472D7B, 0x3B528B, 0x2C728E, 0x21918C, 0x28AE80, 0x5EC962, 0xADDC30, 0xFDE725);

    /// <summary>Whether a scale has a middle, so that negative numbers have colours of their own.</summary>
    public static bool IsDiverging(ColourScaleKind kind) => kind == ColourScaleKind.RedBlue;

    /// <summary>The colour of a number: red, green, blue from 0 to 1.</summary>
    /// <param name="kind">The scale.</param>
    /// <param name="value">From -1 to 1 on a diverging scale, else from 0 to 1; beyond is cut off.</param>
    public static (float Red, float Green, float Blue) At(ColourScaleKind kind, double value)
    {
        var anchors = kind switch { ColourScaleKind.RedBlue => RedBlue, ColourScaleKind.Inferno => Inferno, _ => Viridis };
        var place = Math.Clamp(IsDiverging(kind) ? (value + 1) / 2 : value, 0, 1) * (anchors.Length - 1);
        var below = Math.Min((int)place, anchors.Length - 2);
        var (low, high, part) = (anchors[below], anchors[below + 1], (float)(place - below));
        return (low[0] + part * (high[0] - low[0]), low[1] + part * (high[1] - low[1]), low[2] + part * (high[2] - low[2]));
    }

    private static float[][] Anchors(params int[] colours) => Array.ConvertAll(colours, colour => new[] { (colour >> 16) / 255f, (colour >> 8 & 0xFF) / 255f, (colour & 0xFF) / 255f });
}
