using SkiaSharp;

namespace Reverie.Imaging;

/// <summary>Pictures in rows and columns on one sheet, each with a line of text under it.</summary>
public static class ContactSheet
{
    private const float Paper = 0.09f, Ink = 0.86f, SmallestText = 0.6f;

    /// <summary>A picture of a sheet and what is written under it; an empty text takes no room where all are empty.</summary>
    /// <param name="Picture">The picture.</param>
    /// <param name="Label">The line of text; written smaller where it is too long, and then cut.</param>
    public sealed record Tile(Picture Picture, string Label = "");

    /// <summary>The columns of a sheet that is about as wide as high.</summary>
    public static int Columns(int tiles) => Math.Max(1, (int)Math.Ceiling(Math.Sqrt(tiles)));

    /// <summary>Draws a sheet. Text needs a font on the machine; without one the lines stay empty.</summary>
    /// <param name="tiles">At least one; each stands in the middle of a cell as large as the largest.</param>
    /// <param name="columns">Pictures in a row.</param>
    /// <param name="gap">Pixels between pictures and around them.</param>
    /// <exception cref="ReverieException">The sheet would be beyond <see cref="Picture.MaxPixels"/>.</exception>
    public static Picture Draw(IReadOnlyList<Tile> tiles, int columns, int gap = 6)
    {
        ArgumentOutOfRangeException.ThrowIfZero(tiles.Count);
        columns = Math.Min(columns, tiles.Count);
        var (cellHeight, cellWidth) = (tiles.Max(tile => tile.Picture.Height), tiles.Max(tile => tile.Picture.Width));
        var textSize = Math.Clamp(cellWidth / 11, 9, 20);
        var textHeight = tiles.All(tile => tile.Label.Length == 0) ? 0 : textSize + textSize / 2;
        var rows = (tiles.Count + columns - 1) / columns;
        var sheet = new Picture(rows * (cellHeight + textHeight + gap) + gap, columns * (cellWidth + gap) + gap);
        Array.Fill(sheet.Rgb, Paper);
        for (var index = 0; index < tiles.Count; index++)
        {
            var (top, left) = (gap + index / columns * (cellHeight + textHeight + gap), gap + index % columns * (cellWidth + gap));
            var picture = tiles[index].Picture.Alpha is null ? tiles[index].Picture : tiles[index].Picture.Flatten();
            Place(sheet, picture, top + (cellHeight - picture.Height) / 2, left + (cellWidth - picture.Width) / 2);
            if (textHeight > 0 && tiles[index].Label.Length > 0) Place(sheet, Text(tiles[index].Label, textHeight, cellWidth, textSize), top + cellHeight, left);
        }
        return sheet;
    }

    private static void Place(Picture sheet, Picture picture, int top, int left)
    {
        for (var channel = 0; channel < 3; channel++)
            for (var y = 0; y < picture.Height; y++)
                picture.Plane(channel).Slice(y * picture.Width, picture.Width).CopyTo(sheet.Plane(channel)[((top + y) * sheet.Width + left)..]);
    }

    private static Picture Text(string text, int height, int width, int size)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Gray8, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(bitmap))
        using (var font = new SKFont(SKTypeface.Default, size))
        using (var paint = new SKPaint { Color = SKColors.White, IsAntialias = true })
        {
            canvas.Clear(SKColors.Black);
            // a long label is written smaller, and only then cut
            font.Size = Math.Max(SmallestText * size, Math.Min(size, 0.98f * size * width / Math.Max(1, font.MeasureText(text))));
            var shown = text;
            while (shown.Length > 1 && font.MeasureText(shown) > width) shown = text[..(shown.Length - (shown == text ? 1 : 2))] + "…";
            canvas.DrawText(shown, width / 2f, size * 1.1f, SKTextAlign.Center, font, paint);
        }
        var picture = new Picture(height, width);
        var coverage = bitmap.GetPixelSpan();
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
                for (var channel = 0; channel < 3; channel++)
                    picture.Rgb[(channel * height + y) * width + x] = Paper + (Ink - Paper) * coverage[y * bitmap.RowBytes + x] / 255f;
        return picture;
    }
}
