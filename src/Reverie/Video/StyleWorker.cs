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
    public FrameWork Make(VideoFrame frame, FrameState? before, FramePair? pair, IProgress<double>? progress, CancellationToken cancellation)
    {
        var longSide = Math.Max(frame.Picture.Height, frame.Picture.Width);
        var inputs = new StyleInputs { Content = frame.Picture, Styles = _settings.Styles };
        var style = _settings.Style with { Size = longSide };
        if (before is not null && pair is not null && _settings.Baseline != VideoBaseline.Framewise)
        {
            var start = _settings.Baseline == VideoBaseline.Blend ? FrameDetail.Blended(frame.Picture, before.Result) : Moved(frame.Picture, before.Result, pair);
            inputs = inputs with { Initial = start, Anchors = _settings.Baseline == VideoBaseline.Blend || _settings.Steadiness == 0 ? [] : [new(start.Rgb, Hold(frame.Picture, before.Source, pair), _settings.Steadiness)] };
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

    // The last result where it is now; what was hidden before begins as the frame itself.
    private static Picture Moved(Picture frame, Picture last, FramePair pair)
    {
        var (rgb, plane) = (FlowWarp.Apply(last.Rgb, 3, pair.Backward), pair.Mask.Length);
        for (var index = 0; index < rgb.Length; index++)
            if (pair.Mask[index % plane] <= 0) rgb[index] = frame.Rgb[index];
        return new(frame.Height, frame.Width, rgb);
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
