using System.Globalization;

namespace Reverie.Models;

/// <summary>A tensor of a network, or some channels of it, as users name it: <c>TENSOR</c> or <c>TENSOR:CHANNEL,CHANNEL</c>.</summary>
/// <param name="Tensor">The tensor's name.</param>
/// <param name="Channels">The channels, counted from 0; null means all.</param>
public sealed record LayerReference(string Tensor, IReadOnlyList<int>? Channels)
{
    /// <summary>
    /// Reads a reference. An exact tensor name wins, since names from TensorFlow hold colons themselves (<c>conv:0</c>); otherwise the text is split at the last colon.
    /// </summary>
    /// <param name="text">The reference.</param>
    /// <param name="network">The network that it is about.</param>
    /// <exception cref="ReverieException">There is no such tensor or channel.</exception>
    public static LayerReference Parse(string text, Network network)
    {
        if (network.IsLayer(text)) return new(network.Graph.Resolve(text), null);
        var colon = text.LastIndexOf(':');
        var tensor = colon < 0 ? text : text[..colon];
        if (!network.IsLayer(tensor)) throw new ReverieException($"{Onnx.Names.Unknown("layer", tensor, network.Layers)} ('reverie models layers' lists all)");
        tensor = network.Graph.Resolve(tensor);
        var count = network.Graph.TypeOf(tensor)?.Shape is [_, var channels, ..] ? channels.Value : null;
        return new(tensor, [.. text[(colon + 1)..].Split(',').Select(part => Channel(part, tensor, count))]);
    }

    /// <inheritdoc/>
    public override string ToString() => Channels is null ? Tensor : $"{Tensor}:{string.Join(',', Channels)}";

    private static int Channel(string text, string tensor, long? count)
    {
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var channel))
            throw new ReverieException($"'{text}' is not a channel of {tensor}; channels are whole numbers separated by commas");
        if (channel >= count) throw new ReverieException($"{tensor} has no channel {channel}; it has {count}, counted from 0");
        return channel;
    }
}
