using System.Runtime.CompilerServices;
using Reverie.Autodiff;
using Reverie.Onnx;
using Reverie.Runtime;
using Reverie.Runtime.Memory;

namespace Reverie.Recomputation;

/// <summary>
/// A differentiated graph compiled so that its runs keep within a budget of memory: plainly where that is enough, then with memory given back at once, then with
/// more and more of the forward pass computed again in the backward pass. Which way was taken is in <see cref="Plan"/>; the numbers are the same on every way.
/// </summary>
public sealed class BoundedGraph : IDisposable
{
    // Beside the tensors: results on their way to files, code that is compiled meanwhile, heaps that grow.
    private const long Slack = 24_000_000;

    private BoundedGraph(CompiledGraph compiled, RecomputationPlan plan, MemoryPrediction prediction) => (Compiled, Plan, Prediction) = (compiled, plan, prediction);

    /// <summary>The graph, ready to run.</summary>
    public CompiledGraph Compiled { get; }

    /// <summary>What was done to fit.</summary>
    public RecomputationPlan Plan { get; }

    /// <summary>The peak that the process will come to.</summary>
    public MemoryPrediction Prediction { get; }

    /// <summary>Compiles within a budget.</summary>
    /// <param name="build">
    /// Makes the graph, to which <see cref="Differentiator"/> appended a backward pass. Called for every try, so that the weights of the backward pass, which the runtime
    /// copies, do not stay in memory.
    /// </param>
    /// <param name="heads">The tensors that were differentiated.</param>
    /// <param name="runs">The shapes of the inputs in the largest run, by name.</param>
    /// <param name="budget">What the process may have resident at its peak.</param>
    /// <param name="options">Where and how to run.</param>
    /// <param name="callerBytes">What the caller will take beside it before or while it runs, such as buffers; outputs that runs allocate are not part of it.</param>
    /// <param name="outputsGiven">Whether runs write into the caller's buffers.</param>
    /// <param name="cancellation">Ends the compilation.</param>
    /// <exception cref="ReverieException">It cannot be done: the message names the least that is needed. Or the provider's memory is not the processor's.</exception>
    public static BoundedGraph Compile(Func<Graph> build, IReadOnlyList<string> heads, IReadOnlyDictionary<string, long[]> runs, MemoryBudget budget, RuntimeOptions? options = null,
        long callerBytes = 0, bool outputsGiven = false, CancellationToken cancellation = default)
    {
        options ??= RuntimeOptions.Default;
        if (!options.Provider.Equals(Providers.Cpu, StringComparison.OrdinalIgnoreCase))
            throw new ReverieException($"a budget of memory can be kept on the processor only, not on the provider '{options.Provider}'; leave one of the two out");
        var least = long.MaxValue;
        if (Try(RecomputationPlan.None) is { } plain) return plain;
        var choices = SegmentSearch.Choices(build(), heads, runs);
        // The cheapest way came first, as often it is enough; now the one of least work that fits is looked for by halves. Estimates only put the ways in
        // order: what fits is decided by the runtime's own plan.
        if (Try(new() { Arena = false }) is { } thrifty) return thrifty;
        BoundedGraph? best = null;
        var untried = Enumerable.Range(1, choices.Count - 1).ToHashSet();
        for (var (low, high) = (1, choices.Count - 1); low <= high;)
        {
            var middle = (low + high) / 2;
            untried.Remove(middle);
            if (Try(new() { Segments = choices[middle].Segments, Arena = false }) is { } found)
            {
                best?.Dispose();
                (best, high) = (found, middle - 1);
            }
            else low = middle + 1;
        }
        // before it is refused, every way is tried
        foreach (var way in untried.OrderDescending())
            if ((best ??= Try(new() { Segments = choices[way].Segments, Arena = false })) is not null) break;
        return best ?? throw new ReverieException(
            $"this needs {MemoryBudget.Describe(least)} of memory even where the backward pass computes again what it can, more than the {budget} allowed; allow that much, or take a smaller size or an earlier layer");

        BoundedGraph? Try(RecomputationPlan plan)
        {
            var compiled = Built(build, heads, plan, options, cancellation);
            var prediction = compiled.Memory!.Predict(runs, outputsGiven);
            prediction = prediction with { RunBytes = prediction.RunBytes + callerBytes };
            least = Math.Min(least, prediction.PeakBytes + Slack);
            if (prediction.PeakBytes + Slack <= budget.Bytes) return new(compiled, plan, prediction);
            compiled.Dispose();
            return null;
        }
    }

    /// <summary>Compiles as a plan says: a replay.</summary>
    /// <param name="graph">A graph to which <see cref="Differentiator"/> appended a backward pass; it is not changed.</param>
    /// <param name="heads">The tensors that were differentiated.</param>
    /// <param name="plan">What was done when the result was made.</param>
    /// <param name="options">Where and how to run.</param>
    /// <param name="measured">Whether to plan its memory.</param>
    /// <param name="cancellation">Ends the compilation.</param>
    /// <exception cref="ReverieException">The plan names what the graph lacks.</exception>
    public static CompiledGraph Compile(Graph graph, IReadOnlyList<string> heads, RecomputationPlan plan, RuntimeOptions? options = null, bool measured = false,
        CancellationToken cancellation = default) =>
        CompiledGraph.Compile(Recomputer.Apply(graph, heads, plan.Segments), (options ?? RuntimeOptions.Default) with { Arena = plan.Arena }, plan: measured, cancellation: cancellation);

    /// <summary>Gives the session back.</summary>
    public void Dispose() => Compiled.Dispose();

    // Not inlined, so that the graph is garbage once this returns.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static CompiledGraph CompileFor(Func<Graph> build, IReadOnlyList<string> heads, RecomputationPlan plan, RuntimeOptions options,
        CancellationToken cancellation) => Compile(build(), heads, plan, options, measured: true, cancellation);

    private static CompiledGraph Built(Func<Graph> build, IReadOnlyList<string> heads, RecomputationPlan plan, RuntimeOptions options, CancellationToken cancellation)
    {
        var compiled = CompileFor(build, heads, plan, options, cancellation);
        compiled.Memory!.Settle();
        return compiled;
    }
}
