namespace Reverie.Explain;

/// <summary>What a method of attribution is asked: a function, inputs, and what they are compared with.</summary>
public sealed record AttributionContext
{
    /// <summary>The function.</summary>
    public required Subject Subject { get; init; }

    /// <summary>The inputs, one signal per input of the graph, batch first.</summary>
    public required IReadOnlyList<Signal> Inputs { get; init; }

    /// <summary>
    /// The baselines: each has one signal per input, of the inputs' batch or of one item that serves all. Methods that take one take the first, methods that average take all;
    /// none at all means zeros.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<Signal>> Baselines { get; init; } = [];

    /// <summary>The least and the greatest value that each input can have, such as black and white after preprocessing: shapes that broadcast to one item's. Null where not known.</summary>
    public IReadOnlyList<(Signal Low, Signal High)>? Bounds { get; init; }

    /// <summary>Which elements belong together, for methods that change features; null: every element by itself.</summary>
    public FeatureGroups? Features { get; init; }

    /// <summary>Whether channels are the last axis of pictures (N,H,W,C).</summary>
    public bool ChannelsLast { get; init; }

    /// <summary>Told how far the work is.</summary>
    public IProgress<ExplainProgress>? Progress { get; init; }

    /// <summary>Ends the work.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>The number of items.</summary>
    public int Items => Inputs.Max(input => input.Items);

    /// <summary>The first baseline, or zeros.</summary>
    public IReadOnlyList<Signal> Baseline => Baselines is [var first, ..] ? first : [.. Inputs.Select(input => Signal.Constant(0, [1, .. input.ItemShape]))];

    /// <summary>All baselines; one of zeros where none is given.</summary>
    public IReadOnlyList<IReadOnlyList<Signal>> AllBaselines => Baselines.Count > 0 ? Baselines : [Baseline];

    /// <summary>The same question about one item.</summary>
    public AttributionContext Single(int item) => this with
    {
        Inputs = [.. Inputs.Select(input => input.Single(item))],
        Baselines = [.. Baselines.Select(baseline => (IReadOnlyList<Signal>)[.. baseline.Select(each => each.Single(item))])],
        Features = Features?.Single(item),
    };
}
