using Reverie.Imaging;
using Reverie.Models;
using Reverie.Runtime;
using Reverie.Style;
using Reverie.Video.Coherence;
using Reverie.Video.Flow;
using Reverie.Video.Frames;

namespace Reverie.Video;

/// <summary>Paints the frames of a video, as <see cref="VideoStyle"/> says.</summary>
internal sealed class StyleWorker : IFrameWorker
{
    // moves less than this and changes less than this: nothing happens there
    private const float StillPixels = 0.2f, StillLevels = 4 / 255f;

    // Ruder et al. mix a frame and its neighbour by halves too
    private const float OtherShare = 0.5f;

    private readonly VideoStyle _settings;
    private readonly Network _network;
    private readonly RuntimeOptions? _options;
    private readonly StyleSession _session;

    public StyleWorker(VideoStyle settings, Network network, RuntimeOptions? options)
    {
        settings.Validate();
        (_settings, _network, _options) = (settings, network, options);
        _session = new(settings.Style, network, settings.Styles.Count, 0, options);
    }

    /// <inheritdoc/>
    public IReadOnlyList<int> LookBack => _settings is { Baseline: VideoBaseline.None, Passes: 1, Steadiness: > 0 } ? _settings.LongTerm : [];

    /// <inheritdoc/>
    public FrameWork Make(VideoFrame frame, FrameContext around, IProgress<double>? progress, CancellationToken cancellation)
    {
        var (before, longSide) = (around.Before, Math.Max(frame.Picture.Height, frame.Picture.Width));
        var inputs = new StyleInputs { Content = frame.Picture, Styles = _settings.Styles };
        var style = _settings.Style with { Size = longSide };
        if ((before is not null || around.Own is not null) && _settings.Baseline != VideoBaseline.Framewise)
        {
            var anchors = before is null || _settings.Baseline == VideoBaseline.Blend || _settings.Steadiness == 0 ? [] : Anchors(frame.Picture, before, around);
            inputs = inputs with { Initial = _settings.Baseline == VideoBaseline.Blend ? FrameDetail.Blended(frame.Picture, before!.Result) : Start(frame.Picture, around), Anchors = anchors };
            style = style with { Init = StyleInit.File, Scales = [new(longSide, _settings.Evaluations)] };
        }
        StyleSettings.Validate(style, inputs);
        using var run = new StyleRun(style, _network, inputs, _options, _session);
        var result = run.Paint(progress is null ? null : new Relay(progress), cancellation);
        cancellation.ThrowIfCancellationRequested();
        var loss = result.Terms.Where(term => term.Kind is StyleTermKind.Gram or StyleTermKind.Mean or StyleTermKind.Deviation or StyleTermKind.Wasserstein or StyleTermKind.Nearest).Sum(term => term.Weight * term.After);
        var picture = result.Picture.Height == frame.Picture.Height && result.Picture.Width == frame.Picture.Width ? result.Picture : result.Picture.Resize(frame.Picture.Height, frame.Picture.Width);
        return new(picture, loss, before?.Key ?? new(frame.Number, loss, null));
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    // The last result where it is now; what was hidden then, as it was when it was last seen; what never was, as the frame itself. In later passes half of that and half of what the frame was.
    private static Picture Start(Picture frame, FrameContext around)
    {
        var rgb = (float[])(around.Own ?? frame).Rgb.Clone();
        var from = new List<(Picture Result, FramePair Pair)>();
        // the nearest comes last, and stays
        from.AddRange(around.Past.Reverse().Select(past => (past.Result, past.Pair)));
        if (around.Before is { } before) from.Add((before.Result, around.Pair!));
        var share = around.Own is null ? 1 : OtherShare;
        foreach (var (result, pair) in from)
        {
            var (moved, plane) = (FlowWarp.Apply(result.Rgb, 3, pair.Backward), pair.Mask.Length);
            for (var index = 0; index < rgb.Length; index++)
                if (pair.Mask[index % plane] > 0) rgb[index] += share * (moved[index] - rgb[index]);
        }
        return new(frame.Height, frame.Width, rgb);
    }

    // The last result, and those further back, each where no nearer one knows the place.
    private List<StyleAnchor> Anchors(Picture frame, FrameState before, FrameContext around)
    {
        var pair = around.Pair!;
        var anchors = new List<StyleAnchor> { new(FlowWarp.Apply(before.Result.Rgb, 3, pair.Backward), Hold(frame, before.Source, pair), _settings.Steadiness) };
        var unknown = pair.Mask.Select(known => 1 - known).ToArray();
        foreach (var past in around.Past)
        {
            var mask = new float[unknown.Length];
            for (var index = 0; index < mask.Length; index++)
            {
                mask[index] = Math.Min(unknown[index], past.Pair.Mask[index]);
                unknown[index] -= mask[index];
            }
            if (mask.Any(weight => weight > 0)) anchors.Add(new(FlowWarp.Apply(past.Result.Rgb, 3, past.Pair.Backward), mask, _settings.Steadiness));
        }
        return anchors;
    }

    // Where the motion is known; more where there is none.
    private float[] Hold(Picture frame, Picture last, FramePair pair)
    {
        var (hold, plane) = ((float[])pair.Mask.Clone(), pair.Mask.Length);
        for (var index = 0; index < plane; index++)
        {
            if (hold[index] <= 0 || Math.Abs(pair.Backward.U[index]) > StillPixels || Math.Abs(pair.Backward.V[index]) > StillPixels) continue;
            var still = true;
            for (var channel = 0; channel < 3; channel++) still &= Math.Abs(frame.Rgb[channel * plane + index] - last.Rgb[channel * plane + index]) <= StillLevels;
            if (still) hold[index] = (float)_settings.StaticHold;
        }
        return hold;
    }

    private sealed class Relay(IProgress<double> progress) : IProgress<StyleProgress>
    {
        public void Report(StyleProgress value) => progress.Report((double)value.Done / value.Total);
    }
}
