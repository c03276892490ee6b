using System.Globalization;
using Reverie.Explain;
using Reverie.Imaging;
using Reverie.Style;

namespace Reverie.Cli.Recipes;

/// <summary>The sheet of <c>reverie style --ledger</c>: for every layer, where it gained (red) and where it paid (blue), over the painting in grey.</summary>
internal static class LedgerSheet
{
    private const int LongSide = 360;

    // The strongest hundredth of the places would leave the others pale.
    private const double Strongest = 0.99;

    /// <summary>Draws the sheet: the painting first.</summary>
    public static Picture Draw(StyleLedger ledger, Picture painting)
    {
        var (height, width) = Fit.LongSide(painting.Height, painting.Width, Math.Min(LongSide, Math.Max(painting.Height, painting.Width)));
        var small = (painting.Alpha is null ? painting : painting.Flatten()).Resize(height, width);
        var fell = ledger.Parts.Sum(part => part.Gain);
        var tiles = new List<ContactSheet.Tile> { new(small, "the painting") };
        foreach (var part in ledger.Parts)
        {
            var map = Resampling.Resize(part.Map, 1, part.Height, part.Width, height, width, ResampleKernel.Triangle);
            tiles.Add(new(Over(small, map), string.Create(CultureInfo.InvariantCulture, $"{part.Name}: {part.Gain / fell:P1}")));
        }
        return ContactSheet.Draw(tiles, ContactSheet.Columns(tiles.Count));
    }

    private static Picture Over(Picture painting, float[] map)
    {
        var magnitudes = map.Select(Math.Abs).Order().ToArray();
        var strongest = Math.Max(magnitudes[(int)((magnitudes.Length - 1) * Strongest)], float.Epsilon);
        var result = new Picture(painting.Height, painting.Width);
        for (var pixel = 0; pixel < map.Length; pixel++)
        {
            var value = Math.Clamp(map[pixel] / strongest, -1, 1);
            var (red, green, blue) = ColourScale.At(ColourScaleKind.RedBlue, value);
            var grey = 0.35f * (painting.Rgb[pixel] + painting.Rgb[map.Length + pixel] + painting.Rgb[2 * map.Length + pixel]) / 3 + 0.65f;
            var cover = 0.85f * (float)Math.Sqrt(Math.Abs(value));
            foreach (var (channel, colour) in new[] { red, green, blue }.Index()) result.Rgb[channel * map.Length + pixel] = grey * (1 - cover) + colour * cover;
        }
        return result;
    }
}
