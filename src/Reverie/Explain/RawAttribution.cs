namespace Reverie.Explain;

/// <summary>What a method found, as raw numbers.</summary>
public sealed record RawAttribution
{
    /// <summary>The attributions: of each input, of its shape; or, for methods about a layer, one signal of the layer's shape.</summary>
    public required IReadOnlyList<Signal> Maps { get; init; }

    /// <summary>The layer that the maps are about; null where they are about the inputs.</summary>
    public string? Layer { get; init; }

    /// <summary>Whether the maps hold all that was attributed, so that their sum means something.</summary>
    public bool IsComplete { get; init; } = true;

    /// <summary>How well the sums agree with what the method promises; null where it promises nothing.</summary>
    public Balance? Balance { get; init; }

    /// <summary>How many steps or samples were really taken; null where the method has none.</summary>
    public int? Steps { get; init; }

    /// <summary>What the user ought to know, in one sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Maps of the inputs.</summary>
    public static RawAttribution Of(IReadOnlyList<Signal> maps) => new() { Maps = maps };
}
