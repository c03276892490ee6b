namespace Reverie.Models;

/// <summary>
/// The way from a picture's planes (red, green, blue; sRGB-encoded, 0 to 1) to a network's input and back, as the card says: for each channel
/// input = (black + value (full - black) - mean) / std, an affine map with one scale and offset.
/// </summary>
public sealed class Preprocessing
{
    // Luma of ITU-R BT.601, which Pillow and OpenCV use for grey pictures.
    private static readonly float[] Luma = [0.299f, 0.587f, 0.114f];

    private readonly InputCard _card;
    private readonly float[] _scale;
    private readonly float[] _offset;

    /// <summary>Creates the map that a card describes.</summary>
    public Preprocessing(InputCard card)
    {
        _card = card;
        var (black, span) = (card.Range[0], card.Range[1] - card.Range[0]);
        _scale = [.. card.Std.Select(std => span / std)];
        _offset = [.. card.Mean.Zip(card.Std, (mean, std) => (black - mean) / std)];
    }

    /// <summary>The number of channels of the network's input.</summary>
    public int Channels => _scale.Length;

    /// <summary>How many units of the network's input channel one full intensity is.</summary>
    public ReadOnlySpan<float> Scale => _scale;

    /// <summary>What black is in each of the network's input channels.</summary>
    public ReadOnlySpan<float> Offset => _offset;

    /// <summary>The shape of the network's input for pictures of a size.</summary>
    public long[] Shape(int batch, int height, int width) =>
        _card.Layout == InputLayout.NCHW ? [batch, Channels, height, width] : [batch, height, width, Channels];

    /// <summary>The plane (0 red, 1 green, 2 blue) that a channel of the network's input is made of; a grey input is made of all.</summary>
    public int PlaneOf(int channel) => _card.Channels == ChannelOrder.BGR ? 2 - channel : channel;

    /// <summary>Turns planes [3,H,W] into one item of the network's input.</summary>
    /// <param name="rgb">The planes.</param>
    /// <param name="input">Receives [C,H,W] or [H,W,C], as the card says.</param>
    public void ToInput(ReadOnlySpan<float> rgb, Span<float> input)
    {
        var pixels = Check(rgb.Length, input.Length);
        for (var channel = 0; channel < Channels; channel++)
        {
            var (start, stride) = Place(channel, pixels);
            var (scale, offset) = (_scale[channel], _offset[channel]);
            if (Channels == 1)
                for (var pixel = 0; pixel < pixels; pixel++)
                    input[start + pixel * stride] = (Luma[0] * rgb[pixel] + Luma[1] * rgb[pixels + pixel] + Luma[2] * rgb[2 * pixels + pixel]) * scale + offset;
            else
            {
                var plane = rgb.Slice(PlaneOf(channel) * pixels, pixels);
                for (var pixel = 0; pixel < pixels; pixel++) input[start + pixel * stride] = plane[pixel] * scale + offset;
            }
        }
    }

    /// <summary>Turns one item of the network's input back into planes [3,H,W], without clamping; a grey input gives three equal planes.</summary>
    public void ToPlanes(ReadOnlySpan<float> input, Span<float> rgb)
    {
        var pixels = Check(rgb.Length, input.Length);
        for (var plane = 0; plane < 3; plane++)
        {
            var channel = Channels == 1 ? 0 : PlaneOf(plane);
            var (start, stride) = Place(channel, pixels);
            var (scale, offset) = (_scale[channel], _offset[channel]);
            for (var pixel = 0; pixel < pixels; pixel++) rgb[plane * pixels + pixel] = (input[start + pixel * stride] - offset) / scale;
        }
    }

    /// <summary>Turns a gradient with respect to the network's input into one with respect to the planes [3,H,W]: the transpose of <see cref="ToInput"/>'s linear part.</summary>
    public void PullBack(ReadOnlySpan<float> gradient, Span<float> rgb)
    {
        var pixels = Check(rgb.Length, gradient.Length);
        for (var plane = 0; plane < 3; plane++)
        {
            var channel = Channels == 1 ? 0 : PlaneOf(plane);
            var (start, stride) = Place(channel, pixels);
            var scale = Channels == 1 ? _scale[0] * Luma[plane] : _scale[channel];
            for (var pixel = 0; pixel < pixels; pixel++) rgb[plane * pixels + pixel] = gradient[start + pixel * stride] * scale;
        }
    }

    private (int Start, int Stride) Place(int channel, int pixels) => _card.Layout == InputLayout.NCHW ? (channel * pixels, 1) : (channel, Channels);

    private int Check(int planes, int input)
    {
        if (planes % 3 != 0 || input != planes / 3 * Channels)
            throw new ArgumentException($"three planes of {planes / 3} pixels do not go with an input of {input} numbers in {Channels} channels");
        return planes / 3;
    }
}
