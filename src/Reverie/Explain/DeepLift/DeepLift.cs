using System.Text.Json.Serialization;

namespace Reverie.Explain;

/// <summary>How DeepLIFT shares out what a nonlinearity does.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DeepLiftRule>))]
public enum DeepLiftRule
{
    /// <summary>In proportion to the change of its input.</summary>
    Rescale,
    /// <summary>Positive and negative contributions to its input each get what they do on their own and after the other.</summary>
    RevealCancel,
    /// <summary>RevealCancel after dense layers, Rescale elsewhere: the default of the reference implementation for genomics.</summary>
    RevealCancelDense,
}

/// <summary>
/// DeepLIFT (Shrikumar et al. 2017): a backward pass whose slopes are differences, (y - y0) / (x - x0), between the picture and a baseline; the attributions sum to f(x) - f(b).
/// With several baselines (a folder, noise) it is DeepSHAP (Lundberg and Lee 2017): their average. Written as rules over the graph, so that reused activations, branches and
/// overlapping pools are right.
/// </summary>
public sealed record DeepLift : LayeredMethod
{
    /// <inheritdoc/>
    public override string Id => "deeplift";

    /// <inheritdoc/>
    public override string Title => "DeepLIFT";

    /// <inheritdoc/>
    public override Conservation Conserves => MultiplyByInputs ? Conservation.Difference : Conservation.None;

    /// <inheritdoc/>
    public override Baseline? Reference => Baseline;

    /// <summary>What the picture is compared with; where it is several pictures, the attributions are averaged.</summary>
    public Baseline Baseline { get; init; } = Baseline.Black;

    /// <summary>The rule for nonlinearities.</summary>
    public DeepLiftRule Rule { get; init; }

    /// <summary>Whether the multipliers are multiplied by x - b; without, the sum means nothing.</summary>
    public bool MultiplyByInputs { get; init; } = true;

    /// <inheritdoc/>
    protected internal override RawAttribution Compute(AttributionContext context)
    {
        var subject = context.Subject;
        var layer = Layer is null ? null : Resolve(subject, Layer);
        var total = (IReadOnlyList<Signal>?)null;
        var baselines = context.AllBaselines;
        var done = 0;
        foreach (var baseline in baselines)
        {
            var whole = baseline.Zip(context.Inputs, (b, x) => b.Items == x.Items ? b : Batches.Pick(b, new int[x.Items])).ToList();
            var maps = Batches.Run(subject, [.. context.Inputs, .. whole], part => Explain(context, part, layer));
            total = total is null ? maps : [.. total.Zip(maps, (sum, map) => sum.Zip(map, (one, other) => one + other))];
            context.Progress?.Report(new(Id, ++done, baselines.Count));
        }
        return new() { Maps = baselines.Count == 1 ? total! : [.. total!.Select(sum => sum.Map(value => value / baselines.Count))], Layer = layer, Steps = baselines.Count };
    }

    // The inputs of one run, and after them as many baselines.
    private IReadOnlyList<Signal> Explain(AttributionContext context, IReadOnlyList<Signal> both, string? layer)
    {
        var subject = context.Subject;
        IReadOnlyList<string> tensors = layer is null ? subject.InputNames : [layer];
        var (inputs, baseline) = (both.Take(both.Count / 2).ToList(), both.Skip(both.Count / 2).ToList());
        IReadOnlyList<string> values = layer is null ? [] : [layer, ReferenceGraph.Name(layer)];
        var run = subject.Backward($"deeplift {Rule}\n{layer}", () => Build(subject, tensors, values), inputs, values,
            [.. subject.InputNames.Select((name, index) => (ReferenceGraph.Name(name), baseline[index]))], cancellation: context.Cancellation);
        if (!MultiplyByInputs) return run.Gradients;
        var (x, b) = layer is null ? (inputs, baseline) : (run.Values.Take(1).ToList(), run.Values.Skip(1).ToList());
        return [.. run.Gradients.Select((multiplier, index) => multiplier.Zip(x[index].Zip(b[index], (one, other) => one - other), (m, change) => m * change))];
    }

    private BackwardGraph Build(Subject subject, IReadOnlyList<string> tensors, IReadOnlyList<string> values)
    {
        var reference = ReferenceGraph.Of(subject.Graph);
        var rules = new DeepLiftRules(reference, Rule, subject.Precision);
        return BackwardGraph.Append(reference.Graph, subject.Target.Tensor, tensors, values, rules.Table());
    }
}
