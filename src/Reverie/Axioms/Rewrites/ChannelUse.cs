using Reverie.Onnx;

namespace Reverie.Axioms;

/// <summary>What a node does with channels that are scaled or put into another order.</summary>
internal enum ChannelRole
{
    /// <summary>Its output's channels are changed in the same way.</summary>
    Pass,
    /// <summary>The same, if its numbers for each channel are changed too.</summary>
    Adapt,
    /// <summary>Its weights undo the change.</summary>
    Absorb,
    /// <summary>The change would show.</summary>
    Stop,
}

/// <summary>A node that reads changed channels: from which place among its input's channels on, and how many numbers belong to each (more than one after Flatten).</summary>
internal sealed record ChannelUse(Node Node, int Offset, int Area, ChannelRole Role);
