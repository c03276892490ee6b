using Reverie.Autodiff;
using Reverie.Models;
using Reverie.Onnx;
using Reverie.Onnx.Shapes;

namespace Reverie.Dream.Objectives;

/// <summary>A network cut at its deepest layer used, with an objective and its gradient appended: one run gives both, at any size.</summary>
internal sealed class ObjectiveGraph
{
    /// <summary>The output [] with the objective's value.</summary>
    public const string Value = "dream/objective";

    private ObjectiveGraph(Graph graph, string gradient, Graph layers, IReadOnlyList<PlacedTerm> places) => (Graph, Gradient, Layers, Places) = (graph, gradient, layers, places);

    /// <summary>The graph; its outputs are <see cref="Value"/> and <see cref="Gradient"/>.</summary>
    public Graph Graph { get; }

    /// <summary>The output with the gradient with respect to the network's input, of the input's shape.</summary>
    public string Gradient { get; }

    /// <summary>The network cut at the layers that the objective names, which are its outputs: what the gradient of a place of theirs can depend on.</summary>
    public Graph Layers { get; }

    /// <summary>The terms that some places count for; each has an input of the graph, to be fed at every run.</summary>
    public IReadOnlyList<PlacedTerm> Places { get; }

    /// <summary>Builds the graph.</summary>
    /// <param name="network">The network.</param>
    /// <param name="objective">The objective.</param>
    /// <param name="guides">The features of the pictures that it names.</param>
    /// <exception cref="ReverieException">A layer or channel does not exist, or the way to it cannot be differentiated.</exception>
    public static ObjectiveGraph Build(Network network, Objective objective, GuideFeatures guides)
    {
        objective = Resolved(network, objective);
        var layers = network.Graph.Cut(objective.Terms.Select(term => term.Layer).Distinct());
        var graph = layers.Clone();
        ShapeInference.Infer(graph);
        var emitter = new Emitter(graph) { Prefix = "dream" };
        var (cotangents, values, places) = (new Dictionary<string, Value>(), new List<Value>(), new List<PlacedTerm>());
        var unitNorm = objective.Terms.Count > 1 && objective.Balance == LayerBalance.UnitNorm;
        foreach (var term in objective.Terms)
        {
            var written = new TermGraph(emitter, term, guides);
            var (measure, cotangent) = written.Write(unitNorm);
            values.Add(measure);
            cotangents[term.Layer] = cotangents.TryGetValue(term.Layer, out var other) ? other + cotangent : cotangent;
            if (written.Where is { } where) places.Add(new(where, term));
        }
        var value = values.Aggregate((sum, next) => sum + next);
        graph.Nodes.Add(new Node("Identity", [value.Name], [Value]));
        graph.Refresh();
        var seeds = cotangents.ToDictionary(pair => pair.Key, pair => pair.Value.Name);
        var gradient = Differentiator.Append(graph, seeds, [network.Input], RuleTable.Gradient)[network.Input];
        return new(graph.Cut([Value, gradient], keepInputs: true), gradient, layers, places);
    }

    /// <summary>The objective with the names that the graph has for its layers: names of the original file that rewriting dropped stay good.</summary>
    /// <exception cref="ReverieException">It names no layer, or one that does not exist.</exception>
    public static Objective Resolved(Network network, Objective objective)
    {
        if (objective.Terms.Count == 0) throw new ReverieException("the objective names no layer");
        foreach (var term in objective.Terms)
            if (!network.IsLayer(term.Layer)) throw new ReverieException($"{Names.Unknown("layer", term.Layer, network.Layers)} ('reverie models layers' lists all)");
        return objective with { Terms = [.. objective.Terms.Select(term => term with { Layer = network.Graph.Resolve(term.Layer) })] };
    }
}

/// <summary>A term that not all places count for, and the graph's input [1,1,h,w] that says which do.</summary>
/// <param name="Input">The input's name.</param>
/// <param name="Term">The term; h and w are those of its layer.</param>
internal sealed record PlacedTerm(string Input, ObjectiveTerm Term);
