using Reverie.Imaging;

namespace Reverie.Dream.Visualisation;

/// <summary>The picture that excites a channel, and how much it does.</summary>
public sealed record Feature
{
    /// <summary>The channel, from 0.</summary>
    public required int Channel { get; init; }

    /// <summary>Which of the channel's pictures, from 0.</summary>
    public required int Variant { get; init; }

    /// <summary>The picture.</summary>
    public required Picture Picture { get; init; }

    /// <summary>The channel's mean activation on the picture, seen straight on.</summary>
    public required double Mean { get; init; }

    /// <summary>The channel's largest activation on the picture.</summary>
    public required double Highest { get; init; }

    /// <summary>Whether the channel was silent on the noise and was called up by letting gradients pass silent ReLUs, in the first half of the steps.</summary>
    public required bool Rescued { get; init; }

    /// <summary>Whether nothing excites the channel: its gradient was zero to the end.</summary>
    public required bool Dead { get; init; }
}

/// <summary>The pictures of a visualisation.</summary>
public sealed record FeatureResult
{
    /// <summary>The features, in the order of the channels, then of the variants.</summary>
    public required IReadOnlyList<Feature> Features { get; init; }

    /// <summary>Whether the run was cancelled before all channels were finished.</summary>
    public required bool Cancelled { get; init; }
}
