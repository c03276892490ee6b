namespace Reverie.Dream.Reports;

/// <summary>
/// What a dream did to a picture, in numbers: whether it is strong, whether it is about what was asked for, whether other eyes see it too, and what it cost the picture. Definitions
/// stand at each number; docs/report-card.md tells how to read them.
/// </summary>
public sealed record ReportCard
{
    /// <summary>How many times as strong the objective is in the dream as in the input, at full size and without jitter; null where that is no ratio of positive numbers.</summary>
    public double? Gain { get; init; }

    /// <summary>The same of the energy of the objective's first layer or channels, with both pictures seen at 224 pixels: what of the dream a glance at the whole sees.</summary>
    public double? GainAt224 { get; init; }

    /// <summary>The gain at 224 of the chosen channels over the median gain of the layer's other channels. Null for whole layers and classes.</summary>
    public double? Specificity { get; init; }

    /// <summary>Of a class: its probability in the input and in the dream, at 224 pixels. Null where no class was asked for.</summary>
    public ClassCard? Class { get; init; }

    /// <summary>What another network sees of it; null where none was asked.</summary>
    public TransferCard? Transfer { get; init; }

    /// <summary>The slope a of the radial power spectrum 1/f^a of the input's brightness; natural photos have about 2.</summary>
    public double? SpectrumSlopeBefore { get; init; }

    /// <summary>The same of the dream.</summary>
    public double? SpectrumSlopeAfter { get; init; }

    /// <summary>The brightness's energy above a quarter of the Nyquist frequency, dream over input.</summary>
    public double? FineEnergyRatio { get; init; }

    /// <summary>The total variation (mean absolute difference of neighbours), dream over input.</summary>
    public double? TotalVariationRatio { get; init; }

    /// <summary>The share of the input's values that are black or full (up to 1/255, from 254/255).</summary>
    public double ClippedBefore { get; init; }

    /// <summary>The same of the dream.</summary>
    public double ClippedAfter { get; init; }

    /// <summary>How far the mean colour moved: the distance in CIELAB (1976). 2 can be seen side by side, 10 is a cast.</summary>
    public double ColourShift { get; init; }

    /// <summary>The structural similarity of the two pictures' brightness (Wang et al. 2004: Gaussian window of 11, sigma 1.5): how much of the input is left, 1 for all. Null for pictures smaller than the window.</summary>
    public double? Ssim { get; init; }

    /// <summary>The peak signal to noise ratio between the two, in decibels; null where they are equal.</summary>
    public double? Psnr { get; init; }

    /// <summary>The energy of the change's steps across the borders of tiles, and across the seam of a seamless picture, against what it would be without them: 1 where nothing can be seen of them. Null where there are none.</summary>
    public double? SeamScore { get; init; }

    /// <summary>The standard error of <see cref="SeamScore"/>: how far it may be off by chance.</summary>
    public double? SeamError { get; init; }
}

/// <summary>How likely the network takes a picture for the class that was dreamt of.</summary>
/// <param name="Label">The class.</param>
/// <param name="Before">Its probability in the input.</param>
/// <param name="After">Its probability in the dream.</param>
/// <param name="Rank">Its place among all classes in the dream, from 1.</param>
public sealed record ClassCard(string Label, double Before, double After, int Rank);

/// <summary>What another network sees of a dream.</summary>
/// <param name="Network">Its name.</param>
/// <param name="Layer">Its layer at the same depth as the one that dreamt.</param>
/// <param name="Gain">How many times the energy of that layer is in the dream as in the input, at 224 pixels.</param>
/// <param name="NoiseGain">The same, where the dreamt change is noise of the same spectrum: its phases replaced by random ones.</param>
/// <param name="Z">By how many standard deviations of such noises the dream is above their mean. Dreams that only their own network sees are about 0.</param>
/// <param name="SameTop">Whether both networks name the same class first; null where their classes' names differ, or there are none.</param>
public sealed record TransferCard(string Network, string Layer, double Gain, double NoiseGain, double Z, bool? SameTop);
