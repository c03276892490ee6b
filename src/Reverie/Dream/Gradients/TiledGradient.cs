using Reverie.Dream.Objectives;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Runtime;
using Reverie.Tiling;

namespace Reverie.Dream.Gradients;

/// <summary>
/// Tile by tile: memory depends on the tiles and not on the picture, and gradients equal those of the whole picture up to rounding. An objective whose terms are scaled to
/// unit norm takes a first pass that measures the norms.
/// </summary>
internal sealed class TiledGradient : IGradientSource
{
    private readonly Network _network;
    private readonly TiledObjectiveGraph _objective;
    private readonly Locality _locality;
    private readonly TileSettings _settings;
    private readonly RuntimeOptions? _options;
    private readonly CompiledGraph _graph;
    private CompiledGraph? _forward;
    private (OctaveSize Size, TilePlan Plan, List<PlaceWeights> Weights)? _planned;
    // as large as the largest crop, once: buffers of every crop's own size would be garbage of many megabytes
    private float[] _planes = [], _input = [], _inputGradient = [];

    /// <summary>Compiles.</summary>
    /// <param name="network">The network.</param>
    /// <param name="objective">The objective.</param>
    /// <param name="settings">How pictures are taken apart.</param>
    /// <param name="options">Where and how to run.</param>
    /// <param name="plan">Whether <see cref="Predict"/> will be asked.</param>
    public TiledGradient(Network network, TiledObjectiveGraph objective, TileSettings settings, RuntimeOptions? options, bool plan = false)
    {
        (_network, _objective, _settings, _options) = (network, objective, settings, options);
        _locality = objective.Locality;
        _graph = CompiledGraph.Compile(objective.Graph, options, plan: plan);
    }

    /// <summary>The total stride: seamless pictures commute with rolls by multiples of it.</summary>
    public (long Y, long X) Alignment => (_locality.AlignmentY, _locality.AlignmentX);

    /// <summary>The rows and columns where tiles of a picture meet, before it is rolled.</summary>
    public (IReadOnlyList<int> Rows, IReadOnlyList<int> Columns) Borders(OctaveSize size) =>
        ([.. AxisPlan.Borders(size.Height, _settings.Tile, _locality.AlignmentY, Edge(_settings.WrapsDown)).Select(border => (int)border)],
         [.. AxisPlan.Borders(size.Width, _settings.Tile, _locality.AlignmentX, Edge(_settings.WrapsAcross)).Select(border => (int)border)]);

    /// <inheritdoc/>
    public bool Fits(OctaveSize size)
    {
        try
        {
            _ = Plan(size);
            return true;
        }
        catch (ReverieException)
        {
            // shape inference refuses a window that does not fit
            return false;
        }
    }

    /// <inheritdoc/>
    public double Value(float[] picture, OctaveSize size, CancellationToken cancellation) =>
        Value(new MemoryPlanes(picture, size.Height, size.Width), default, cancellation);

    /// <inheritdoc/>
    public double Gradient(float[] picture, OctaveSize size, Shift shift, float[] gradient, CancellationToken cancellation) =>
        Gradient(new MemoryPlanes(picture, size.Height, size.Width), shift, new MemoryPlanes(gradient, size.Height, size.Width), cancellation);

    /// <summary>The objective of a picture rolled by a shift.</summary>
    public double Value(PlaneStore picture, Shift shift, CancellationToken cancellation)
    {
        var (products, squares) = Measure(picture, shift, cancellation);
        return Total(products, Scales(squares));
    }

    /// <summary>The objective of a picture rolled by a shift, and its gradient with respect to the picture as it was before the roll.</summary>
    /// <exception cref="OperationCanceledException">The run was cancelled; the gradient holds nothing of use.</exception>
    public double Gradient(PlaneStore picture, Shift shift, PlaneStore gradient, CancellationToken cancellation)
    {
        var scales = Scales(_objective.IsBalanced ? Measure(picture, shift, cancellation).Squares : []);
        var products = new double[scales.Length];
        var values = new float[products.Length];
        gradient.Clear();
        foreach (var (tile, inputs) in Inputs(picture, shift))
        {
            inputs[TiledObjectiveGraph.Scales] = RuntimeTensor.Of(Array.ConvertAll(scales, scale => (float)scale), scales.Length);
            var outputs = new Dictionary<string, RuntimeTensor>
            {
                [TiledObjectiveGraph.Products] = RuntimeTensor.Of(values, values.Length),
                [_objective.Gradient] = RuntimeTensor.Of(_inputGradient.AsMemory(0, (int)inputs[_network.Input].Count), inputs[_network.Input].Shape),
            };
            _graph.Run(inputs, outputs, cancellation);
            for (var term = 0; term < products.Length; term++) products[term] += values[term];
            var crop = tile.Crop;
            var planes = _planes.AsSpan(0, 3 * (int)crop.Count);
            _network.Preprocessing.PullBack(_inputGradient.AsSpan(0, (int)inputs[_network.Input].Count), planes);
            gradient.AddCrop(crop.Top - shift.Down, crop.Left - shift.Right, crop.Height, crop.Width, planes);
        }
        return Total(products, scales);
    }

    /// <summary>Foretells the peak memory of the process while a picture is run in tiles of a side, in bytes.</summary>
    public long Predict(OctaveSize size, int tile)
    {
        var plan = Planned(size, tile);
        var layers = _locality.Layers.ToList();
        // a balanced objective's first pass goes forward only, in a session of its own that takes less
        var runs = plan.Tiles.DistinctBy(part => (part.Crop.Height, part.Crop.Width)).Select(part =>
        {
            var shapes = new Dictionary<string, long[]> { [_network.Input] = _network.Preprocessing.Shape(1, part.Crop.Height, part.Crop.Width), [TiledObjectiveGraph.Scales] = [_objective.Wheres.Count] };
            for (var term = 0; term < _objective.Wheres.Count; term++)
                if (part.Layers[layers.IndexOf(_objective.Objective.Terms[term].Layer)] is var layer) shapes[_objective.Wheres[term]] = [1, 1, layer.Height, layer.Width];
            return (IReadOnlyDictionary<string, long[]>)shapes;
        }).ToList();
        var largest = plan.Tiles.Max(part => part.Crop.Count);
        var buffers = (3 + 2 * _network.Preprocessing.Channels) * largest * sizeof(float) + layers.Count * largest * sizeof(float);
        var prediction = _graph.Memory!.Predict(runs, outputsGiven: true);
        return prediction.PeakBytes + buffers + (_objective.IsBalanced ? prediction.RunBytes / 2 : 0);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _graph.Dispose();
        _forward?.Dispose();
    }

    private (double[] Products, double[] Squares) Measure(PlaneStore picture, Shift shift, CancellationToken cancellation)
    {
        _forward ??= CompiledGraph.Compile(_objective.Forward, _options, cancellation: cancellation);
        var (products, squares) = (new double[_objective.Wheres.Count], new double[_objective.Wheres.Count]);
        foreach (var (_, inputs) in Inputs(picture, shift))
        {
            using var results = _forward.Run(inputs, cancellation: cancellation);
            Add(products, results[TiledObjectiveGraph.Products]);
            Add(squares, results[TiledObjectiveGraph.SquareSums]);
        }
        return (products, squares);

        static void Add(double[] sums, RuntimeTensor values)
        {
            var span = values.Span<float>();
            for (var term = 0; term < sums.Length; term++) sums[term] += span[term];
        }
    }

    // One tile after the other, in the same buffers.
    private IEnumerable<(Tile, Dictionary<string, RuntimeTensor>)> Inputs(PlaneStore picture, Shift shift)
    {
        var size = new OctaveSize(picture.Height, picture.Width);
        var (plan, weights) = Plan(size);
        foreach (var each in weights) each.Draw(size, shift);
        Reserve((int)plan.Tiles.Max(tile => tile.Crop.Count));
        foreach (var tile in plan.Tiles)
        {
            var crop = tile.Crop;
            var (planes, input) = (_planes.AsMemory(0, 3 * (int)crop.Count), _input.AsMemory(0, _network.Preprocessing.Channels * (int)crop.Count));
            picture.ReadCrop(crop.Top - shift.Down, crop.Left - shift.Right, crop.Height, crop.Width, planes.Span);
            _network.Preprocessing.ToInput(planes.Span, input.Span);
            var inputs = new Dictionary<string, RuntimeTensor> { [_network.Input] = RuntimeTensor.Of(input, _network.Preprocessing.Shape(1, crop.Height, crop.Width)) };
            foreach (var each in weights) inputs[each.Input] = each.Of(tile);
            yield return (tile, inputs);
        }
    }

    private (TilePlan Plan, List<PlaceWeights> Weights) Plan(OctaveSize size)
    {
        if (_planned is { } known && known.Size == size) return (known.Plan, known.Weights);
        var plan = Planned(size, _settings.Tile);
        var layers = _locality.Layers.ToList();
        var weights = _objective.Wheres.Select((where, index) => (where, _objective.Objective.Terms[index]))
            .Select(term => new PlaceWeights(new(term.where, term.Item2), layers.IndexOf(term.Item2.Layer), plan)).ToList();
        _planned = (size, plan, weights);
        return (plan, weights);
    }

    private TilePlan Planned(OctaveSize size, int tile) => TilePlan.Create(_locality, size.Height, size.Width, tile, tile,
        Edge(_settings.WrapsDown), Edge(_settings.WrapsAcross));

    private static PictureEdge Edge(bool wraps) => wraps ? PictureEdge.Open : PictureEdge.Closed;

    private void Reserve(int pixels)
    {
        if (_planes.Length >= 3 * pixels) return;
        _planes = new float[3 * pixels];
        (_input, _inputGradient) = (new float[_network.Preprocessing.Channels * pixels], new float[_network.Preprocessing.Channels * pixels]);
    }

    // What each term's cotangent is to be multiplied by; a silent layer has no direction and pulls nowhere.
    private double[] Scales(double[] squares) =>
        [.. _objective.Objective.Terms.Select((term, index) => _objective.IsBalanced ? term.Weight / Math.Max(Math.Sqrt(squares[index]), 1e-20) : term.Weight)];

    private double Total(double[] products, double[] scales)
    {
        var total = 0.0;
        for (var term = 0; term < products.Length; term++)
            total += products[term] * scales[term] * (_objective.Objective.Terms[term].Measure == ObjectiveMeasure.Energy && !_objective.IsBalanced ? 0.5 : 1);
        return total;
    }
}

/// <summary>How a picture is taken apart.</summary>
/// <param name="Tile">The side of a tile in pixels, without what is around it.</param>
/// <param name="WrapsDown">Whether the picture goes on at its top where it ends at its bottom.</param>
/// <param name="WrapsAcross">Whether it goes on at its left where it ends at its right.</param>
internal readonly record struct TileSettings(int Tile, bool WrapsDown, bool WrapsAcross)
{
    // about a gigabyte on most networks
    private const int DefaultSide = 1024;

    /// <summary>What the settings of a dream ask for.</summary>
    public static TileSettings Of(DeepDream settings) => new(settings.Tile ?? DefaultSide, settings.Seamless == Seamless.Both, settings.Seamless != Seamless.None);
}
