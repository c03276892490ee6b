namespace Reverie.Onnx.Rewrites;

/// <summary>What loading does to a canonical graph before anything else sees it.</summary>
public static class Simplify
{
    /// <summary>
    /// Removes identities, folds constants, drops dead code, and frees fixed sizes. The graph is not changed; every tensor of it that is still computed can be
    /// found in the result by <see cref="Graph.Resolve"/>.
    /// </summary>
    /// <param name="graph">A canonical graph with one input.</param>
    /// <returns>The simplified graph with its types inferred, and which sizes are free.</returns>
    /// <exception cref="ReverieException">Shapes contradict each other; the message names the node.</exception>
    public static FreedSizes Apply(Graph graph)
    {
        var simple = graph.Clone();
        RemoveIdentity.Apply(simple);
        ConstantFolding.Apply(simple);
        DeadCode.Remove(simple);
        var freed = FreeSizes.Apply(simple);
        // targets written anew leave the numbers they replace behind
        DeadCode.Remove(freed.Graph);
        return freed;
    }
}
