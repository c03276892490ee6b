using Reverie.Onnx;
using Reverie.Onnx.Shapes;

namespace Reverie.Autodiff;

/// <summary>
/// A graph that computes a tensor of a network and the product of a cotangent with its Jacobian: v^T df/dx. The cotangent is an input of
/// the graph, so that one compiled session serves every class, channel and direction, every batch and every size.
/// </summary>
public sealed class VectorJacobian
{
    private VectorJacobian(Graph graph, string input, string value, string cotangent, string gradient) =>
        (Graph, Input, Value, Cotangent, Gradient) = (graph, input, value, cotangent, gradient);

    /// <summary>The graph: inputs <see cref="Input"/> and <see cref="Cotangent"/>, outputs <see cref="Value"/> and <see cref="Gradient"/>.</summary>
    public Graph Graph { get; }

    /// <summary>The network's input, x.</summary>
    public string Input { get; }

    /// <summary>The tensor f(x).</summary>
    public string Value { get; }

    /// <summary>The graph input that takes v, of the shape of <see cref="Value"/>.</summary>
    public string Cotangent { get; }

    /// <summary>The tensor v^T df/dx, of the shape of <see cref="Input"/>.</summary>
    public string Gradient { get; }

    /// <summary>Builds the graph.</summary>
    /// <param name="graph">A canonical graph; it is not changed.</param>
    /// <param name="of">The tensor to differentiate.</param>
    /// <param name="input">The graph input to differentiate with respect to; the only one where left out.</param>
    /// <param name="rules">The rules; those of the gradient where left out.</param>
    /// <exception cref="ReverieException">A name does not exist, or an operator on the way has no rule.</exception>
    public static VectorJacobian Build(Graph graph, string of, string? input = null, RuleTable? rules = null)
    {
        input ??= graph.Inputs.Count == 1
            ? graph.Inputs[0].Name
            : throw new ReverieException($"the model has {graph.Inputs.Count} inputs ({string.Join(", ", graph.Inputs.Select(each => each.Name))}); say which");
        if (!graph.Inputs.Exists(each => each.Name == input)) throw new ReverieException(Names.Unknown("input", input, graph.Inputs.Select(each => each.Name)));
        var work = graph.Cut([of]);
        ShapeInference.Infer(work);
        var type = work.TypeOf(of) ?? new TensorType(ElementType.Float, null);
        var cotangent = work.Fresh("cotangent");
        work.Inputs.Add(new(cotangent, type));
        var gradient = Differentiator.Append(work, new Dictionary<string, string> { [of] = cotangent }, [input], rules ?? RuleTable.Gradient)[input];
        var built = work.Cut([of, gradient], keepInputs: true);
        return new(built, input, of, cotangent, gradient);
    }
}
