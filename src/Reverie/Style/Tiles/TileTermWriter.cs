using Reverie.Autodiff;
using Reverie.Onnx;
using Reverie.Onnx.Shapes;

namespace Reverie.Style.Tiles;

/// <summary>Writes what a tile contributes to the terms of a style objective, and the cotangents of the positions that it owns.</summary>
internal sealed class TileTermWriter
{
    private readonly Emitter _emitter;
    private readonly IReadOnlyList<StyleTerm> _terms;
    private readonly int _regions;

    /// <summary>Begins with a copy of a network's graph.</summary>
    /// <param name="cut">The graph, cut at the terms' layers.</param>
    /// <param name="terms">The terms.</param>
    /// <param name="regions">The number of regions, at least 1.</param>
    public TileTermWriter(Graph cut, IReadOnlyList<StyleTerm> terms, int regions)
    {
        Graph = cut.Clone();
        ShapeInference.Infer(Graph);
        (_emitter, _terms, _regions) = (new(Graph) { Prefix = "style" }, terms, regions);
    }

    /// <summary>The graph.</summary>
    public Graph Graph { get; }

    private IEnumerable<string> MomentLayers => _terms.Where(term => !TiledStyleGraph.IsSum(term)).Select(term => term.Layer).Distinct();

    /// <summary>The first pass.</summary>
    public Graph Forward()
    {
        var outputs = new List<string>();
        foreach (var layer in MomentLayers)
        {
            var moments = Moments(layer);
            Name(moments.Second, TargetGraph.Second(layer));
            Name(moments.Mean, TargetGraph.Mean(layer));
        }
        var sums = _terms.Index().Where(pair => TiledStyleGraph.IsSum(pair.Item)).Select(pair => (pair.Item.Kind == StyleTermKind.Content ? Content(pair.Item) : Nearest(pair.Index, pair.Item)).Sum).ToList();
        if (sums.Count > 0)
        {
            Graph.Nodes.Add(new Node("Concat", sums.Select(sum => sum.Reshape(1).Name).ToArray(), [TiledStyleGraph.Sums]) { Attributes = { ["axis"] = 0 } });
            outputs.Add(TiledStyleGraph.Sums);
        }
        Graph.Refresh();
        return Graph.Cut(outputs, keepInputs: true);

        void Name(Value value, string output)
        {
            Graph.Nodes.Add(new Node("Identity", [value.Name], [output]));
            outputs.Add(output);
        }
    }

    /// <summary>The second pass; gives the name of the gradient with respect to the network's input.</summary>
    /// <param name="input">The network's input.</param>
    /// <param name="slopes">Which slopes there are.</param>
    public string Gradient(string input, IReadOnlySet<string> slopes)
    {
        var cotangents = new Dictionary<string, Value>(StringComparer.Ordinal);
        var weights = Input(StyleGraph.Weights, Dim.Of(_terms.Count));
        foreach (var (index, term) in _terms.Index().Where(pair => TiledStyleGraph.IsSum(pair.Item)))
            Seed(term.Layer, (term.Kind == StyleTermKind.Content ? Content(term) : Nearest(index, term)).Cotangent * _emitter.Op("Gather", [weights, _emitter.Int(index)], ("axis", 0)));
        foreach (var layer in MomentLayers)
        {
            var moments = Moments(layer);
            Value? matrix = slopes.Contains(TiledStyleGraph.Slope(layer)) ? Input(TiledStyleGraph.Slope(layer), _regions, moments.Channels, moments.Channels) : null;
            Value? offset = slopes.Contains(TiledStyleGraph.Offset(layer)) ? Input(TiledStyleGraph.Offset(layer), _regions, moments.Channels, 1) : null;
            Seed(layer, moments.Cotangent(matrix, offset, Input(StyleGraph.Shares, _regions).Reshape(_regions, 1, 1)));
        }
        Graph.Refresh();
        return Differentiator.Append(Graph, cotangents.ToDictionary(pair => pair.Key, pair => pair.Value.Name), [input], RuleTable.Gradient)[input];

        void Seed(string layer, Value cotangent) => cotangents[layer] = cotangents.TryGetValue(layer, out var other) ? other + cotangent : cotangent;
    }

    private FeatureMoments Moments(string layer) => FeatureMoments.Write(_emitter, layer, Input(StyleGraph.Mask(layer), _regions, 1, TermWriter.Places(_emitter, layer)));

    // sum over owned positions of (F - P)^2 / (N M), and 2 (F - P) / (N M)
    private (Value Sum, Value Cotangent) Content(StyleTerm term)
    {
        var shape = _emitter.DimsOf(term.Layer)!;
        var channels = FeatureMoments.ChannelsOf(_emitter, term.Layer);
        var difference = _emitter[term.Layer] - Input(StyleGraph.ContentTarget(term.Layer), [.. shape]);
        var weighed = difference * (Place(term.Layer) / channels);
        return (_emitter.Op("ReduceSum", [difference * weighed], ("keepdims", 0)), weighed * 2);
    }

    // sum over owned positions of (1 - cos) / M, and its derivative (cos unit - nearest) / length / M
    private (Value Sum, Value Cotangent) Nearest(int index, StyleTerm term)
    {
        var channels = FeatureMoments.ChannelsOf(_emitter, term.Layer);
        var features = _emitter[term.Layer].Reshape(channels, -1).Transpose(1, 0);
        var place = Place(term.Layer).Reshape(-1, 1);
        var length = (_emitter.Op("ReduceSumSquare", [features, _emitter.Ints(1)], ("keepdims", 1)) + 1e-12).Sqrt();
        var unit = features / length;
        var style = Input(StyleGraph.FeatureTarget(term.Layer, term.Style), Dim.Symbol($"K_{index}"), channels);
        var nearest = _emitter.Op("Gather", [style, _emitter.Op("ArgMax", [unit.MatMul(style.Transpose(1, 0))], ("axis", 1), ("keepdims", 0))], ("axis", 0));
        var cosine = (unit * nearest).Sum(1);
        return (_emitter.Op("ReduceSum", [(1 - cosine) * place], ("keepdims", 0)), ((cosine * unit - nearest) / length * place).Transpose(1, 0).Reshape(_emitter.ShapeOf(term.Layer)));
    }

    private Value Place(string layer) => _emitter.DimsOf(layer) is [_, _, var height, var width] ? Input(TiledStyleGraph.Place(layer), 1, 1, height, width)
        : throw new ReverieException($"{layer} is no map of features [1,channels,height,width], which style transfer needs; choose another layer");

    private Value Input(string name, params ReadOnlySpan<Dim> shape)
    {
        if (!Graph.Inputs.Exists(input => input.Name == name))
        {
            Graph.Inputs.Add(new(name, new TensorType(ElementType.Float, shape.ToArray())));
            Graph.Refresh();
        }
        return _emitter[name];
    }
}
