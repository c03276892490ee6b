using Reverie.Autodiff;
using Reverie.Models;
using Reverie.Onnx;
using Reverie.Onnx.Shapes;
using Reverie.Tiling;

namespace Reverie.Dream.Objectives;

/// <summary>
/// An objective written for tiles: which positions of a layer count is an input, what a tile contributes adds up over tiles, and what depends on the whole picture (a
/// term's scale) is an input as well, found in a first pass where it has to be measured.
/// </summary>
internal sealed class TiledObjectiveGraph
{
    /// <summary>The output [K] with every term's product of activations and cotangent.</summary>
    public const string Products = "dream/products";

    /// <summary>The output [K] with the sums of the squares of every term's cotangent.</summary>
    public const string SquareSums = "dream/squares";

    /// <summary>The input [K] with every term's scale.</summary>
    public const string Scales = "dream/scales";

    private TiledObjectiveGraph(Graph graph, string gradient, Graph forward, Locality locality, Objective objective, IReadOnlyList<string> wheres) =>
        (Graph, Gradient, Forward, Locality, Objective, Wheres) = (graph, gradient, forward, locality, objective, wheres);

    /// <summary>The graph with the outputs <see cref="Products"/> and <see cref="Gradient"/>.</summary>
    public Graph Graph { get; }

    /// <summary>The output with the gradient with respect to the network's input.</summary>
    public string Gradient { get; }

    /// <summary>The way forward only, with the outputs <see cref="Products"/> and <see cref="SquareSums"/>.</summary>
    public Graph Forward { get; }

    /// <summary>What the objective's layers depend on.</summary>
    public Locality Locality { get; }

    /// <summary>The objective, with the layers' names in the graph.</summary>
    public Objective Objective { get; }

    /// <summary>For each term, the input [1,1,h,w] with the weights of its layer's positions.</summary>
    public IReadOnlyList<string> Wheres { get; }

    /// <summary>Whether the terms are scaled to unit norm, which only a pass over all tiles can tell.</summary>
    public bool IsBalanced => Objective.Terms.Count > 1 && Objective.Balance == LayerBalance.UnitNorm;

    /// <summary>Builds the graphs.</summary>
    /// <exception cref="ReverieException">
    /// A layer or channel does not exist, the way to it cannot be differentiated, or an operator on it looks at the whole picture.
    /// </exception>
    public static TiledObjectiveGraph Build(Network network, Objective objective, GuideFeatures guides)
    {
        objective = ObjectiveGraph.Resolved(network, objective);
        var layers = network.Graph.Cut(objective.Terms.Select(term => term.Layer).Distinct());
        var axes = network.Preprocessing.Shape(1, -2, -3);
        var locality = Locality.Of(layers, objective.Terms.Select(term => term.Layer), network.Input, (Array.IndexOf(axes, -2), Array.IndexOf(axes, -3)));
        var graph = layers.Clone();
        ShapeInference.Infer(graph);
        var emitter = new Emitter(graph) { Prefix = "dream" };
        graph.Inputs.Add(new(Scales, new(ElementType.Float, [Dim.Of(objective.Terms.Count)])));
        graph.Refresh();
        var (cotangents, products, squares, wheres) = (new Dictionary<string, Value>(), new List<Value>(), new List<Value>(), new List<string>());
        foreach (var term in objective.Terms)
        {
            var written = new TermGraph(emitter, term, guides);
            var parts = written.WriteParts();
            var cotangent = parts.Cotangent * emitter[Scales].Range(wheres.Count, wheres.Count + 1);
            wheres.Add(written.Where!);
            products.Add(parts.Product.Reshape(1));
            squares.Add(parts.Squares.Reshape(1));
            cotangents[term.Layer] = cotangents.TryGetValue(term.Layer, out var other) ? other + cotangent : cotangent;
        }
        Join(products, Products);
        Join(squares, SquareSums);
        graph.Refresh();
        var forward = graph.Cut([Products, SquareSums]);
        var seeds = cotangents.ToDictionary(pair => pair.Key, pair => pair.Value.Name);
        var gradient = Differentiator.Append(graph, seeds, [network.Input], RuleTable.Gradient)[network.Input];
        return new(graph.Cut([Products, gradient], keepInputs: true), gradient, forward, locality, objective, wheres);

        void Join(List<Value> values, string name)
        {
            var node = new Node("Concat", values.Select(value => value.Name), [name]) { Name = name };
            node.Attributes["axis"] = 0L;
            graph.Nodes.Add(node);
        }
    }
}
