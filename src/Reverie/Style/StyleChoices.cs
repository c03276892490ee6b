using System.Text.Json.Serialization;

namespace Reverie.Style;

/// <summary>How several styles become one.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StyleBlend>))]
public enum StyleBlend
{
    /// <summary>Their targets (second moments and means) are averaged: a style between them.</summary>
    Targets,

    /// <summary>Their losses are added up: a picture that is near each of them.</summary>
    Losses,
}

/// <summary>What the first picture is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StyleInit>))]
public enum StyleInit
{
    /// <summary>The content picture.</summary>
    Content,

    /// <summary>Mid grey, with invisible noise, without which a picture as even as that would stay even.</summary>
    Grey,

    /// <summary>Noise around mid grey.</summary>
    Random,

    /// <summary>Noise with the means and covariance of the style's colours.</summary>
    Style,

    /// <summary>A picture of the user's.</summary>
    File,
}

/// <summary>How the picture is changed.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StyleOptimizer>))]
public enum StyleOptimizer
{
    /// <summary>The quasi-Newton method with limited memory.</summary>
    Lbfgs,

    /// <summary>Adam, whose picture is a moving average of its iterates.</summary>
    Adam,
}

/// <summary>One size at which a picture is painted.</summary>
/// <param name="LongSide">The longer side in pixels.</param>
/// <param name="Evaluations">How often the objective and its gradient are computed there.</param>
public sealed record StyleScale(int LongSide, int Evaluations);

/// <summary>Whose colours a result has.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StyleColour>))]
public enum StyleColour
{
    /// <summary>The style's.</summary>
    Style,

    /// <summary>The content's: the style picture's colours are given the content's mean and covariance before (Gatys et al. 2016, arXiv:1606.05897, section 4.1).</summary>
    Match,

    /// <summary>The content's, by luminance: the result keeps its luma, and takes Cb and Cr from the content (ibid., section 4.2).</summary>
    Luminance,

    /// <summary>As <see cref="Luminance"/>, but in OKLab (Ottosson 2020), whose lightness is nearer to what eyes see.</summary>
    Oklab,
}

/// <summary>How a network's pools work.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StylePooling>))]
public enum StylePooling
{
    /// <summary>As in the network.</summary>
    Own,

    /// <summary>The maximum: crisp strokes.</summary>
    Max,

    /// <summary>The average: smoother; what Gatys et al. preferred.</summary>
    Average,
}

/// <summary>What convolutions see beyond the picture's border.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StylePadding>))]
public enum StylePadding
{
    /// <summary>As in the network.</summary>
    Own,

    /// <summary>Zeros.</summary>
    Zero,

    /// <summary>The picture mirrored.</summary>
    Reflect,

    /// <summary>The border repeated.</summary>
    Replicate,
}
