using System.Diagnostics;
using Reverie.Imaging;
using Reverie.Style;

namespace Reverie.Cli.Recipes;

/// <summary>
/// Shows a painting in progress: a picture file, a page, or both, written anew every few seconds, each time whole. Takes a twentieth of the time at most.
/// </summary>
/// <param name="picture">The picture file, or null.</param>
/// <param name="page">The page, or null.</param>
/// <param name="title">What is painted, for the page.</param>
internal sealed class StylePreview(string? picture, string? page, string title) : IProgress<StyleProgress>
{
    private const double LargestShare = 0.05;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    private readonly List<(int Scale, double Value)> _curve = [];
    private readonly long _start = Stopwatch.GetTimestamp();
    private double _fractionBefore = -1;
    private long _last;
    private TimeSpan _cost;

    /// <summary>Why nothing more is shown, where writing failed; null otherwise. A run of hours does not end for that.</summary>
    public string? Failure { get; private set; }

    /// <inheritdoc/>
    public void Report(StyleProgress value)
    {
        _curve.Add((value.Scale, value.Value));
        var fraction = (double)value.Done / value.Total;
        // a run that was resumed has not done in this time what was done before
        if (_fractionBefore < 0) _fractionBefore = fraction;
        var passed = Stopwatch.GetElapsedTime(_last);
        if (_last != 0 && (passed < Every || passed * LargestShare < _cost)) return;
        var elapsed = Stopwatch.GetElapsedTime(_start);
        var left = fraction - _fractionBefore > 0.01 ? $", {ProgressDisplay.Short(elapsed * ((1 - fraction) / (fraction - _fractionBefore)))} left" : "";
        Write(value.Draw!(), $"size {value.Scale} of {value.Scales} ({value.Width} x {value.Height}), evaluation {value.Evaluation} of at most {value.Evaluations}{left}", fraction);
    }

    /// <summary>Shows the result, or how far it came, for the last time; the page is not loaded anew any more.</summary>
    public void End(Picture result, string status) => Write(result, status, null);

    private void Write(Picture drawn, string status, double? fraction)
    {
        if (Failure is not null) return;
        var start = Stopwatch.GetTimestamp();
        try
        {
            if (picture is not null) drawn.Save(picture, overwrite: true);
            if (page is not null) StyleLivePage.Write(page, drawn, title, status, _curve, fraction);
        }
        catch (ReverieException exception)
        {
            Failure = exception.Message;
        }
        (_last, _cost) = (Stopwatch.GetTimestamp(), Stopwatch.GetElapsedTime(start));
    }
}
