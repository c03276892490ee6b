using Reverie.Imaging;
using Reverie.Models;
using Reverie.Runtime;

namespace Reverie.Dream.Reports;

/// <summary>Makes the <see cref="ReportCard"/> of a dream.</summary>
public static class DreamReport
{
    /// <summary>Measures a dream.</summary>
    /// <param name="network">The network that dreamt.</param>
    /// <param name="settings">The dream.</param>
    /// <param name="result">What came of it.</param>
    /// <param name="photo">The picture that it began with; scaled here where the dream has another size.</param>
    /// <param name="judge">Another network, to say what it sees; null for none.</param>
    /// <param name="options">Where and how to run; the defaults where null.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static ReportCard Of(Network network, DeepDream settings, DreamResult result, Picture photo, Network? judge = null, RuntimeOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(photo);
        ArgumentNullException.ThrowIfNull(result);
        var dream = result.Picture;
        if ((photo.Height, photo.Width) != (dream.Height, dream.Width)) photo = photo.Resize(dream.Height, dream.Width);
        return Of(network, settings, result, new MemoryPlanes(photo.Rgb, photo.Height, photo.Width), new MemoryPlanes(dream.Rgb, dream.Height, dream.Width), judge, options, cancellation);
    }

    /// <summary>Measures a dream on a picture that is not in memory; neither comes into memory here.</summary>
    /// <param name="network">The network that dreamt.</param>
    /// <param name="settings">The dream.</param>
    /// <param name="result">What came of it.</param>
    /// <param name="photo">The picture that it began with.</param>
    /// <param name="judge">Another network, to say what it sees; null for none.</param>
    /// <param name="options">Where and how to run; the defaults where null.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static ReportCard Of(Network network, DeepDream settings, StreamedDreamResult result, StreamedPicture photo, Network? judge = null, RuntimeOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(photo);
        ArgumentNullException.ThrowIfNull(result);
        return Of(network, settings, result, photo.Rgb, result.Picture.Rgb, judge, options, cancellation);
    }

    private static ReportCard Of(Network network, DeepDream settings, DreamOutcome outcome, PlaneStore before, PlaneStore after, Network? judge, RuntimeOptions? options, CancellationToken cancellation)
    {
        var (first, last) = (PowerSpectrum.Of(before), PowerSpectrum.Of(after));
        var seam = outcome.Borders is { } borders ? SeamScore.Of(before, after, borders.Rows, borders.Columns, cancellation) : null;
        var (small, dreamt) = (SeenSmall.Of(before), SeenSmall.Of(after));
        var terms = settings.RoundsFor(network)[^1].Terms;
        var term = terms.FirstOrDefault(term => term.Weight > 0) ?? terms[0];
        var isClass = network.Card.Output.Logits is not null && network.Graph.Resolve(term.Layer) == network.Logits;
        var (gain, specificity) = isClass ? default : Activity(network, term, small, dreamt, options, cancellation);
        return PictureComparison.Compare(before, after, cancellation) with
        {
            Gain = Positive(outcome.ValueAfter / outcome.ValueBefore) is { } ratio && outcome.ValueBefore > 0 ? ratio : null,
            GainAt224 = gain,
            Specificity = specificity,
            Class = isClass && term.Channels is [var target, ..] ? Classed(network, target, small, dreamt, options, cancellation) : null,
            Transfer = judge is null ? null : Transfer.Measure(network, term.Layer, judge, small, dreamt, options, cancellation),
            SpectrumSlopeBefore = Finite(first?.Slope),
            SpectrumSlopeAfter = Finite(last?.Slope),
            FineEnergyRatio = Positive(last?.FineEnergy / first?.FineEnergy),
            SeamScore = seam?.Score,
            SeamError = seam?.Error,
        };
    }

    private static (double? Gain, double? Specificity) Activity(Network network, ObjectiveTerm term, Picture before, Picture after, RuntimeOptions? options, CancellationToken cancellation)
    {
        double[] first, last;
        try
        {
            (first, last) = (SeenSmall.Energies(network, term.Layer, before, options, cancellation), SeenSmall.Energies(network, term.Layer, after, options, cancellation));
        }
        catch (ReverieException)
        {
            // a layer that has no place left in pictures this small says nothing about them
            return (null, null);
        }
        // a channel that is silent in the input would have an infinite gain
        var floor = 1e-6 * first.Average();
        double Gain(int channel) => (last[channel] + floor) / (first[channel] + floor);
        var chosen = (term.Channels ?? [.. Enumerable.Range(0, first.Length)]).ToHashSet();
        var gain = Positive(chosen.Sum(channel => last[channel]) / chosen.Sum(channel => first[channel]));
        var others = Enumerable.Range(0, first.Length).Where(channel => !chosen.Contains(channel)).Select(Gain).Order().ToList();
        return (gain, others.Count > 0 ? Positive(gain / others[others.Count / 2]) : null);
    }

    private static ClassCard Classed(Network network, int target, Picture before, Picture after, RuntimeOptions? options, CancellationToken cancellation)
    {
        var (first, last) = (SeenSmall.Energies(network, network.Logits, before, options, cancellation), SeenSmall.Energies(network, network.Logits, after, options, cancellation));
        return new(network.Labels?.Short(target) ?? $"class {target}", first[target], last[target], 1 + last.Count(probability => probability > last[target]));
    }

    private static double? Positive(double? value) => value is > 0 ? Finite(value) : null;

    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;
}
