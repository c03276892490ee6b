using Reverie.Onnx;
using Reverie.Onnx.Rewrites;
using Reverie.Onnx.Shapes;

namespace Reverie.Axioms;

/// <summary>
/// A way to write a network differently without changing what it computes: an exact identity, applied wherever it applies. An attribution that changes is about
/// how the network is written down, not about what it computes (implementation invariance, Sundararajan et al. 2017).
/// </summary>
public abstract class EquivalentRewrite
{
    /// <summary>The short name in tables: R1 to R9.</summary>
    public abstract string Id { get; }

    /// <summary>What is done, in a few words.</summary>
    public abstract string Title { get; }

    /// <summary>The identity as a formula.</summary>
    public abstract string Identity { get; }

    /// <summary>Rewrites a network.</summary>
    /// <param name="graph">The network as far as its target, with types inferred; it is not changed.</param>
    /// <param name="target">The tensor that is explained: it keeps its name and its values.</param>
    /// <param name="shapes">The shapes of all tensors for one item.</param>
    /// <param name="random">Where the numbers come from that the identity leaves free.</param>
    /// <returns>
    /// The rewritten network and at how many places it was rewritten; none where the identity applies nowhere. New weights are in float64, so that the identity
    /// holds to the last digit there: see <see cref="Rounded"/>.
    /// </returns>
    public (Graph Graph, int Places) Apply(Graph graph, string target, IReadOnlyDictionary<string, long[]> shapes, CounterRandom random)
    {
        var work = graph.Clone();
        var places = Rewrite(new(work, target, shapes, random));
        work.Refresh();
        DeadCode.Remove(work);
        // sums that stand in the place of a layer have types of their own
        if (places > 0) ShapeInference.Infer(work);
        return (work, places);
    }

    /// <summary>The same graph with its float64 weights rounded to float32, as a network in float32 has them.</summary>
    public static Graph Rounded(Graph graph)
    {
        var work = graph.Clone();
        foreach (var (name, tensor) in graph.Constants)
            if (tensor.Type == ElementType.Double) work.Constants[name] = Tensor.Of<float>(Array.ConvertAll(tensor.ToDoubles(), value => (float)value), tensor.Shape);
        foreach (var (name, type) in graph.Types)
            if (type.Element == ElementType.Double) work.Types[name] = type with { Element = ElementType.Float };
        return work;
    }

    /// <summary>Changes the context's graph; returns at how many places.</summary>
    private protected abstract int Rewrite(RewriteContext context);
}
