using Reverie.Autodiff;
using Reverie.Models;
using Reverie.Onnx;
using Reverie.Onnx.Shapes;

namespace Reverie.Dream.Visualisation;

/// <summary>
/// A network cut at a layer, with the gradient of a weighted sum of its activations for every item of a batch. The weights are inputs, so that one compiled
/// graph serves all channels of the layer, and other channels in every item.
/// </summary>
internal sealed class FeatureGraph
{
    // No gradient reaches a layer through a silent ReLU; for the first steps those pass whatever asks for more.
    private static readonly RuleTable Redirected = RuleTable.Gradient.With("gradient past silent ReLUs",
        ("Relu", c => c.Give(0, (c.Y > 0).Choose(c.Dy, c.Emitter.Op("Relu", c.Dy)))));

    private FeatureGraph(Graph graph, string layer, bool hasPlaces) => (Graph, Layer, HasPlaces) = (graph, layer, hasPlaces);

    /// <summary>The input [N,C]: the weight of every channel, for every item.</summary>
    public const string Channels = "visualise/channels";

    /// <summary>The input [1,1,h,w]: the weight of every place, the same for all items. Absent where the layer has no places.</summary>
    public const string Places = "visualise/places";

    /// <summary>The input []: how strongly items are driven apart; absent where they are not.</summary>
    public const string Apart = "visualise/apart";

    /// <summary>The output with the gradient with respect to the network's input.</summary>
    public const string Gradient = "visualise/gradient";

    /// <summary>The graph; its outputs are <see cref="Layer"/> and <see cref="Gradient"/>.</summary>
    public Graph Graph { get; }

    /// <summary>The layer's tensor.</summary>
    public string Layer { get; }

    /// <summary>Whether the layer is [N,C,h,w] and not [N,C].</summary>
    public bool HasPlaces { get; }

    /// <summary>Builds the graph.</summary>
    /// <param name="network">The network.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="diverse">Whether the items of a batch are to be driven apart.</param>
    /// <param name="redirected">Whether gradients pass silent ReLUs where they ask for more.</param>
    /// <exception cref="ReverieException">There is no such layer, it has no channels, or the way to it cannot be differentiated.</exception>
    public static FeatureGraph Build(Network network, string layer, bool diverse, bool redirected)
    {
        if (!network.IsLayer(layer)) throw new ReverieException($"{Names.Unknown("layer", layer, network.Layers)} ('reverie models layers' lists all)");
        layer = network.Graph.Resolve(layer);
        var graph = network.Graph.Cut([layer]);
        ShapeInference.Infer(graph);
        if (graph.TypeOf(layer)?.Shape is not ([_, { Value: not null }] or [_, { Value: not null }, _, _]))
            throw new ReverieException($"{layer} has no channels to visualise: its shape is not [N,C,H,W] or [N,C]");
        var hasPlaces = graph.TypeOf(layer)!.Rank == 4;
        var emitter = new Emitter(graph) { Prefix = "visualise" };
        var activation = emitter[layer];
        var seed = Input(Channels, Dim.Symbol("visualise/n"), graph.TypeOf(layer)!.Shape![1]);
        if (hasPlaces) seed = seed.Unsqueeze(2, 3) * Input(Places, 1, 1, Dim.Symbol("visualise/h"), Dim.Symbol("visualise/w"));
        var cotangent = diverse && hasPlaces ? seed + Diversity(emitter, activation, seed) * Input(Apart) : seed;
        var gradient = Differentiator.Append(graph, new Dictionary<string, string> { [layer] = cotangent.Name }, [network.Input], redirected ? Redirected : RuleTable.Gradient)[network.Input];
        graph.Nodes.Add(new Node("Identity", [gradient], [Gradient]));
        graph.Refresh();
        return new(graph.Cut([layer, Gradient], keepInputs: true), layer, hasPlaces);

        Value Input(string name, params Dim[] shape)
        {
            graph.Inputs.Add(new(name, new(ElementType.Float, shape)));
            graph.Refresh();
            return emitter[name];
        }
    }

    // The gradient at the layer of minus the sum of the cosines between the items' Gram matrices G = A A^T, scaled for each item to the norm of its seed.
    private static Value Diversity(Emitter emitter, Value activation, Value seed)
    {
        var a = emitter.Op("Reshape", activation, emitter.Ints(0, 0, -1));                // [N,C,P]
        var gram = a.MatMul(a.Transpose(0, 2, 1));
        var flat = emitter.Op("Flatten", [gram], ("axis", 1));                            // [N,CC]
        var norm = AtLeastTiny((flat * flat).Sum(1).Sqrt());
        var unit = flat / norm;
        var sum = unit.Sum(0) - unit;                                                     // of the other items
        var cosines = (unit * sum).Sum(1);
        var slope = ((sum - unit * cosines) / norm).Reshape(emitter.Op("Shape", gram));
        var pull = emitter.Op("Reshape", slope.MatMul(a), emitter.Op("Shape", activation));
        var length = AtLeastTiny((pull * pull).Sum(1, 2, 3).Sqrt());
        return -(pull / length * (seed * seed).Sum(1, 2, 3).Sqrt());

        Value AtLeastTiny(Value value) => emitter.Op("Max", value, emitter.Scalar(1e-20));
    }
}
