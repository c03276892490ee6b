using Reverie.Autodiff;
using Reverie.Models;
using Reverie.Onnx;
using Reverie.Onnx.Shapes;

namespace Reverie.Style;

/// <summary>
/// A network with the terms of a style objective and their gradient appended: one run gives the value of every term and the gradient of their weighted sum. The
/// targets and the weights are inputs, so that one session serves every picture, every size and every strength.
/// </summary>
internal sealed class StyleGraph
{
    /// <summary>The input [T] with the terms' weights.</summary>
    public const string Weights = "style/weights";

    /// <summary>The input [R] with the share of each region, where there are regions.</summary>
    public const string Shares = "style/shares";

    /// <summary>The output [T] with the terms' values, without their weights.</summary>
    public const string Values = "style/values";

    private StyleGraph(Graph graph, string gradient) => (Graph, Gradient) = (graph, gradient);

    /// <summary>The graph.</summary>
    public Graph Graph { get; }

    /// <summary>The output with the gradient of the weighted sum with respect to the network's input.</summary>
    public string Gradient { get; }

    /// <summary>The input with the content picture's activations of a layer [1,N,h,w].</summary>
    public static string ContentTarget(string layer) => $"style/content/{layer}";

    /// <summary>The input with a style's second moments of a layer: [N,N], or [R,N,N] with regions.</summary>
    public static string GramTarget(string layer, int style) => $"style/gram/{style}/{layer}";

    /// <summary>The input with a style's channel means of a layer: [N,1], or [R,N,1] with regions.</summary>
    public static string MeanTarget(string layer, int style) => $"style/mean/{style}/{layer}";

    /// <summary>The input with a style's standard deviations of a layer: [N,1], or [R,N,1] with regions.</summary>
    public static string DeviationTarget(string layer, int style) => $"style/deviation/{style}/{layer}";

    /// <summary>The input with the square root of a style's covariance of a layer: [N,N], or [R,N,N] with regions.</summary>
    public static string RootTarget(string layer, int style) => $"style/root/{style}/{layer}";

    /// <summary>The input with some of a style's features of a layer, each of length 1: [K,N].</summary>
    public static string FeatureTarget(string layer, int style) => $"style/features/{style}/{layer}";

    /// <summary>The input with the regions' weights at the places of a layer [R,1,M], each region's adding up to 1.</summary>
    public static string Mask(string layer) => $"style/mask/{layer}";

    /// <summary>Builds the graph.</summary>
    /// <param name="network">The network.</param>
    /// <param name="graph">Its graph, perhaps with other pools and borders.</param>
    /// <param name="terms">The terms; their order is that of <see cref="Weights"/> and <see cref="Values"/>.</param>
    /// <param name="regions">The number of regions with statistics of their own; 0 for the whole picture.</param>
    /// <exception cref="ReverieException">A layer does not exist, is no map of features, or the way to it cannot be differentiated.</exception>
    public static StyleGraph Build(Network network, Graph graph, IReadOnlyList<StyleTerm> terms, int regions = 0)
    {
        var layers = terms.Where(term => term.Layer.Length > 0).Select(term => term.Layer).Distinct().ToList();
        var work = graph.Cut(layers, keepInputs: true);
        ShapeInference.Infer(work);
        var emitter = new Emitter(work) { Prefix = "style" };
        var writer = new TermWriter(emitter, regions, work, terms.Count);
        var values = new Value[terms.Count];
        var cotangents = new Dictionary<string, Value>(StringComparer.Ordinal);
        foreach (var layer in layers)
        {
            var numbered = terms.Index().Where(pair => pair.Item.Layer == layer).ToList();
            foreach (var (index, term) in numbered.Where(pair => pair.Item.Kind == StyleTermKind.Content)) Seed(layer, writer.Content(index, layer, values));
            foreach (var (index, term) in numbered.Where(pair => pair.Item.Kind == StyleTermKind.Nearest)) Seed(layer, writer.Nearest(index, term, values));
            if (writer.Statistics(layer, [.. numbered.Where(pair => pair.Item.IsStyle && pair.Item.Kind != StyleTermKind.Nearest)], values) is { } cotangent) Seed(layer, cotangent);
        }
        var input = network.Input;
        Value? direct = null;
        foreach (var (index, term) in terms.Index().Where(pair => pair.Item.Layer.Length == 0))
        {
            var next = writer.Variation(index, term.Kind, input, network, values);
            direct = direct is { } before ? before + next : next;
        }
        work.Nodes.Add(new Node("Concat", values.Select(value => value.Name), [Values]) { Attributes = { ["axis"] = 0 } });
        work.Refresh();
        string gradient;
        if (cotangents.Count > 0)
        {
            gradient = Differentiator.Append(work, cotangents.ToDictionary(pair => pair.Key, pair => pair.Value.Name), [input], RuleTable.Gradient)[input];
            if (direct is { } more)
            {
                work.Refresh();
                // the differentiator may have rewritten the nodes that the first emitter appended to
                var last = new Emitter(work) { Prefix = "style/total" };
                gradient = (last[gradient] + last[more.Name]).Name;
            }
        }
        else gradient = direct?.Name ?? throw new ReverieException("a style objective needs at least one term");
        return new(work.Cut([Values, gradient], keepInputs: true), gradient);

        void Seed(string layer, Value cotangent) => cotangents[layer] = cotangents.TryGetValue(layer, out var other) ? other + cotangent : cotangent;
    }
}
