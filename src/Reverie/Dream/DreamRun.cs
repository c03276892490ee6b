using System.Numerics.Tensors;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Onnx;
using Reverie.Onnx.Shapes;
using Reverie.Runtime;

namespace Reverie.Dream;

/// <summary>One run of <see cref="DeepDream"/>: the compiled graph and the loop over octaves and steps.</summary>
internal sealed class DreamRun : IDisposable
{
    private readonly DeepDream _settings;
    private readonly Network _network;
    private readonly Objective _objective;
    private readonly Graph _layers;
    private readonly CompiledGraph _graph;
    private readonly string _gradient;
    private readonly CounterRandom _random;
    private readonly List<double> _values = [];
    private int _dead;

    public DreamRun(DeepDream settings, Network network, RuntimeOptions? options)
    {
        (_settings, _network) = (settings, network);
        _objective = settings.ObjectiveFor(network);
        (var graph, _gradient) = DreamGraph.Build(network, _objective);
        _layers = network.Graph.Cut(_objective.Terms.Select(term => term.Layer).Distinct());
        _graph = CompiledGraph.Compile(graph, options);
        _random = new(settings.Seed);
    }

    public void Dispose() => _graph.Dispose();

    public DreamResult Dream(Picture photo, IProgress<DreamProgress>? progress, CancellationToken cancellation)
    {
        if (_settings.Size is { } size && size != Math.Max(photo.Height, photo.Width))
        {
            var (height, width) = Fit.LongSide(photo.Height, photo.Width, size);
            photo = photo.Resize(height, width);
        }
        var sizes = Octaves.Sizes(photo.Height, photo.Width, _settings.Octaves, _settings.OctaveScale);
        if (!Fits(sizes[0]))
            throw new ReverieException($"a picture of {sizes[0].Width} x {sizes[0].Height} is too small for {_objective}; give a larger --size, or an earlier layer");
        sizes.RemoveAll(size => !Fits(size));
        var bases = Bases(photo, sizes);
        var planned = sizes.Count * _settings.Steps;
        var (total, done) = (sizes.Sum(each => each.Pixels) * _settings.Steps, 0L);
        var before = Value(photo.Rgb, sizes[0], cancellation);
        float[] detail = [];
        var reached = sizes[^1];
        for (var index = sizes.Count - 1; index >= 0 && !IsOver(cancellation); index--)
        {
            var (at, start) = (sizes[index], bases[index]);
            // dreamt detail of the smaller octave, enlarged onto this octave's own picture
            var x = (float[])start.Clone();
            if (detail.Length > 0)
            {
                var enlarged = Resampling.Resize(detail, 3, reached.Height, reached.Width, at.Height, at.Width, ResampleKernel.BilinearAlignCorners);
                TensorPrimitives.Add(x, enlarged, x);
            }
            var step = new Ascent(this, at);
            var taken = _values.Count;
            for (var number = 1; number <= _settings.Steps && !IsOver(cancellation); number++)
            {
                if (!step.TryTake(x, cancellation)) break;
                done += at.Pixels;
                progress?.Report(new(sizes.Count - index, sizes.Count, number, _settings.Steps, at, _values[^1], done, total));
            }
            // Cancelled before its first step, an octave adds nothing, and must not resample and round what the last one left: a replay stops before it.
            if (_values.Count == taken) break;
            TensorPrimitives.Subtract(x, start, x);
            (detail, reached) = (x, at);
        }
        var picture = Composed(photo, detail, reached, sizes[0]);
        var complete = _values.Count == planned;
        return new DreamResult
        {
            Picture = picture,
            Octaves = [.. Enumerable.Reverse(sizes)],
            Steps = _values.Count,
            StepsPlanned = planned,
            ValueBefore = before,
            ValueAfter = complete ? Value(picture.Rgb, sizes[0], CancellationToken.None) : double.NaN,
            DeadSteps = _dead,
            Values = _values,
        };
    }

    // Deep layers have no place left in small pictures: shape inference refuses a window that does not fit.
    private bool Fits(OctaveSize size)
    {
        try
        {
            var shapes = ShapeInference.Resolve(_layers, new Dictionary<string, long[]> { [_network.Input] = _network.Preprocessing.Shape(1, size.Height, size.Width) });
            return _layers.Outputs.All(layer => !shapes.TryGetValue(layer.Name, out var shape) || !shape.Contains(0));
        }
        catch (ReverieException)
        {
            return false;
        }
    }

    private bool IsOver(CancellationToken cancellation) => cancellation.IsCancellationRequested || _values.Count >= _settings.StopAfter;

    // Each base is the one before made smaller, as in the notebook; not the original each time.
    private static List<float[]> Bases(Picture photo, List<OctaveSize> sizes)
    {
        var bases = new List<float[]> { photo.Rgb };
        for (var index = 1; index < sizes.Count; index++)
            bases.Add(Resampling.Resize(bases[^1], 3, sizes[index - 1].Height, sizes[index - 1].Width, sizes[index].Height, sizes[index].Width, ResampleKernel.BilinearAlignCorners));
        return bases;
    }

    private static Picture Composed(Picture photo, float[] detail, OctaveSize reached, OctaveSize full)
    {
        var rgb = (float[])photo.Rgb.Clone();
        if (detail.Length > 0)
        {
            if (reached != full) detail = Resampling.Resize(detail, 3, reached.Height, reached.Width, full.Height, full.Width, ResampleKernel.BilinearAlignCorners);
            TensorPrimitives.Add(rgb, detail, rgb);
            TensorPrimitives.Clamp(rgb, 0f, 1f, rgb);
        }
        return new(photo.Height, photo.Width, rgb, photo.Alpha);
    }

    private double Value(float[] rgb, OctaveSize size, CancellationToken cancellation)
    {
        var input = new float[_network.Preprocessing.Channels * size.Pixels];
        _network.Preprocessing.ToInput(rgb, input);
        using var tensor = RuntimeTensor.Of(input, _network.Preprocessing.Shape(1, size.Height, size.Width));
        using var results = _graph.Run(new Dictionary<string, RuntimeTensor> { [_network.Input] = tensor }, [DreamGraph.Value], cancellation);
        return results[DreamGraph.Value].ToDoubles()[0];
    }

    /// <summary>The steps of one octave, with buffers that serve all of them.</summary>
    private sealed class Ascent
    {
        // G15 has no epsilon: a dead gradient gives NaN there
        private const double Epsilon = 1e-20;

        private readonly DreamRun _run;
        private readonly OctaveSize _size;
        private readonly float[] _rolled;
        private readonly float[] _planes;
        private readonly Dictionary<string, RuntimeTensor> _inputs;
        private readonly Dictionary<string, RuntimeTensor> _outputs;
        private readonly float[] _input;
        private readonly float[] _inputGradient;
        private readonly float[] _value = new float[1];

        public Ascent(DreamRun run, OctaveSize size)
        {
            (_run, _size) = (run, size);
            var preprocessing = run._network.Preprocessing;
            _rolled = new float[3 * size.Pixels];
            _planes = new float[3 * size.Pixels];
            _input = new float[preprocessing.Channels * size.Pixels];
            _inputGradient = new float[_input.Length];
            var shape = preprocessing.Shape(1, size.Height, size.Width);
            _inputs = new() { [run._network.Input] = RuntimeTensor.Of(_input, shape) };
            _outputs = new() { [DreamGraph.Value] = RuntimeTensor.Of(_value), [run._gradient] = RuntimeTensor.Of(_inputGradient, shape) };
        }

        /// <summary>Takes one step on the picture [3,H,W]; false if it was cancelled before the picture was touched.</summary>
        public bool TryTake(float[] x, CancellationToken cancellation)
        {
            var (settings, preprocessing) = (_run._settings, _run._network.Preprocessing);
            var (dy, dx) = settings.Jitter == 0 ? (0, 0) : (_run._random.Next(-settings.Jitter, settings.Jitter), _run._random.Next(-settings.Jitter, settings.Jitter));
            Roll.Shift(x, 3, _size.Height, _size.Width, dy, dx, _rolled);
            preprocessing.ToInput(_rolled, _input);
            try
            {
                _run._graph.Run(_inputs, _outputs, cancellation);
            }
            catch (OperationCanceledException)
            {
                return false;
            }
            _run._values.Add(_value[0]);
            preprocessing.PullBack(_inputGradient, _planes);
            Roll.Shift(_planes, 3, _size.Height, _size.Width, -dy, -dx, _rolled);
            var mean = Reduction.MeanMagnitude(_rolled);
            if (!double.IsFinite(mean)) throw new ReverieException("the gradient is not finite; the step size may be too large for this network, or the layer divides by zero");
            if (mean <= Epsilon) _run._dead++;
            TensorPrimitives.MultiplyAdd(_rolled, (float)(settings.StepSize / 255 / Math.Max(mean, Epsilon)), x, x);
            TensorPrimitives.Clamp(x, 0f, 1f, x);
            return true;
        }
    }
}
