using System.Numerics.Tensors;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Runtime;
using Reverie.Style.Optimisation;

namespace Reverie.Style;

/// <summary>One run of <see cref="StyleTransfer"/>: sizes from small to large, each painted on from the one before.</summary>
internal sealed class StyleRun : IDisposable
{
    private const ulong NoiseStream = 11;

    // Of 1, 0.1, 0.05 and 0.03 the cleanest pictures at the same number of evaluations, to the eye.
    private const double DefaultGrain = 0.05;

    private readonly StyleTransfer _settings;
    private readonly StyleInputs _inputs;
    private readonly StyleRegions? _regions;
    private readonly StyleSession _session;
    private readonly StyleSession? _draft;
    private readonly Picture _content;
    private readonly IReadOnlyList<Picture> _styles;
    private int _evaluations;

    private readonly bool _ownsSession;

    /// <summary>Prepares a run, in a session of its own or in one that serves others too.</summary>
    public StyleRun(StyleTransfer settings, Network network, StyleInputs inputs, RuntimeOptions? options, StyleSession? shared = null)
    {
        (_settings, _inputs) = (settings, inputs);
        _content = inputs.Content.Alpha is null ? inputs.Content : inputs.Content.Flatten();
        var flat = inputs.Styles.Select(style => style.Alpha is null ? style : style.Flatten());
        _regions = StyleRegions.Of(settings, inputs with { Content = _content, Styles = [.. flat] }, network, options);
        _styles = settings.Colour == StyleColour.Match
            ? [.. flat.Select(style => ColourStatistics.Of(style).Recolour(style, ColourStatistics.Of(_content)))]
            : [.. flat];
        (_session, _ownsSession) = (shared ?? new(settings, network, _styles.Count, _regions?.Count ?? 0, options), shared is null);
        _draft = inputs.Draft is { } draft ? new(settings with { ContentLayers = null, StyleLayers = null }, draft, _styles.Count, _regions?.Count ?? 0, options) : null;
    }

    public void Dispose()
    {
        if (_ownsSession) _session.Dispose();
        _draft?.Dispose();
    }

    public StyleResult Paint(IProgress<StyleProgress>? progress, CancellationToken cancellation, StyleCheckpoint? checkpoint = null, StyleLedger? ledger = null)
    {
        var plan = StylePlan.Resolve(_settings, _content.Height, _content.Width).Select(scale => (Scale: scale, Size: Fit.LongSide(_content.Height, _content.Width, scale.LongSide))).ToList();
        var total = plan.Sum(each => (long)each.Size.Height * each.Size.Width * each.Scale.Evaluations);
        var results = new List<StyleScaleResult>();
        var fingerprint = checkpoint is null ? "" : StyleState.Fingerprint(_session.Network, _inputs);
        StyleStage? resumed = null, last = null;
        if (checkpoint is { Resume: true }) checkpoint.Read(_settings, fingerprint, reader => resumed = Resumed(plan, results, reader));
        var done = plan.Take(results.Count).Sum(each => (long)each.Size.Height * each.Size.Width * each.Scale.Evaluations);
        StyleProblem? problem = null;
        for (var number = results.Count; number < plan.Count; number++)
        {
            var (scale, size) = plan[number];
            var session = SessionAt(number, plan.Count);
            if (!session.Fits(size.Height, size.Width))
                throw new ReverieException($"a picture of {size.Width} x {size.Height} is too small for the deepest layer; give a larger --size, or earlier layers");
            var content = Clamped(_content.Resize(size.Height, size.Width));
            var stage = resumed ?? NewStage(number, scale, size, content, last, last is not null && results[^1].Network == session.Network.Name);
            // what was before is garbage now, and may be hundreds of megabytes
            last?.Optimizer.Release();
            (resumed, last) = (null, stage);
            if (_settings.Tile is not null) GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            if (Prepare(session, scale, content, cancellation) is not { } next)
            {
                KeepIfCancelled(stage);
                break;
            }
            if (number == plan.Count - 1) next.Anchors = _inputs.Anchors;
            ledger?.Begin(next, session.Objective.Terms);
            stage.Resting = () => Enter(next, stage, isLast: false);
            var end = stage.Optimizer.Minimize(stage.Variables, Function);
            if (stage.Values.Count == 0) break;
            Enter(next, stage, isLast: true);
            problem = next;
            done += stage.Pixels * scale.Evaluations;
            results.Add(new(size.Height, size.Width, session.Network.Name, stage.Values.Count, scale.Evaluations, end, stage.Values));
            if (end == OptimizerEnd.Budget && stage.Values.Count < scale.Evaluations) break;

            bool Function(ReadOnlySpan<float> at, Span<float> gradient, out double value)
            {
                value = double.NaN;
                if (stage.Values.Count >= scale.Evaluations) return false;
                try
                {
                    if (IsOver(cancellation))
                    {
                        KeepIfCancelled(stage);
                        return false;
                    }
                    value = stage.Evaluate(next, at, gradient, cancellation);
                }
                catch (OperationCanceledException)
                {
                    KeepIfCancelled(stage);
                    return false;
                }
                stage.Values.Add(value);
                _evaluations++;
                progress?.Report(new(number + 1, plan.Count, stage.Values.Count, scale.Evaluations, size.Height, size.Width, value, done + stage.Pixels * stage.Values.Count, total)
                {
                    Draw = () => Finished(stage.Picture(), size.Height, size.Width),
                });
                if (checkpoint is { IsDue: true }) Keep(stage);
                return true;
            }
        }
        var cancelled = results.Count < plan.Count || (results[^1].End == OptimizerEnd.Budget && results[^1].Evaluations < results[^1].Planned);
        var (height, width) = plan[^1].Size;
        var x = last!.Size == (height, width) ? last.Picture() : Enlarged(last.Picture(), last.Size, (height, width));
        last.Optimizer.Release();
        return Result(x, height, width, results, cancelled, problem, results.Count == 0 ? null : SessionAt(results.Count - 1, plan.Count));

        // a sample is not broken off: the ledger would lack it
        void Enter(StyleProblem at, StyleStage stage, bool isLast)
        {
            if (stage.Values.Count > 0) ledger?.Visit(at, stage.Picture, stage.Values[^1], isLast, CancellationToken.None);
        }

        void Keep(StyleStage stage) => checkpoint.Write(_settings, fingerprint, writer => StyleState.Write(writer, results, stage));

        void KeepIfCancelled(StyleStage stage)
        {
            if (checkpoint is not null && cancellation.IsCancellationRequested) Keep(stage);
        }
    }

    private StyleSession SessionAt(int number, int count) => number < count - 1 && _draft is not null ? _draft : _session;

    // The targets at a size, and the weights; null where the run is over.
    private StyleProblem? Prepare(StyleSession session, StyleScale scale, Picture content, CancellationToken cancellation)
    {
        if (IsOver(cancellation)) return null;
        try
        {
            var styles = _styles.Select((style, index) => session.MeasureStyle(style, StyleSize(style, scale), _regions?.Styles[index], cancellation)).ToList();
            return session.Problem(content, styles, _regions?.At(_content.Height, _content.Width, content.Height, content.Width), cancellation);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private StyleStage NewStage(int number, StyleScale scale, (int Height, int Width) size, Picture content, StyleStage? last, bool carries)
    {
        var start = last is null ? First(content) : Enlarged(last.Picture(), last.Size, size);
        var stage = new StyleStage(number, scale, size, start, GrainShare, NewOptimizer(start.Length));
        if (carries) stage.Optimizer.Carry(last!.Optimizer, (planes, larger) => Resampling.Resize(planes, 3, last.Size.Height, last.Size.Width, larger, size.Height, size.Width, ResampleKernel.Bilinear));
        return stage;
    }

    private StyleStage Resumed(List<(StyleScale Scale, (int Height, int Width) Size)> plan, List<StyleScaleResult> results, BinaryReader reader)
    {
        results.AddRange(StyleState.ReadResults(reader, plan.Count - 1));
        var (scale, size) = plan[results.Count];
        var start = new float[3 * size.Height * size.Width];
        var stage = new StyleStage(results.Count, scale, size, start, GrainShare, NewOptimizer(start.Length));
        stage.Restore(reader);
        _evaluations = results.Sum(result => result.Evaluations) + stage.Values.Count;
        return stage;
    }

    private StyleResult Result(float[] x, int height, int width, List<StyleScaleResult> results, bool cancelled, StyleProblem? problem, StyleSession? session)
    {
        IReadOnlyList<StyleTermResult> terms = [];
        if (problem is not null && (problem.Height, problem.Width) == (height, width) && results.Count > 0 && (results[^1].Height, results[^1].Width) == (height, width))
        {
            var after = problem.Measure(x, CancellationToken.None);
            terms = [.. session!.Objective.Terms.Select((term, index) => new StyleTermResult(term.Kind, term.Layer, term.Style, problem.Weights[index], problem.Before[index], after[index]))];
        }
        return new()
        {
            Picture = Finished(x, height, width),
            RegionMap = _regions?.Map(_content.Height, _content.Width),
            Scales = results,
            Evaluations = _evaluations,
            Cancelled = cancelled,
            Terms = terms,
        };
    }

    // A picture as it is saved: within black and white, with the content's alpha and perhaps its colours.
    private Picture Finished(float[] x, int height, int width)
    {
        TensorPrimitives.Clamp(x, 0f, 1f, x);
        var alpha = _inputs.Content.Alpha is null ? null : _inputs.Content.Resize(height, width).Alpha;
        var picture = new Picture(height, width, x, alpha);
        if (_settings.Colour is not (StyleColour.Luminance or StyleColour.Oklab)) return picture;
        var colours = Clamped(_content.Resize(height, width));
        return _settings.Colour == StyleColour.Oklab ? ColourTransfer.WithLightness(colours, picture) : ColourTransfer.WithLuma(colours, picture);
    }

    private double GrainShare => _settings.Optimizer == StyleOptimizer.Adam ? 1 : _settings.Grain ?? (_settings.Form == StyleForm.Reverie ? DefaultGrain : 1);

    private bool IsOver(CancellationToken cancellation) => cancellation.IsCancellationRequested || _evaluations >= _settings.StopAfter;

    private (int Height, int Width) StyleSize(Picture style, StyleScale scale)
    {
        var side = Math.Max(Math.Max(style.Height, style.Width) < scale.LongSide * _settings.StyleScale ? Math.Max(style.Height, style.Width) : (int)Math.Round(scale.LongSide * _settings.StyleScale), StyleSettings.SmallestSize);
        return Fit.LongSide(style.Height, style.Width, side);
    }

    private float[] First(Picture content)
    {
        var random = new CounterRandom(_settings.Seed, NoiseStream);
        var x = new float[content.Rgb.Length];
        switch (_settings.Init)
        {
            case StyleInit.Content: return (float[])content.Rgb.Clone();
            case StyleInit.File: return Clamped(_inputs.Initial!.Flatten().Resize(content.Height, content.Width)).Rgb;
            case StyleInit.Grey: random.FillNormal(x, 0.5f, 0.001f); break;
            case StyleInit.Random: random.FillNormal(x, 0.5f, 0.2f); break;
            case StyleInit.Style: ColourStatistics.Of(_styles[0]).FillNoise(x, random); break;
        }
        TensorPrimitives.Clamp(x, 0f, 1f, x);
        return x;
    }

    private Optimizer NewOptimizer(int length) => _settings.Optimizer == StyleOptimizer.Lbfgs
        ? new Lbfgs(length, _settings.History, StyleMemory.StreamsPairs(_settings, length)) { Tolerance = _settings.Tolerance }
        : new Adam(length) { Tolerance = _settings.Tolerance };

    private static float[] Enlarged(float[] x, (int Height, int Width) from, (int Height, int Width) to)
    {
        var larger = Resampling.Resize(x, 3, from.Height, from.Width, to.Height, to.Width, ResampleKernel.CatmullRom);
        TensorPrimitives.Clamp(larger, 0f, 1f, larger);
        return larger;
    }

    private static Picture Clamped(Picture picture)
    {
        TensorPrimitives.Clamp(picture.Rgb, 0f, 1f, picture.Rgb);
        return picture;
    }
}
