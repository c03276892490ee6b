using Reverie.Imaging;
using Reverie.Models;
using Reverie.Onnx;
using Reverie.Runtime;
using Reverie.Tiling;

namespace Reverie.Style.Tiles;

/// <summary>The compiled graphs of a style objective in tiles, for every picture and size.</summary>
internal sealed class StyleTiles : IDisposable
{
    private readonly Network _network;
    private readonly int _side;
    private readonly IReadOnlyCollection<string> _activations, _moments;
    private readonly CompiledGraph _measuring;
    private readonly TiledStyleGraph _graph;

    /// <summary>Compiles.</summary>
    /// <param name="network">The network.</param>
    /// <param name="graph">Its graph, perhaps with other pools and borders.</param>
    /// <param name="objective">The objective.</param>
    /// <param name="activations">Layers of which targets are activations.</param>
    /// <param name="moments">Layers of which targets are moments.</param>
    /// <param name="regions">The number of regions; 0 for none.</param>
    /// <param name="side">The side of a tile in pixels, without what is around it.</param>
    /// <param name="options">Where and how to run.</param>
    /// <param name="plan">Whether <see cref="Predict"/> will be asked.</param>
    /// <exception cref="ReverieException">The network cannot work in tiles.</exception>
    public StyleTiles(Network network, Graph graph, StyleObjective objective, IReadOnlyCollection<string> activations, IReadOnlyCollection<string> moments, int regions, int side, RuntimeOptions? options, bool plan = false)
    {
        (_network, _side, _activations, _moments) = (network, side, activations, moments);
        _graph = TiledStyleGraph.Build(network, graph, objective.Terms, regions);
        Crops = new(network);
        _measuring = CompiledGraph.Compile(TargetGraph.Build(graph, activations, moments, Math.Max(1, regions)), options, plan: plan);
        Forward = CompiledGraph.Compile(_graph.Forward, options, plan: plan);
        Balance = _graph.Balance.Outputs.Count > 0 ? CompiledGraph.Compile(_graph.Balance, options) : null;
        Painting = CompiledGraph.Compile(_graph.Painting, options, plan: plan);
    }

    /// <summary>The terms that look at layers.</summary>
    public IReadOnlyList<StyleTerm> Terms => _graph.Terms;

    /// <summary>The first pass.</summary>
    public CompiledGraph Forward { get; }

    /// <summary>What is done between the passes; null where no term is a function of moments.</summary>
    public CompiledGraph? Balance { get; }

    /// <summary>The second pass.</summary>
    public CompiledGraph Painting { get; }

    /// <summary>The output of the second pass.</summary>
    public string Gradient => _graph.Gradient;

    /// <summary>The tiles' buffers.</summary>
    public TileCrops Crops { get; }

    /// <summary>The layers, in the order of the tiles'.</summary>
    public IReadOnlyList<string> Layers => _graph.Locality.Layers;

    /// <summary>The tiles of pictures of a size.</summary>
    /// <exception cref="ReverieException">The picture is too small for a layer.</exception>
    public TilePlan Plan(int height, int width) => TilePlan.Create(_graph.Locality, height, width, _side, _side);

    /// <summary>The weights of a layer's positions in the tiles.</summary>
    /// <param name="plan">The tiles.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="masks">The regions' weights of the picture's pixels; null for none.</param>
    public TileWeights Weights(TilePlan plan, string layer, IReadOnlyList<float[]>? masks)
    {
        var index = Layers.ToList().IndexOf(layer);
        return new(plan, index, masks is null ? null : StyleRegions.Weights(masks, plan.Height, plan.Width, plan.Layers[index].Height, plan.Layers[index].Width));
    }

    /// <summary>The targets that a picture gives, as content or as style.</summary>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public StyleTargets Measure(Picture picture, IReadOnlyList<float[]>? masks, CancellationToken cancellation)
    {
        var plan = Plan(picture.Height, picture.Width);
        var weights = _moments.ToDictionary(layer => layer, layer => Weights(plan, layer, masks), StringComparer.Ordinal);
        var sums = new MomentSums();
        var targets = new StyleTargets();
        Crops.Reserve(plan);
        foreach (var tile in plan.Tiles)
        {
            var inputs = new Dictionary<string, RuntimeTensor> { [_network.Input] = Crops.Input(picture.Rgb, plan, tile.Crop) };
            foreach (var (layer, weight) in weights) inputs[StyleGraph.Mask(layer)] = weight.Mask(tile);
            using var results = _measuring.Run(inputs, cancellation: cancellation);
            foreach (var layer in _moments) sums.Add(layer, results);
            foreach (var layer in _activations) Collect(targets, layer, results[layer], plan, tile);
        }
        foreach (var layer in _moments) targets.Moments[layer] = sums.Of(layer);
        return targets;
    }

    /// <summary>Foretells the peak memory of the process while tiles of a side are run, in bytes, with the tiles' buffers but without the picture.</summary>
    /// <param name="height">The picture's rows.</param>
    /// <param name="width">The picture's columns.</param>
    /// <param name="side">The side of the tiles.</param>
    /// <param name="layers">The shapes of the whole layers.</param>
    public long Predict(int height, int width, int side, IReadOnlyDictionary<string, long[]> layers)
    {
        var plan = TilePlan.Create(_graph.Locality, height, width, side, side);
        var runs = plan.Tiles.DistinctBy(tile => (tile.Crop.Height, tile.Crop.Width)).Select(tile =>
        {
            var shapes = Painting.Inputs.Concat(Forward.Inputs).Concat(_measuring.Inputs).DistinctBy(input => input.Name).ToDictionary(input => input.Name, input => input.Type.Shape!.Select(dim => dim.Value ?? StyleTargetInputs.MostFeatures).ToArray(), StringComparer.Ordinal);
            shapes[_network.Input] = _network.Preprocessing.Shape(1, tile.Crop.Height, tile.Crop.Width);
            foreach (var (index, layer) in Layers.Index())
            {
                var (rows, columns) = (tile.Layers[index].Height, tile.Layers[index].Width);
                if (shapes.ContainsKey(TiledStyleGraph.Place(layer))) shapes[TiledStyleGraph.Place(layer)] = [1, 1, rows, columns];
                if (shapes.TryGetValue(StyleGraph.Mask(layer), out var mask)) shapes[StyleGraph.Mask(layer)] = [mask[0], 1, (long)rows * columns];
                if (shapes.ContainsKey(StyleGraph.ContentTarget(layer))) shapes[StyleGraph.ContentTarget(layer)] = [1, layers[layer][1], rows, columns];
            }
            return (Shapes: (IReadOnlyDictionary<string, long[]>)shapes, Bytes: shapes.Values.Sum(shape => shape.Aggregate((long)sizeof(float), (product, size) => product * size)));
        }).ToList();
        var largest = plan.Tiles.Max(tile => tile.Crop.Count);
        var buffers = (3 + 2 * _network.Preprocessing.Channels) * largest * sizeof(float) + runs.Max(run => run.Bytes);
        // each session keeps the memory of its largest run
        return Painting.Memory!.Predict(Of(Painting), outputsGiven: true).PeakBytes + Forward.Memory!.RunBytes(Of(Forward)) + _measuring.Memory!.RunBytes(Of(_measuring)) + buffers;

        IEnumerable<IReadOnlyDictionary<string, long[]>> Of(CompiledGraph graph) =>
            runs.Select(run => graph.Inputs.ToDictionary(input => input.Name, input => run.Shapes[input.Name], StringComparer.Ordinal));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _measuring.Dispose();
        Forward.Dispose();
        Balance?.Dispose();
        Painting.Dispose();
    }

    // The positions that a tile owns, at their places in the whole layer.
    private void Collect(StyleTargets targets, string layer, RuntimeTensor values, TilePlan plan, Tile tile)
    {
        var index = Layers.ToList().IndexOf(layer);
        var (height, width) = plan.Layers[index];
        var channels = (int)values.Shape[1];
        if (!targets.Activations.TryGetValue(layer, out var whole)) targets.Activations[layer] = whole = (new float[channels * height * width], [1, channels, height, width]);
        var place = tile.Layers[index];
        var from = values.Span<float>();
        for (var channel = 0; channel < channels; channel++)
            for (var row = 0; row < place.Owned.Height; row++)
                from.Slice((channel * place.Height + place.Owned.Top + row) * place.Width + place.Owned.Left, place.Owned.Width)
                    .CopyTo(whole.Values.AsSpan((channel * height + place.Top + row) * width + place.Left));
    }
}
