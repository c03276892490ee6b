using System.Numerics.Tensors;
using Reverie.Dream;
using Reverie.Dream.Gradients;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Runtime;
using Reverie.Video.Coherence;
using Reverie.Video.Flow;
using Reverie.Video.Frames;

namespace Reverie.Video;

/// <summary>Dreams the frames of a video, as <see cref="VideoDream"/> says.</summary>
internal sealed class DreamWorker : IFrameWorker
{
    private readonly VideoDream _settings;
    private readonly Network _network;
    private readonly GradientSources _sources;

    public DreamWorker(VideoDream settings, Network network, RuntimeOptions? options)
    {
        settings.Validate();
        (_settings, _network, _sources) = (settings, network, GradientSources.For(settings.Dream, network, options));
    }

    /// <inheritdoc/>
    public FrameWork Make(VideoFrame frame, FrameContext around, IProgress<double>? progress, CancellationToken cancellation)
    {
        var (before, pair) = (around.Before, around.Pair);
        var dream = _settings.DreamAt(frame.Number, _network);
        var picture = frame.Picture;
        if (before is null || pair is null || _settings.Baseline != VideoBaseline.None)
        {
            var start = before is not null && _settings.Baseline == VideoBaseline.Blend ? FrameDetail.Blended(picture, before.Result) : picture;
            var run = new DreamRun(dream, _network, _sources);
            var result = run.Climb(start, frame.Number, Relay.Of(progress), cancellation);
            var gain = Gain(run, picture, result, cancellation);
            return new(result, gain, before?.Key ?? new(frame.Number, gain, DetailBands.Of(FrameDetail.Of(result, picture), picture.Height, picture.Width)));
        }
        var push = before.Key.Level;
        var next = new DreamRun(dream with { Steps = _settings.Steps, StepSize = dream.StepSize * push }, _network, _sources);
        var dreamt = next.Climb(FrameDetail.On(picture, Carried(before, pair)), frame.Number, Relay.Of(progress), cancellation);
        var held = before.Key.Bands!.Hold(FrameDetail.Of(dreamt, picture), picture.Height, picture.Width, Math.Clamp(Math.Sqrt(push), LeastStrength, MostStrength));
        var output = FrameDetail.On(picture, held);
        var reached = Gain(next, picture, output, cancellation);
        return new(output, reached, before.Key with { Level = Level(before.Key, reached) });
    }

    /// <inheritdoc/>
    public void Dispose() => _sources.Dispose();

    // The last frame's detail, where it is now; nothing where that is not known.
    private float[] Carried(FrameState before, FramePair pair)
    {
        var (height, width) = (before.Source.Height, before.Source.Width);
        var detail = FlowWarp.Apply(FrameDetail.Of(before.Result, before.Source), 3, pair.Backward);
        // the mask's edge is softened inwards: where flow does not hold, nothing is carried at all
        var soft = new float[height * width];
        GaussianBlur.Apply(pair.Mask, 1, height, width, EdgeSoftness, soft);
        for (var index = 0; index < soft.Length; index++) soft[index] = (float)_settings.Carry * Math.Min(pair.Mask[index], soft[index]);
        for (var channel = 0; channel < 3; channel++)
        {
            var plane = detail.AsSpan(channel * soft.Length, soft.Length);
            TensorPrimitives.Multiply(plane, soft, plane);
        }
        return detail;
    }

    // Detail that is moved along wears out, and where nothing moves every step excites it more: so how far steps go, and less so how strong the detail may be, follows the activation.
    private static double Level(KeyFrame key, double? reached)
    {
        if (key.Objective is not > 0 || reached is not > 0) return key.Level;
        return Math.Clamp(key.Level * Math.Clamp(Math.Pow(key.Objective.Value / reached.Value, Response), 1 / MostChange, MostChange), LeastPush, MostPush);
    }

    private const double EdgeSoftness = 0.8;

    // slow enough not to swing, fast enough for shots of a second
    private const double Response = 0.7, MostChange = 1.3, LeastPush = 0.2, MostPush = 4, LeastStrength = 0.6, MostStrength = 1.2;

    private static double? Gain(DreamRun run, Picture source, Picture result, CancellationToken cancellation)
    {
        var gain = run.Value(result, cancellation) / run.Value(source, cancellation);
        return double.IsFinite(gain) ? gain : null;
    }

    private sealed class Relay(IProgress<double> progress) : IProgress<DreamProgress>
    {
        public static Relay? Of(IProgress<double>? progress) => progress is null ? null : new(progress);

        public void Report(DreamProgress value) => progress.Report((double)value.Done / value.Total);
    }
}
