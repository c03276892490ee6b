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

    public StyleResult Paint(IProgress<StyleProgress>? progress, CancellationToken cancellation)
    {
        var plan = StylePlan.Resolve(_settings, _content.Height, _content.Width).Select(scale => (Scale: scale, Size: Fit.LongSide(_content.Height, _content.Width, scale.LongSide))).ToList();
        var (height, width) = plan[^1].Size;
        var total = plan.Sum(each => (long)each.Size.Height * each.Size.Width * each.Scale.Evaluations);
        var (done, results) = (0L, new List<StyleScaleResult>());
        float[]? x = null;
        (int Height, int Width) reached = default;
        Optimizer? optimizer = null;
        StyleProblem? problem = null;
        StyleSession? session = null;
        for (var number = 0; number < plan.Count && !IsOver(cancellation); number++)
        {
            var (scale, size) = plan[number];
            session = number < plan.Count - 1 && _draft is not null ? _draft : _session;
            if (!session.Fits(size.Height, size.Width))
                throw new ReverieException($"a picture of {size.Width} x {size.Height} is too small for the deepest layer; give a larger --size, or earlier layers");
            var content = Clamped(_content.Resize(size.Height, size.Width));
            StyleProblem next;
            try
            {
                var styles = _styles.Select((style, index) => session.MeasureStyle(style, StyleSize(style, scale), _regions?.Styles[index], cancellation)).ToList();
                next = session.Problem(content, styles, _regions?.At(_content.Height, _content.Width, size.Height, size.Width), cancellation);
            }
            catch (OperationCanceledException)
            {
                break;
            }
            problem = next;
            var start = x is null ? First(content) : Enlarged(x, reached, size);
            var fresh = NewOptimizer(start.Length);
            if (optimizer is not null && results[^1].Network == session.Network.Name) Carry(fresh, optimizer, reached, size);
            var values = new List<double>(scale.Evaluations);
            var before = done;
            var (grain, origin) = (new Grain(size.Height, size.Width, GrainShare), start);
            var (moved, pixelGradient) = (new float[start.Length], new float[start.Length]);
            // L-BFGS walks in the changed variables, from their origin; Adam, which knows the bounds of pixels, in the pixels
            var variables = GrainShare < 1 ? new float[start.Length] : start;
            var end = fresh.Minimize(variables, Function);
            if (values.Count == 0) break;
            if (GrainShare < 1)
            {
                grain.Apply(variables, moved);
                TensorPrimitives.Add(moved, origin, start);
            }
            done = before + (long)size.Height * size.Width * scale.Evaluations;
            results.Add(new(size.Height, size.Width, session.Network.Name, values.Count, scale.Evaluations, end, values));
            (x, reached, optimizer) = (start, size, fresh);

            bool Function(ReadOnlySpan<float> at, Span<float> gradient, out double value)
            {
                value = double.NaN;
                if (values.Count >= scale.Evaluations || IsOver(cancellation)) return false;
                try
                {
                    if (GrainShare >= 1) value = next.Evaluate(at, gradient, cancellation);
                    else
                    {
                        grain.Apply(at, moved);
                        TensorPrimitives.Add(moved, origin, moved);
                        value = next.Evaluate(moved, pixelGradient, cancellation);
                        grain.Apply(pixelGradient, gradient);
                    }
                }
                catch (OperationCanceledException)
                {
                    return false;
                }
                values.Add(value);
                _evaluations++;
                done += (long)size.Height * size.Width;
                progress?.Report(new(number + 1, plan.Count, values.Count, scale.Evaluations, size.Height, size.Width, value, done, total));
                return true;
            }
        }
        var cancelled = results.Count < plan.Count || (results[^1].End == OptimizerEnd.Budget && results[^1].Evaluations < results[^1].Planned);
        if (x is null) x = First(Clamped(_content.Resize(height, width)));
        else if (reached != (height, width)) x = Enlarged(x, reached, (height, width));
        return Result(x, height, width, results, cancelled, problem, session);
    }

    private StyleResult Result(float[] x, int height, int width, List<StyleScaleResult> results, bool cancelled, StyleProblem? problem, StyleSession? session)
    {
        IReadOnlyList<StyleTermResult> terms = [];
        if (problem is not null && (problem.Height, problem.Width) == (height, width) && results.Count > 0 && (results[^1].Height, results[^1].Width) == (height, width))
        {
            var after = problem.Measure(x, CancellationToken.None);
            terms = [.. session!.Objective.Terms.Select((term, index) => new StyleTermResult(term.Kind, term.Layer, term.Style, problem.Weights[index], problem.Before[index], after[index]))];
        }
        TensorPrimitives.Clamp(x, 0f, 1f, x);
        var alpha = _inputs.Content.Alpha is null ? null : _inputs.Content.Resize(height, width).Alpha;
        var picture = new Picture(height, width, x, alpha);
        if (_settings.Colour is StyleColour.Luminance or StyleColour.Oklab)
        {
            var colours = Clamped(_content.Resize(height, width));
            picture = _settings.Colour == StyleColour.Oklab ? ColourTransfer.WithLightness(colours, picture) : ColourTransfer.WithLuma(colours, picture);
        }
        return new()
        {
            Picture = picture,
            RegionMap = _regions?.Map(_content.Height, _content.Width),
            Scales = results,
            Evaluations = _evaluations,
            Cancelled = cancelled,
            Terms = terms,
        };
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
        ? new Lbfgs(length, _settings.History) { Tolerance = _settings.Tolerance }
        : new Adam(length) { Tolerance = _settings.Tolerance };

    private static void Carry(Optimizer to, Optimizer from, (int Height, int Width) old, (int Height, int Width) size) =>
        to.Carry(from, planes => Resampling.Resize(planes, 3, old.Height, old.Width, size.Height, size.Width, ResampleKernel.Bilinear));

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
