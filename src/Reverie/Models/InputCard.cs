using System.Text.Json.Serialization;

namespace Reverie.Models;

/// <summary>The order of axes of a network's input.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<InputLayout>))]
public enum InputLayout
{
    /// <summary>Batch, channels, rows, columns: PyTorch, Caffe, ONNX.</summary>
    NCHW,
    /// <summary>Batch, rows, columns, channels: TensorFlow.</summary>
    NHWC,
}

/// <summary>The order of a network's input channels.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ChannelOrder>))]
public enum ChannelOrder
{
    /// <summary>Red, green, blue.</summary>
    RGB,
    /// <summary>Blue, green, red: networks from Caffe.</summary>
    BGR,
    /// <summary>One channel of luma.</summary>
    GRAY,
}

/// <summary>
/// What the numbers in a network's input mean: sRGB-encoded values from black to full are stretched onto <see cref="Range"/>, then each channel
/// becomes (value - mean) / std.
/// </summary>
public sealed record InputCard
{
    /// <summary>The order of axes.</summary>
    public InputLayout Layout { get; init; } = InputLayout.NCHW;

    /// <summary>The order of channels.</summary>
    public ChannelOrder Channels { get; init; } = ChannelOrder.RGB;

    /// <summary>The values of black and of full intensity before mean and std: [0, 1] or [0, 255], mostly.</summary>
    public IReadOnlyList<float> Range { get; init => field = value ?? [0, 1]; } = [0, 1];

    /// <summary>The mean of each channel, in the order of <see cref="Channels"/> and the unit of <see cref="Range"/>.</summary>
    public IReadOnlyList<float> Mean { get; init => field = value ?? [0, 0, 0]; } = [0, 0, 0];

    /// <summary>The standard deviation of each channel, in the order of <see cref="Channels"/> and the unit of <see cref="Range"/>.</summary>
    public IReadOnlyList<float> Std { get; init => field = value ?? [1, 1, 1]; } = [1, 1, 1];

    /// <summary>The height and width that the network was trained for; null where it has none of its own.</summary>
    public IReadOnlyList<int>? Size { get; init; }

    /// <summary>The number of channels.</summary>
    [JsonIgnore]
    public int ChannelCount => Channels == ChannelOrder.GRAY ? 1 : 3;

    /// <exception cref="ReverieException">The numbers contradict each other.</exception>
    internal void Validate()
    {
        if (!Enum.IsDefined(Layout)) throw new ReverieException("input.layout must be NCHW or NHWC");
        if (!Enum.IsDefined(Channels)) throw new ReverieException("input.channels must be RGB, BGR or GRAY");
        if (Range is not [var black, var full] || !(float.IsFinite(black) && float.IsFinite(full)) || black == full)
            throw new ReverieException("input.range must be two different numbers, such as [0, 255]");
        if (Mean.Count != ChannelCount || !Mean.All(float.IsFinite)) throw new ReverieException($"input.mean must be {ChannelCount} numbers, one per channel");
        if (Std.Count != ChannelCount || !Std.All(std => float.IsFinite(std) && std > 0)) throw new ReverieException($"input.std must be {ChannelCount} positive numbers, one per channel");
        if (Size is not null && (Size.Count != 2 || !Size.All(side => side is > 0 and <= 16384)))
            throw new ReverieException("input.size must be height and width in pixels, such as [224, 224]");
    }
}
