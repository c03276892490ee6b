using System.Text.Json.Serialization;
using Reverie.Imaging;

namespace Reverie.Explain;

/// <summary>How a map is shown.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<MapView>))]
public enum MapView
{
    /// <summary>The colours over the photo in grey, the stronger the more opaque.</summary>
    Overlay,
    /// <summary>The colours alone.</summary>
    Map,
    /// <summary>The photo, dark where nothing speaks for the target.</summary>
    Masked,
    /// <summary>The photo with lines around the strongest places.</summary>
    Contour,
    /// <summary>The colours alone, of each channel by itself, side by side.</summary>
    Channels,
}

/// <summary>Draws attributions. The picture is the whole photo; what the network does not see of it is dimmed.</summary>
public sealed record HeatMap
{
    private const float Dimmed = 0.35f;
    private static readonly double[] Levels = [0.2, 0.4, 0.6, 0.8];

    /// <summary>How the map is shown.</summary>
    public MapView View { get; init; }

    /// <summary>The colours; by default red and blue for methods whose signs mean something, else inferno.</summary>
    public ColourScaleKind? Colours { get; init; }

    /// <summary>What number has the strongest colour.</summary>
    public MapScaling Scaling { get; init; } = new(99.5, null);

    /// <summary>How opaque the strongest colour is on the photo, from 0 to 1.</summary>
    public double Opacity { get; init; } = 0.85;

    /// <summary>A blur of the map before it is drawn, as a standard deviation in pixels of the network's input: single pixels cannot be seen on a photo. It changes the picture only.</summary>
    public double Smoothing { get; init; } = 1.5;

    /// <summary>Draws an attribution over the photo that it is about.</summary>
    /// <exception cref="ReverieException">A setting is out of range.</exception>
    public Picture Draw(Attribution attribution, Picture photo) => Draw(attribution, photo, 1);

    /// <summary>The number that has the strongest colour when an attribution is drawn: for a legend, and to draw others at the same scale (<see cref="MapScaling.Fixed"/>).</summary>
    public double Strongest(Attribution attribution)
    {
        ArgumentNullException.ThrowIfNull(attribution);
        return Scaling.Strongest(Array.ConvertAll(Smoothed(attribution.Sum(), attribution.Height, attribution.Width), value => (double)value));
    }

    /// <summary>Draws an attribution over its photo at another size, such as a thumbnail.</summary>
    /// <param name="attribution">The attribution.</param>
    /// <param name="photo">The photo, scaled.</param>
    /// <param name="scale">By what it was scaled: its height now over its height as it was explained.</param>
    /// <exception cref="ReverieException">A setting is out of range.</exception>
    public Picture Draw(Attribution attribution, Picture photo, double scale)
    {
        ArgumentNullException.ThrowIfNull(attribution);
        var placement = attribution.Placement;
        if (scale != 1) placement = placement with { Top = placement.Top * scale, Left = placement.Left * scale, Height = placement.Height * scale, Width = placement.Width * scale };
        return Draw(attribution.Sum(), attribution.Height, attribution.Width, placement, photo, attribution.Method.IsSigned);
    }

    /// <summary>Draws one channel of an attribution.</summary>
    /// <exception cref="ReverieException">A setting is out of range.</exception>
    public Picture DrawChannel(Attribution attribution, int channel, Picture photo)
    {
        ArgumentNullException.ThrowIfNull(attribution);
        var area = attribution.Height * attribution.Width;
        return Draw(attribution.Map.Values.AsSpan(channel * area, area).ToArray(), attribution.Height, attribution.Width, attribution.Placement, photo, attribution.Method.IsSigned);
    }

    /// <summary>Draws every channel of an attribution by itself, all at one scale.</summary>
    /// <exception cref="ReverieException">A setting is out of range.</exception>
    public IReadOnlyList<Picture> DrawChannels(Attribution attribution, Picture photo)
    {
        ArgumentNullException.ThrowIfNull(attribution);
        var (area, channels) = (attribution.Height * attribution.Width, (int)attribution.Map.Shape[1]);
        var strongest = Enumerable.Range(0, channels).Max(channel =>
            Scaling.Strongest(Array.ConvertAll(Smoothed(attribution.Map.Values.AsSpan(channel * area, area).ToArray(), attribution.Height, attribution.Width), value => (double)value)));
        var common = this with { Scaling = new(null, strongest) };
        return [.. Enumerable.Range(0, channels).Select(channel => common.DrawChannel(attribution, channel, photo))];
    }

    private Picture Draw(double[] map, int height, int width, Placement placement, Picture photo, bool signed)
    {
        if (Opacity is not (>= 0 and <= 1)) throw new ReverieException("the opacity must be between 0 and 1");
        var values = Smoothed(map, height, width);
        var strongest = Scaling.Strongest(Array.ConvertAll(values, value => (double)value));
        var colours = Colours ?? (signed ? ColourScaleKind.RedBlue : ColourScaleKind.Inferno);
        var ground = photo.Alpha is null ? photo : photo.Flatten();
        var result = new Picture(ground.Height, ground.Width);
        for (var y = 0; y < ground.Height; y++)
            for (var x = 0; x < ground.Width; x++)
            {
                var pixel = y * ground.Width + x;
                if (At(values, height, width, placement, y, x) is not { } value)
                {
                    Set(result, pixel, Dimmed * ground.Rgb[pixel], Dimmed * ground.Plane(1)[pixel], Dimmed * ground.Plane(2)[pixel]);
                    continue;
                }
                var level = Math.Clamp(value / strongest, -1, 1);
                if (View == MapView.Contour && IsLine(values, height, width, placement, strongest, y, x, level)) Set(result, pixel, 1, 1, level < 0 ? 1 : 0.2f);
                else Paint(result, ground, pixel, level, colours);
            }
        return result;
    }

    private float[] Smoothed(double[] map, int height, int width)
    {
        if (Smoothing is not (>= 0 and <= 1000)) throw new ReverieException("the smoothing must be between 0 and 1000 pixels");
        var values = Array.ConvertAll(map, value => (float)value);
        if (Smoothing == 0) return values;
        var smooth = new float[values.Length];
        GaussianBlur.Apply(values, 1, height, width, Smoothing, smooth);
        return smooth;
    }

    private void Paint(Picture result, Picture ground, int pixel, double level, ColourScaleKind colours)
    {
        var (red, green, blue) = (ground.Plane(0)[pixel], ground.Plane(1)[pixel], ground.Plane(2)[pixel]);
        var strength = ColourScale.IsDiverging(colours) ? Math.Abs(level) : Math.Max(0, level);
        var colour = ColourScale.At(colours, level);
        switch (View)
        {
            case MapView.Map or MapView.Channels:
                Set(result, pixel, colour.Red, colour.Green, colour.Blue);
                break;
            case MapView.Masked:
                var shown = (float)Math.Sqrt(Math.Max(0, level));
                Set(result, pixel, shown * red, shown * green, shown * blue);
                break;
            case MapView.Contour:
                Set(result, pixel, red, green, blue);
                break;
            default:
                // the photo keeps half of its contrast, in grey, so that colours are the map's alone
                var grey = 0.25f + 0.5f * (0.2126f * red + 0.7152f * green + 0.0722f * blue);
                // weak values would vanish if opacity were proportional to them
                var opaque = (float)(Opacity * Math.Sqrt(strength));
                Set(result, pixel, grey + opaque * (colour.Red - grey), grey + opaque * (colour.Green - grey), grey + opaque * (colour.Blue - grey));
                break;
        }
    }

    // The map at the middle of a photo's pixel, by linear interpolation; null where the network does not look.
    private static double? At(float[] map, int height, int width, Placement placement, int y, int x)
    {
        var (row, column) = ((y + 0.5 - placement.Top) / placement.Height, (x + 0.5 - placement.Left) / placement.Width);
        if (row is < 0 or >= 1 || column is < 0 or >= 1) return null;
        var (v, u) = (Math.Clamp(row * height - 0.5, 0, height - 1), Math.Clamp(column * width - 0.5, 0, width - 1));
        var (top, left) = ((int)v, (int)u);
        var (bottom, right) = (Math.Min(top + 1, height - 1), Math.Min(left + 1, width - 1));
        var (down, across) = (v - top, u - left);
        return (1 - down) * ((1 - across) * map[top * width + left] + across * map[top * width + right])
            + down * ((1 - across) * map[bottom * width + left] + across * map[bottom * width + right]);
    }

    private static bool IsLine(float[] map, int height, int width, Placement placement, double strongest, int y, int x, double level)
    {
        var step = Step(level);
        return Differs(y, x + 1) || Differs(y + 1, x);

        bool Differs(int row, int column) => At(map, height, width, placement, row, column) is { } other && Step(other / strongest) != step;

        static int Step(double value) => Math.Sign(value) * Levels.Count(each => Math.Abs(value) >= each);
    }

    private static void Set(Picture picture, int pixel, float red, float green, float blue)
    {
        picture.Plane(0)[pixel] = red;
        picture.Plane(1)[pixel] = green;
        picture.Plane(2)[pixel] = blue;
    }
}
