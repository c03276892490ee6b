using Reverie.Autodiff;
using Reverie.Onnx;
using Reverie.Onnx.Shapes;

namespace Reverie.Explain;

/// <summary>A graph that computes a tensor and its backward pass under a table of rules.</summary>
/// <param name="Graph">The graph: the inputs of the original and <paramref name="Cotangent"/>; the tensor, the gradients and, if asked for, the tensors they belong to as outputs.</param>
/// <param name="Cotangent">The input that the backward pass begins with.</param>
/// <param name="Gradients">The tensors that hold what the backward pass gives.</param>
internal sealed record BackwardGraph(Graph Graph, string Cotangent, string[] Gradients)
{
    /// <summary>Builds it. The given graph is not changed.</summary>
    public static BackwardGraph Build(Graph graph, string tensor, IReadOnlyList<string> withRespectTo, RuleTable rules, bool values)
    {
        var work = graph.Cut([tensor], keepInputs: true);
        ShapeInference.Infer(work);
        return Append(work, tensor, withRespectTo, values ? withRespectTo : [], rules);
    }

    /// <summary>Appends a backward pass to a graph that was prepared for it.</summary>
    /// <param name="work">The graph; it is changed.</param>
    /// <param name="tensor">Where the walk begins.</param>
    /// <param name="withRespectTo">The tensors whose cotangents are wanted.</param>
    /// <param name="also">Further tensors to give out.</param>
    /// <param name="rules">The rules.</param>
    /// <param name="begin">Makes the first cotangent out of the target's weights; null takes them as they are.</param>
    public static BackwardGraph Append(Graph work, string tensor, IReadOnlyList<string> withRespectTo, IEnumerable<string> also, RuleTable rules, Func<Value, Value>? begin = null)
    {
        foreach (var name in withRespectTo)
            if (!work.Has(name)) throw new ReverieException($"the target does not depend on '{name}'");
        var cotangent = work.Fresh("cotangent");
        work.Inputs.Add(new(cotangent, work.TypeOf(tensor) ?? new TensorType(ElementType.Float, null)));
        var given = new Emitter(work) { Prefix = "seed" }[cotangent];
        // a tensor of its own even where it is handed on as it is: a graph's input cannot be its output
        var seed = begin?.Invoke(given) ?? given.Apply("Identity");
        work.Refresh();
        var found = Differentiator.Append(work, new Dictionary<string, string> { [tensor] = seed.Name }, withRespectTo, rules);
        string[] gradients = [.. withRespectTo.Select(name => found[name])];
        return new(work.Cut([.. gradients.Append(tensor).Concat(also).Distinct()], keepInputs: true), cotangent, gradients);
    }
}
