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

    private ObjectiveGraph(Graph graph, string gradient, Graph layers) => (Graph, Gradient, Layers) = (graph, gradient, layers);

    /// <summary>The graph; its outputs are <see cref="Value"/> and <see cref="Gradient"/>.</summary>
    public Graph Graph { get; }

    /// <summary>The output with the gradient with respect to the network's input, of the input's shape.</summary>
    public string Gradient { get; }

    /// <summary>The network cut at the layers that the objective names, which are its outputs: what the gradient of a place of theirs can depend on.</summary>
    public Graph Layers { get; }

    /// <summary>Builds the graph.</summary>
    /// <exception cref="ReverieException">A layer or channel does not exist, or the way to it cannot be differentiated.</exception>
    public static ObjectiveGraph Build(Network network, Objective objective)
    {
        if (objective.Terms.Count == 0) throw new ReverieException("the objective names no layer");
        foreach (var term in objective.Terms)
            if (!network.IsLayer(term.Layer)) throw new ReverieException($"{Names.Unknown("layer", term.Layer, network.Layers)} ('reverie models layers' lists all)");
        var layers = network.Graph.Cut(objective.Terms.Select(term => term.Layer).Distinct());
        var graph = layers.Clone();
        ShapeInference.Infer(graph);
        var emitter = new Emitter(graph) { Prefix = "dream" };
        var (cotangents, values) = (new Dictionary<string, Value>(), new List<Value>());
        var balance = objective.Terms.Count > 1 ? objective.Balance : LayerBalance.None;
        foreach (var term in objective.Terms)
        {
            var activation = emitter[term.Layer];
            var chosen = term.Channels is null ? activation : activation * Mask(emitter, term);
            var half = emitter.Op("ReduceSumSquare", [chosen], ("keepdims", 0)) * 0.5;
            Value cotangent;
            if (balance == LayerBalance.UnitNorm)
            {
                // d ||a|| = a / ||a||; a silent layer has no direction and pulls nowhere
                var norm = (2 * half).Sqrt();
                cotangent = chosen * (term.Weight / emitter.Op("Max", norm, emitter.Scalar(1e-20)));
                values.Add(norm * term.Weight);
            }
            else
            {
                cotangent = chosen * term.Weight;
                values.Add(half * term.Weight);
            }
            cotangents[term.Layer] = cotangents.TryGetValue(term.Layer, out var other) ? other + cotangent : cotangent;
        }
        var value = values.Aggregate((sum, next) => sum + next);
        graph.Nodes.Add(new Node("Identity", [value.Name], [Value]));
        graph.Refresh();
        var seeds = cotangents.ToDictionary(pair => pair.Key, pair => pair.Value.Name);
        var gradient = Differentiator.Append(graph, seeds, [network.Input], RuleTable.Gradient)[network.Input];
        return new(graph.Cut([Value, gradient], keepInputs: true), gradient, layers);
    }

    private static Value Mask(Emitter emitter, ObjectiveTerm term)
    {
        var shape = emitter.DimsOf(term.Layer);
        if (shape is not [_, { Value: { } count }, ..]) throw new ReverieException($"the number of channels of {term.Layer} is not known, so none can be chosen");
        var mask = new float[count];
        foreach (var channel in term.Channels!)
        {
            if (channel < 0 || channel >= count) throw new ReverieException($"{term.Layer} has no channel {channel}; it has {count}, counted from 0");
            mask[channel] = 1;
        }
        long[] dims = [count, .. Enumerable.Repeat(1L, shape.Count - 2)];
        return emitter.Constant("channels", Tensor.Of<float>(mask, dims));
    }
}
