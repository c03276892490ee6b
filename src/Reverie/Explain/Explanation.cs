using System.Globalization;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Runtime;

namespace Reverie.Explain;

/// <summary>A picture explained by one method or several, and how that is drawn: what <c>reverie explain</c> does, as one record.</summary>
public sealed record Explanation
{
    private const int SheetColumns = 4, TileSide = 320;

    /// <summary>The version of these settings.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The methods; several are drawn on one sheet.</summary>
    public IReadOnlyList<AttributionMethod> Methods { get; init; } = [new IntegratedGradients()];

    /// <summary>What is explained.</summary>
    public Target Target { get; init; } = Target.Top;

    /// <summary>How the picture is brought to the network's size.</summary>
    public InputFit Fit { get; init; }

    /// <summary>How maps are drawn.</summary>
    public HeatMap HeatMap { get; init; } = new();

    /// <summary>Whether a line under each picture says what it shows.</summary>
    public bool Legend { get; init; } = true;

    /// <summary>Explains a picture.</summary>
    /// <param name="network">The network.</param>
    /// <param name="photo">The picture.</param>
    /// <param name="measures">How every method is also measured (<see cref="Trust"/>), which takes a hundred runs of the network each at least; not at all where null.</param>
    /// <param name="progress">Told how far each method is.</param>
    /// <param name="options">Where and how to run; the defaults where null.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="ReverieException">A setting is out of range, the target does not exist, or an operator of the network has no rule.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public ExplanationResult Run(Network network, Picture photo, TrustSettings? measures = null, IProgress<ExplainProgress>? progress = null, RuntimeOptions? options = null, CancellationToken cancellation = default)
    {
        if (Version != 1) throw new ReverieException($"these settings of an explanation are of version {Version}; this program knows version 1");
        if (Methods.Count == 0) throw new ReverieException("name at least one method");
        foreach (var method in Methods) method.Validate();
        using var subject = new PictureSubject(network, photo, Target, Fit, options: options, cancellation: cancellation);
        var (attributions, seconds) = (new List<Attribution>(), new List<double>());
        foreach (var method in Methods)
        {
            var start = System.Diagnostics.Stopwatch.GetTimestamp();
            attributions.Add(method.Run(subject, progress, cancellation));
            seconds.Add(System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        var trust = measures is null ? [] : Trust.Of(subject, attributions, measures, progress, cancellation);
        return new(attributions, seconds, trust, Draw(photo, attributions), subject.Predictions);
    }

    /// <summary>Draws attributions of one photo: a single one at the photo's size, several on a sheet with the photo first.</summary>
    public Picture Draw(Picture photo, IReadOnlyList<Attribution> attributions)
    {
        if (attributions is [var only])
        {
            if (HeatMap.View == MapView.Channels) return ContactSheet.Draw([.. HeatMap.DrawChannels(only, photo).Select((map, channel) => new ContactSheet.Tile(map, Legend ? ChannelName(only, channel) : ""))], 3);
            var drawn = HeatMap.Draw(only, photo);
            return Legend ? ContactSheet.Draw([new(drawn, Caption(only))], 1, 0) : drawn;
        }
        var (height, width) = Imaging.Fit.LongSide(photo.Height, photo.Width, Math.Min(TileSide, Math.Max(photo.Height, photo.Width)));
        var small = photo.Resize(height, width);
        var scale = (double)height / photo.Height;
        var tiles = attributions.Select(each => new ContactSheet.Tile(HeatMap.Draw(each, small, scale), each.Method.Title));
        var label = attributions[0].Probability is { } probability ? string.Create(CultureInfo.InvariantCulture, $"{attributions[0].Label} {probability:P0}") : attributions[0].Label;
        return ContactSheet.Draw([new(small, label), .. tiles], Math.Min(SheetColumns, attributions.Count + 1));
    }

    // Maps of layers have one channel; pictures have their three colours.
    private static string ChannelName(Attribution attribution, int channel) => attribution.Map.Shape[1] == 3 ? ((string[])["red", "green", "blue"])[channel] : "all channels";

    private static string Caption(Attribution attribution)
    {
        var probability = attribution.Probability is { } value ? string.Create(CultureInfo.InvariantCulture, $" {value:P1}") : "";
        return $"{attribution.Label}{probability} - {attribution.Method.Title}{(attribution.Baseline is { } reference ? $", against {reference}" : "")}";
    }
}

/// <summary>What an explanation came to.</summary>
/// <param name="Attributions">Of each method.</param>
/// <param name="Seconds">How long each method took.</param>
/// <param name="Measures">How far each can be trusted; empty where that was not asked for.</param>
/// <param name="Picture">Them drawn.</param>
/// <param name="Predictions">The likeliest classes.</param>
public sealed record ExplanationResult(IReadOnlyList<Attribution> Attributions, IReadOnlyList<double> Seconds, IReadOnlyList<Trust> Measures, Picture Picture, IReadOnlyList<Prediction> Predictions);
