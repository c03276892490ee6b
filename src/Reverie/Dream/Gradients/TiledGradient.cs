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
    private float[] _planes = [], _input = [], _inputGradient = [];

    /// <summary>Compiles.</summary>
    public TiledGradient(Network network, TiledObjectiveGraph objective, TileSettings settings, RuntimeOptions? options)
    {
        (_network, _objective, _settings, _options) = (network, objective, settings, options);
        _locality = objective.Locality;
        _graph = CompiledGraph.Compile(objective.Graph, options);
    }

    /// <summary>The total stride: seamless pictures commute with rolls by multiples of it.</summary>
    public (long Y, long X) Alignment => (_locality.AlignmentY, _locality.AlignmentX);

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
                [_objective.Gradient] = RuntimeTensor.Of(_inputGradient, inputs[_network.Input].Shape),
            };
            _graph.Run(inputs, outputs, cancellation);
            for (var term = 0; term < products.Length; term++) products[term] += values[term];
            _network.Preprocessing.PullBack(_inputGradient, _planes);
            var crop = tile.Crop;
            gradient.AddCrop(crop.Top - shift.Down, crop.Left - shift.Right, crop.Height, crop.Width, _planes);
        }
        return Total(products, scales);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _graph.Dispose();
        _forward?.Dispose();
    }

    private (double[] Products, double[] Squares) Measure(PlaneStore picture, Shift shift, CancellationToken cancellation)
    {
        _forward ??= CompiledGraph.Compile(_objective.Forward, _options);
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
        foreach (var tile in plan.Tiles)
        {
            var crop = tile.Crop;
            Reserve(3 * (int)crop.Count, _network.Preprocessing.Channels * (int)crop.Count);
            picture.ReadCrop(crop.Top - shift.Down, crop.Left - shift.Right, crop.Height, crop.Width, _planes);
            _network.Preprocessing.ToInput(_planes, _input);
            var inputs = new Dictionary<string, RuntimeTensor> { [_network.Input] = RuntimeTensor.Of(_input, _network.Preprocessing.Shape(1, crop.Height, crop.Width)) };
            foreach (var each in weights) inputs[each.Input] = each.Of(tile);
            yield return (tile, inputs);
        }
    }

    private (TilePlan Plan, List<PlaceWeights> Weights) Plan(OctaveSize size)
    {
        if (_planned is { } known && known.Size == size) return (known.Plan, known.Weights);
        var plan = TilePlan.Create(_locality, size.Height, size.Width, _settings.Tile, _settings.Tile,
            _settings.WrapsDown ? PictureEdge.Open : PictureEdge.Closed, _settings.WrapsAcross ? PictureEdge.Open : PictureEdge.Closed);
        var layers = _locality.Layers.ToList();
        var weights = _objective.Wheres.Select((where, index) => (where, _objective.Objective.Terms[index]))
            .Select(term => new PlaceWeights(new(term.where, term.Item2), layers.IndexOf(term.Item2.Layer), plan)).ToList();
        _planned = (size, plan, weights);
        return (plan, weights);
    }

    private void Reserve(int planes, int input)
    {
        if (_planes.Length != planes) _planes = new float[planes];
        if (_input.Length != input) (_input, _inputGradient) = (new float[input], new float[input]);
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
