using Reverie.Imaging;
using Reverie.Runtime;
using Reverie.Tiling;

namespace Reverie.Style.Tiles;

/// <summary>
/// A style objective computed tile by tile: memory depends on the tiles and not on the picture, and value and gradient are those of the whole picture up to rounding.
/// See <see cref="TiledStyleGraph"/>.
/// </summary>
internal sealed class TiledStyleProblem : StyleProblem
{
    private readonly StyleTiles _tiles;
    private readonly TilePlan _plan;
    private readonly StyleTargets _content;
    private readonly Dictionary<string, TileWeights> _places = new(StringComparer.Ordinal), _masks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RuntimeTensor> _targets = [];
    private readonly RuntimeTensor _shares;
    private readonly PlaneVariation _variation;
    private readonly Dictionary<string, float[]> _crops = new(StringComparer.Ordinal);

    /// <summary>Prepares targets, and weights from the objective's values at the content picture.</summary>
    /// <param name="session">Network and objective.</param>
    /// <param name="tiles">The compiled graphs.</param>
    /// <param name="picture">The content at the size to paint.</param>
    /// <param name="content">Its targets.</param>
    /// <param name="styles">The styles' targets.</param>
    /// <param name="regions">Regions at that size; null for none.</param>
    /// <param name="cancellation">Ends the run in flight.</param>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public TiledStyleProblem(StyleSession session, StyleTiles tiles, Picture picture, StyleTargets content, IReadOnlyList<StyleTargets> styles, StyleRegions? regions, CancellationToken cancellation)
        : base(session, picture.Height, picture.Width)
    {
        (_tiles, _content) = (tiles, content);
        _plan = tiles.Plan(Height, Width);
        _variation = new(session.Network.Preprocessing, Height, Width);
        _shares = RuntimeTensor.Of(regions?.Shares() ?? [1f], regions?.Count ?? 1);
        foreach (var layer in tiles.Terms.Where(TiledStyleGraph.IsSum).Select(term => term.Layer).Distinct()) _places[layer] = tiles.Weights(_plan, layer, null);
        foreach (var layer in tiles.Terms.Where(term => !TiledStyleGraph.IsSum(term)).Select(term => term.Layer).Distinct()) _masks[layer] = tiles.Weights(_plan, layer, regions?.Content);
        var targets = new StyleTargetInputs(session, styles, regions, stacked: true);
        Weigh(picture, content, [.. session.Objective.Terms.Select(term => term.IsStyle ? targets.Add(_targets, term, cancellation) : 1)], cancellation);
    }

    /// <inheritdoc/>
    public override double[] Measure(ReadOnlySpan<float> rgb, CancellationToken cancellation)
    {
        var values = new double[Session.Objective.Terms.Count];
        using var _ = FirstPass(rgb, values, new double[values.Length], cancellation);
        AddVariation(rgb, values, new double[values.Length], []);
        return values;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<double> Differentiate(ReadOnlySpan<float> rgb, IReadOnlyList<double> weights, Span<float> gradient, CancellationToken cancellation)
    {
        var values = new double[weights.Count];
        using var slopes = FirstPass(rgb, values, weights, cancellation);
        gradient.Clear();
        foreach (var tile in _plan.Tiles)
        {
            var inputs = Inputs(_tiles.Painting, rgb, tile, weights);
            foreach (var name in slopes?.Keys ?? [])
                if (name != StyleGraph.Values) inputs[name] = slopes![name];
            _tiles.Painting.Run(inputs, new Dictionary<string, RuntimeTensor> { [_tiles.Gradient] = _tiles.Crops.Gradient(tile.Crop) }, cancellation);
            _tiles.Crops.AddGradient(_plan, tile.Crop, gradient);
        }
        AddVariation(rgb, values, weights, gradient);
        return values;
    }

    // The terms' values, and their slopes with respect to the moments; null where no term has any.
    private RunResults? FirstPass(ReadOnlySpan<float> rgb, double[] values, IReadOnlyList<double> weights, CancellationToken cancellation)
    {
        var moments = new MomentSums();
        var all = Session.Objective.Terms.ToList();
        var sums = Numbers(all, TiledStyleGraph.IsSum);
        _tiles.Crops.Reserve(_plan);
        foreach (var tile in _plan.Tiles)
        {
            using var results = _tiles.Forward.Run(Inputs(_tiles.Forward, rgb, tile, weights), cancellation: cancellation);
            foreach (var layer in _masks.Keys) moments.Add(layer, results);
            if (sums.Count == 0) continue;
            var parts = results[TiledStyleGraph.Sums].Span<float>();
            for (var index = 0; index < sums.Count; index++) values[sums[index]] += parts[index];
        }
        if (_tiles.Balance is not { } balance) return null;
        var inputs = new Dictionary<string, RuntimeTensor>();
        foreach (var input in balance.Inputs) inputs[input.Name] = input.Name == StyleGraph.Weights ? OfLayers(weights) : input.Name == StyleGraph.Shares ? _shares : _targets.GetValueOrDefault(input.Name)!;
        foreach (var layer in _masks.Keys)
        {
            var found = moments.Of(layer);
            inputs[TargetGraph.Second(layer)] = RuntimeTensor.Of(found.Second, found.Regions, found.Channels, found.Channels);
            inputs[TargetGraph.Mean(layer)] = RuntimeTensor.Of(found.Mean, found.Regions, found.Channels, 1);
        }
        var slopes = balance.Run(inputs, cancellation: cancellation);
        var terms = slopes[StyleGraph.Values].Span<float>();
        foreach (var (index, term) in Numbers(all, term => term.Layer.Length > 0 && !TiledStyleGraph.IsSum(term)).Index()) values[term] = terms[index];
        return slopes;
    }

    private Dictionary<string, RuntimeTensor> Inputs(CompiledGraph graph, ReadOnlySpan<float> rgb, Tile tile, IReadOnlyList<double> weights)
    {
        var inputs = new Dictionary<string, RuntimeTensor> { [Session.Network.Input] = _tiles.Crops.Input(rgb, _plan, tile.Crop) };
        var wanted = graph.Inputs.Select(input => input.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var (layer, place) in _places) Give(TiledStyleGraph.Place(layer), () => place.Place(tile));
        foreach (var (layer, mask) in _masks) Give(StyleGraph.Mask(layer), () => mask.Mask(tile));
        foreach (var layer in _content.Activations.Keys) Give(StyleGraph.ContentTarget(layer), () => Crop(layer, tile));
        foreach (var (name, target) in _targets) Give(name, () => target);
        Give(StyleGraph.Weights, () => OfLayers(weights));
        Give(StyleGraph.Shares, () => _shares);
        return inputs;

        void Give(string name, Func<RuntimeTensor> make)
        {
            if (wanted.Contains(name)) inputs[name] = make();
        }
    }

    // The content's activations at a tile; what the tile does not own is not looked at.
    private RuntimeTensor Crop(string layer, Tile tile)
    {
        var (values, shape) = _content.Activations[layer];
        var place = tile.Layers[_tiles.Layers.ToList().IndexOf(layer)];
        var (channels, height, width) = ((int)shape[1], (int)shape[2], (int)shape[3]);
        var size = channels * place.Height * place.Width;
        if (!_crops.TryGetValue(layer, out var buffer) || buffer.Length < size) _crops[layer] = buffer = new float[size];
        var crop = buffer.AsMemory(0, size);
        for (var channel = 0; channel < channels; channel++)
            for (var row = 0; row < place.Owned.Height; row++)
                values.AsSpan((channel * height + place.Top + row) * width + place.Left, place.Owned.Width)
                    .CopyTo(crop.Span.Slice((channel * place.Height + place.Owned.Top + row) * place.Width + place.Owned.Left));
        return RuntimeTensor.Of(crop, 1, channels, place.Height, place.Width);
    }

    private void AddVariation(ReadOnlySpan<float> rgb, double[] values, IReadOnlyList<double> weights, Span<float> gradient)
    {
        foreach (var index in Numbers(Session.Objective.Terms, term => term.Layer.Length == 0))
            values[index] = _variation.Add(Session.Objective.Terms[index].Kind, rgb, weights[index], gradient);
    }

    private RuntimeTensor OfLayers(IReadOnlyList<double> weights)
    {
        float[] own = [.. Numbers(Session.Objective.Terms, term => term.Layer.Length > 0).Select(index => (float)weights[index])];
        return RuntimeTensor.Of(own, own.Length);
    }

    private static List<int> Numbers(IReadOnlyList<StyleTerm> terms, Func<StyleTerm, bool> which) => [.. terms.Index().Where(pair => which(pair.Item)).Select(pair => pair.Index)];
}
