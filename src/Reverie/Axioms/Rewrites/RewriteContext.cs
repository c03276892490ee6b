using Reverie.Autodiff;
using Reverie.Onnx;

namespace Reverie.Axioms;

/// <summary>A graph that is being rewritten, and what a rewrite needs to know of it.</summary>
internal sealed class RewriteContext(Graph graph, string target, IReadOnlyDictionary<string, long[]> shapes, CounterRandom random)
{
    private readonly Dictionary<string, List<Node>> _consumers = graph.Consumers();
    private readonly Dictionary<string, Node> _producers = graph.Producers();

    /// <summary>The graph; rewrites change it.</summary>
    public Graph Graph => graph;

    /// <summary>The tensor that is explained.</summary>
    public string Target => target;

    /// <summary>Free numbers.</summary>
    public CounterRandom Random => random;

    /// <summary>The shape of a tensor for one item, or null.</summary>
    public long[]? Shape(string tensor) => shapes.GetValueOrDefault(tensor);

    /// <summary>The nodes that read a tensor.</summary>
    public IReadOnlyList<Node> Readers(string tensor) => _consumers.TryGetValue(tensor, out var readers) ? readers : [];

    /// <summary>The node that writes a tensor, or null.</summary>
    public Node? Writer(string tensor) => _producers.GetValueOrDefault(tensor);

    /// <summary>The one reader of a tensor that nothing else needs; null where there are more, or none.</summary>
    public Node? OnlyReader(string tensor) => tensor != target && Readers(tensor) is [var only] && only.Inputs.Count(input => input == tensor) == 1 ? only : null;

    /// <summary>A floating constant's numbers, or null where a tensor is none.</summary>
    public double[]? Numbers(string tensor) =>
        graph.Constants.TryGetValue(tensor, out var constant) && constant.Type is ElementType.Float or ElementType.Double ? graph.Constants[tensor].ToDoubles() : null;

    /// <summary>The shape of a constant.</summary>
    public long[] ShapeOf(string constant) => graph.Constants[constant].Shape.ToArray();

    /// <summary>A new constant in float64.</summary>
    public string Constant(string stem, double[] values, params long[] shape) => graph.AddConstant($"axioms/{stem}", Tensor.Of<double>(values, shape));

    /// <summary>Gives a node other numbers for one of its constants; others that read the old ones keep them.</summary>
    public void Substitute(Node node, int input, double[] values, long[] shape)
    {
        var name = Constant($"{node.Output}/{input}", values, shape);
        while (node.Inputs.Count <= input) node.Inputs.Add("");
        node.Inputs[input] = name;
    }

    /// <summary>Whether a node is of the standard operator set and of one of these kinds.</summary>
    public static bool Is(Node node, params ReadOnlySpan<string> operators) => node.Domain.Length == 0 && operators.Contains(node.Op);

    /// <summary>Convolutions whose weights, and bias if there is one, are constants.</summary>
    public IEnumerable<Node> Convolutions() =>
        graph.Nodes.Where(node => Is(node, "Conv") && Numbers(node.Input(1)) is not null && (!node.HasInput(2) || Numbers(node.Input(2)) is not null));

    /// <summary>Puts other nodes in the place of some. What is written for a node ends in the value that takes over the name of its output.</summary>
    public void Replace(string prefix, IReadOnlyDictionary<Node, Func<Emitter, Value>> replacements)
    {
        var nodes = new List<Node>(graph.Nodes.Count);
        graph.Refresh();
        var emitter = new Emitter(graph, nodes);
        foreach (var node in graph.Nodes)
        {
            if (!replacements.TryGetValue(node, out var write))
            {
                nodes.Add(node);
                continue;
            }
            emitter.Prefix = $"axioms/{prefix}/{node.Output}";
            var value = write(emitter);
            nodes[^1].Outputs[0] = nodes[^1].Output == value.Name ? node.Output : throw new InvalidOperationException($"{prefix}: the last operator written does not write the result");
        }
        graph.ReplaceNodes(nodes);
    }

    /// <summary>A copy of a node's attributes, to write a similar node.</summary>
    public static (string, Onnx.Attribute)[] Attributes(Node node) => [.. node.Attributes.Select(each => (each.Key, each.Value))];

    /// <summary>The root mean square of some numbers.</summary>
    public static double Rms(double[] values) => values.Length == 0 ? 0 : Math.Sqrt(values.Sum(value => value * value) / values.Length);
}
