using System.Globalization;
using Reverie.Explain;
using Reverie.Imaging;

namespace Reverie.Axioms;

/// <summary>Draws what a rewrite did to an attribution: the maps of the original and of the rewritten network side by side, in the same colours for the same numbers.</summary>
public static class MapPair
{
    /// <summary>Draws a cell; null where it has no maps of pictures.</summary>
    /// <param name="cell">The measurement.</param>
    /// <param name="side">The longer side of each map, in pixels.</param>
    public static (Picture Before, Picture After)? Draw(AxiomCell cell, int side = 224)
    {
        ArgumentNullException.ThrowIfNull(cell);
        if (cell.Maps is not { } maps || maps.Before.Shape is not [1, 1, var height, var width]) return null;
        var (rows, columns) = Fit.LongSide((int)height, (int)width, side);
        var strongest = new MapScaling(99.5, null).Strongest(Smooth(maps.Before));
        return (Paint(Smooth(maps.Before)), Paint(Smooth(maps.After)));

        double[] Smooth(Signal map)
        {
            var values = Array.ConvertAll(map.Values, value => (float)value);
            // single pixels cannot be seen
            var smooth = new float[values.Length];
            GaussianBlur.Apply(values, 1, (int)height, (int)width, Math.Max(0.5, height / 150.0), smooth);
            return Array.ConvertAll(smooth, value => (double)value);
        }

        Picture Paint(double[] map)
        {
            var picture = new Picture((int)height, (int)width);
            for (var pixel = 0; pixel < map.Length; pixel++)
                (picture.Plane(0)[pixel], picture.Plane(1)[pixel], picture.Plane(2)[pixel]) = ColourScale.At(ColourScaleKind.RedBlue, map[pixel] / strongest);
            return picture.Resize(rows, columns);
        }
    }

    /// <summary>A sheet with one pair for each method: the rewrite that changes it most.</summary>
    /// <exception cref="ReverieException">No map of the report can be drawn.</exception>
    public static Picture Sheet(AxiomReport report, int side = 224)
    {
        ArgumentNullException.ThrowIfNull(report);
        var tiles = new List<ContactSheet.Tile>();
        foreach (var (id, title, _) in report.Methods)
        {
            if (Strongest(report, id) is not { } cell || Draw(cell, side) is not { } pair) continue;
            tiles.Add(new(pair.Before, title));
            tiles.Add(new(pair.After, string.Create(CultureInfo.InvariantCulture, $"{cell.Check}: {(cell.Verdict == Verdict.Violated ? $"{cell.Value:P0} changed" : "unchanged")}")));
        }
        return tiles.Count > 0 ? ContactSheet.Draw(tiles, tiles.Count > 8 ? 6 : 4) : throw new ReverieException("no attribution of this report is a map of a picture");
    }

    /// <summary>The rewrite that changes a method most.</summary>
    public static AxiomCell? Strongest(AxiomReport report, string method)
    {
        ArgumentNullException.ThrowIfNull(report);
        return report.Cells.Where(cell => cell.Method == method && cell.Axiom == Axiom.ImplementationInvariance && cell.Value is not null).MaxBy(cell => (cell.Verdict == Verdict.Violated, cell.Value));
    }
}
