using System.Text.Json.Serialization;
using Reverie.Imaging;
using Reverie.Models;

namespace Reverie.Explain;

/// <summary>How a picture is brought to the size that a network takes.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<InputFit>))]
public enum InputFit
{
    /// <summary>Scaled by its short side, then the centre: as the network was trained. What is outside is not seen.</summary>
    Crop,
    /// <summary>Scaled by its long side; the rest is mid-grey.</summary>
    Pad,
    /// <summary>Stretched to the size, whatever its shape.</summary>
    Stretch,
}

/// <summary>The rectangle of a photo that a network's input shows, in the photo's pixels; with padding it reaches beyond the photo.</summary>
/// <param name="Fit">How the photo was brought to size.</param>
/// <param name="Top">The rectangle's upper edge.</param>
/// <param name="Left">The rectangle's left edge.</param>
/// <param name="Height">The rectangle's height.</param>
/// <param name="Width">The rectangle's width.</param>
/// <param name="InputHeight">Rows of the network's input.</param>
/// <param name="InputWidth">Columns of the network's input.</param>
public sealed record Placement(InputFit Fit, double Top, double Left, double Height, double Width, int InputHeight, int InputWidth)
{
    /// <summary>Where a network looks in a photo. A network without a size of its own sees the photo as it is.</summary>
    public static Placement Of(Network network, Picture photo, InputFit fit = InputFit.Crop)
    {
        var (height, width) = network.Card.Input.Size is [var rows, var columns] ? (rows, columns) : (photo.Height, photo.Width);
        var (down, across) = (photo.Height / (double)height, photo.Width / (double)width);
        // photo pixels per input pixel
        if (fit != InputFit.Stretch) down = across = fit == InputFit.Crop ? Math.Min(down, across) : Math.Max(down, across);
        return new(fit, (photo.Height - height * down) / 2, (photo.Width - width * across) / 2, height * down, width * across, height, width);
    }

    /// <summary>The photo as the network sees it; transparent parts become white.</summary>
    public Picture Apply(Picture photo) => Brought(photo, Fit, InputHeight, InputWidth);

    /// <summary>Another picture at a size, by the same rule.</summary>
    public Picture ToSize(Picture photo, int height, int width) => Brought(photo, Fit, height, width);

    private static Picture Brought(Picture photo, InputFit fit, int height, int width)
    {
        var opaque = photo.Alpha is null ? photo : photo.Flatten();
        if (opaque.Height == height && opaque.Width == width) return opaque;
        if (fit == InputFit.Stretch) return opaque.Resize(height, width);
        var (down, across) = ((double)height / opaque.Height, (double)width / opaque.Width);
        var (rows, columns) = Imaging.Fit.Scale(opaque.Height, opaque.Width, fit == InputFit.Crop ? Math.Max(down, across) : Math.Min(down, across));
        return fit == InputFit.Crop
            ? opaque.Resize(Math.Max(height, rows), Math.Max(width, columns)).CenterCrop(height, width)
            : opaque.Resize(Math.Min(height, rows), Math.Min(width, columns)).Pad(height, width);
    }
}
