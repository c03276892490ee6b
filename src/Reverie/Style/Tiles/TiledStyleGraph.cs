using Reverie.Autodiff;
using Reverie.Models;
using Reverie.Onnx;
using Reverie.Onnx.Shapes;
using Reverie.Tiling;

namespace Reverie.Style.Tiles;

/// <summary>
/// A style objective written for tiles, exactly (Galerne et al., "Scaling Painting Style Transfer", arXiv:2212.13459, do so with fixed blocks): a first pass over the tiles adds up the moments of
/// each layer over the positions that a tile owns; the objective and its slopes A and b with respect to the moments are computed once, from the sums; a second pass over the tiles takes
/// the cotangent A F + b of the owned positions back to the pixels.
/// </summary>
/// <remarks>
/// Whole layers have one region here where the objective has none; so matrices are [R,N,N] with R at least 1, and the positions' weights [R,1,m] of a tile, 0 at those of other tiles, are those of the
/// whole layer.
/// </remarks>
internal sealed class TiledStyleGraph
{
    private TiledStyleGraph(IReadOnlyList<StyleTerm> terms, Graph forward, Graph balance, Graph painting, string gradient, Locality locality) =>
        (Terms, Forward, Balance, Painting, Gradient, Locality) = (terms, forward, balance, painting, gradient, locality);

    /// <summary>The objective's terms that look at layers; the others are no matter of tiles.</summary>
    public IReadOnlyList<StyleTerm> Terms { get; }

    /// <summary>The first pass: the moments (<see cref="TargetGraph.Second"/>, <see cref="TargetGraph.Mean"/>) of a tile's positions, and <see cref="Sums"/>.</summary>
    public Graph Forward { get; }

    /// <summary>What is done once between the passes: from moments, targets and weights to <see cref="StyleGraph.Values"/> of the terms that are functions of moments, in their order, and their slopes.</summary>
    public Graph Balance { get; }

    /// <summary>The second pass: from slopes to the gradient.</summary>
    public Graph Painting { get; }

    /// <summary>The output of <see cref="Painting"/> with the gradient with respect to the network's input.</summary>
    public string Gradient { get; }

    /// <summary>What the layers depend on.</summary>
    public Locality Locality { get; }

    /// <summary>The output [K] of <see cref="Forward"/> with what a tile contributes to the terms that are sums over places, in their order; absent where there are none.</summary>
    public const string Sums = "style/sums";

    /// <summary>The input [1,1,h,w] with 1/M at the positions that the tile owns of a layer's M and 0 elsewhere.</summary>
    public static string Place(string layer) => $"style/place/{layer}";

    /// <summary>The tensor [R,N,N] with a layer's slope A.</summary>
    public static string Slope(string layer) => $"style/slope/{layer}";

    /// <summary>The tensor [R,N,1] with a layer's slope b.</summary>
    public static string Offset(string layer) => $"style/offset/{layer}";

    /// <summary>Whether a term is a sum over places.</summary>
    public static bool IsSum(StyleTerm term) => term.Kind is StyleTermKind.Content or StyleTermKind.Nearest;

    /// <summary>Builds the graphs.</summary>
    /// <param name="network">The network.</param>
    /// <param name="graph">Its graph, perhaps with other pools and borders.</param>
    /// <param name="terms">The objective's terms.</param>
    /// <param name="regions">The number of regions; 0 for none.</param>
    /// <exception cref="ReverieException">A layer is no map of features, an operator on the way looks at the whole picture, or it cannot be differentiated.</exception>
    public static TiledStyleGraph Build(Network network, Graph graph, IReadOnlyList<StyleTerm> terms, int regions)
    {
        var own = terms.Where(term => term.Layer.Length > 0).ToList();
        if (own.Count == 0) throw new ReverieException("an objective in tiles needs at least one term that looks at a layer");
        var layers = own.Select(term => term.Layer).Distinct().ToList();
        var cut = graph.Cut(layers, keepInputs: true);
        var axes = network.Preprocessing.Shape(1, -2, -3);
        var locality = Locality.Of(cut, layers, network.Input, (Array.IndexOf(axes, -2), Array.IndexOf(axes, -3)));
        var stacked = Math.Max(1, regions);
        var balance = BalanceOf(cut, own, stacked, out var slopes);
        var forward = new TileTermWriter(cut, own, stacked).Forward();
        var painting = new TileTermWriter(cut, own, stacked);
        var gradient = painting.Gradient(network.Input, slopes);
        return new(own, forward, balance, painting.Graph.Cut([gradient], keepInputs: true), gradient, locality);
    }

    // The terms of moments as the whole picture's graph has them, but of moments that are inputs.
    private static Graph BalanceOf(Graph cut, List<StyleTerm> terms, int regions, out HashSet<string> slopes)
    {
        var shapes = new Emitter(Inferred(cut));
        var work = new Graph { Name = "balance" };
        var emitter = new Emitter(work) { Prefix = "style" };
        var writer = new TermWriter(emitter, regions, work, terms.Count);
        var values = new Value[terms.Count];
        var outputs = new List<string>();
        foreach (var layer in terms.Where(term => !IsSum(term)).Select(term => term.Layer).Distinct())
        {
            var channels = FeatureMoments.ChannelsOf(shapes, layer);
            var moments = FeatureMoments.Given(emitter, channels, Input(TargetGraph.Second(layer), channels, channels), Input(TargetGraph.Mean(layer), channels, 1));
            var (matrix, offset) = writer.Slopes(moments, layer, [.. terms.Index().Where(pair => pair.Item.Layer == layer && !IsSum(pair.Item))], values);
            if (matrix is { } slope) Name(slope, Slope(layer));
            if (offset is { } constant) Name(constant, Offset(layer));
        }
        slopes = [.. outputs];
        if (values.Where(value => value.IsGiven).Select(value => value.Name).ToList() is { Count: > 0 } given)
        {
            work.Nodes.Add(new Node("Concat", given, [StyleGraph.Values]) { Attributes = { ["axis"] = 0 } });
            outputs.Add(StyleGraph.Values);
        }
        work.Refresh();
        return work.Cut(outputs, keepInputs: true);

        Value Input(string name, params ReadOnlySpan<long> shape)
        {
            work.Inputs.Add(new(name, new TensorType(ElementType.Float, [regions, .. shape.ToArray().Select(size => Dim.Of(size))])));
            work.Refresh();
            return emitter[name];
        }

        void Name(Value value, string output)
        {
            work.Nodes.Add(new Node("Identity", [value.Name], [output]));
            outputs.Add(output);
        }
    }

    private static Graph Inferred(Graph graph)
    {
        var work = graph.Clone();
        ShapeInference.Infer(work);
        return work;
    }
}
