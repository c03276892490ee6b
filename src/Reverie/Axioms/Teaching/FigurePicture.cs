using System.Globalization;
using Reverie.Explain;
using Reverie.Imaging;
using SkiaSharp;

namespace Reverie.Axioms;

/// <summary>Draws a figure: one row of bars for each method, red for what speaks for the result and blue for what speaks against it.</summary>
public static class FigurePicture
{
    private const int Width = 960, Margin = 28, RowHeight = 34, NameWidth = 400, ValueWidth = 90;
    private const float TextSize = 17, TitleSize = 25;

    private static readonly SKColor Paper = new(250, 250, 248), Ink = new(34, 34, 38), Faint = new(120, 120, 128), Wrong = new(178, 24, 43);

    /// <summary>Draws it, 960 pixels wide.</summary>
    public static Picture Draw(TeachingFigure figure)
    {
        ArgumentNullException.ThrowIfNull(figure);
        using var plain = new SKFont(SKTypeface.Default, TextSize);
        using var large = new SKFont(SKTypeface.Default, TitleSize);
        List<string> lesson = [.. Lines(figure.Lesson, plain, Width - 2 * Margin)], function = [.. Lines(figure.Function, plain, Width - 2 * Margin)];
        var height = Margin + 44 + 26 * (function.Count + 1) + 26 + RowHeight * figure.Rows.Count + 22 + 26 * lesson.Count + Margin;
        using var bitmap = new SKBitmap(new SKImageInfo(Width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(bitmap))
        using (var paint = new SKPaint { IsAntialias = true })
        {
            canvas.Clear(Paper);
            var y = (float)Margin + TitleSize;
            Text(canvas, $"{figure.Id}  {figure.Title}", Margin, y, large, paint, Ink);
            y += 36;
            foreach (var line in function)
            {
                Text(canvas, line, Margin, y, plain, paint, Ink);
                y += 26;
            }
            Text(canvas, figure.Point, Margin, y, plain, paint, Faint);
            y += 30;
            Rows(canvas, figure, y, plain, paint);
            y += RowHeight * figure.Rows.Count + 36;
            foreach (var line in lesson)
            {
                Text(canvas, line, Margin, y, plain, paint, Ink);
                y += 26;
            }
        }
        return Copied(bitmap);
    }

    private static void Rows(SKCanvas canvas, TeachingFigure figure, float top, SKFont font, SKPaint paint)
    {
        var variables = figure.Rows[0].Values.Count;
        var largest = Math.Max(1e-9, figure.Rows.Max(row => row.Values.Max(Math.Abs)));
        // one column of bars and numbers for each variable
        var column = (Width - 2 * Margin - NameWidth) / (float)variables;
        var half = (column - ValueWidth) / 2 - 8;
        for (var index = 0; index < figure.Rows.Count; index++)
        {
            var row = figure.Rows[index];
            var y = top + index * RowHeight;
            if (index > 0 && row.Method != figure.Rows[index - 1].Method) Line(canvas, paint, Margin, y, Width - Margin, y, new(225, 225, 225));
            var repeated = index > 0 && figure.Rows[index - 1].Method == row.Method;
            Text(canvas, Name(row, repeated), Margin, y + 22, font, paint, Ink);
            for (var variable = 0; variable < variables; variable++)
            {
                var zero = Margin + NameWidth + variable * column + half;
                var (value, length) = (row.Values[variable], (float)(row.Values[variable] / largest * half));
                var (red, green, blue) = ColourScale.At(ColourScaleKind.RedBlue, value > 0 ? 0.7 : -0.7);
                paint.Color = new((byte)(255 * red), (byte)(255 * green), (byte)(255 * blue));
                paint.Style = SKPaintStyle.Fill;
                canvas.DrawRect(SKRect.Create(Math.Min(zero, zero + length), y + 7, Math.Abs(length), RowHeight - 14), paint);
                Line(canvas, paint, zero, y + 2, zero, y + RowHeight - 2, new(170, 170, 170));
                var agrees = Math.Abs(value - row.Derived[variable]) < 1e-6;
                Text(canvas, Number(value), zero + half + 10, y + 22, font, paint, agrees ? Ink : Wrong);
            }
        }
        for (var variable = 0; variable < variables; variable++)
            Text(canvas, variables == 1 ? "x" : figure.Id == "T8" && variable == 1 ? "c" : figure.Id == "T8" ? "x" : $"x{variable + 1}", Margin + NameWidth + variable * column + half - 6, top - 6, font, paint, Faint);
    }

    private static string Name(TeachingRow row, bool repeated) => row.Of.Length == 0 ? row.Method : repeated ? $"        {row.Of}" : $"{row.Method}: {row.Of}";

    /// <summary>A number with as many digits as it needs, at most six.</summary>
    internal static string Number(double value) => Math.Abs(value) < 5e-7 ? "0" : value.ToString("0.######", CultureInfo.InvariantCulture);

    private static void Text(SKCanvas canvas, string text, float x, float y, SKFont font, SKPaint paint, SKColor colour)
    {
        paint.Color = colour;
        paint.Style = SKPaintStyle.Fill;
        canvas.DrawText(text, x, y, SKTextAlign.Left, font, paint);
    }

    private static void Line(SKCanvas canvas, SKPaint paint, float x1, float y1, float x2, float y2, SKColor colour)
    {
        paint.Color = colour;
        paint.Style = SKPaintStyle.Stroke;
        paint.StrokeWidth = 1;
        canvas.DrawLine(x1, y1, x2, y2, paint);
    }

    private static IEnumerable<string> Lines(string text, SKFont font, float width)
    {
        var line = "";
        foreach (var word in text.Split(' '))
        {
            if (line.Length > 0 && font.MeasureText($"{line} {word}") > width)
            {
                yield return line;
                line = "";
            }
            line = line.Length == 0 ? word : $"{line} {word}";
        }
        yield return line;
    }

    private static Picture Copied(SKBitmap bitmap)
    {
        var picture = new Picture(bitmap.Height, bitmap.Width);
        var bytes = bitmap.GetPixelSpan();
        for (var y = 0; y < bitmap.Height; y++)
            for (var x = 0; x < bitmap.Width; x++)
                for (var channel = 0; channel < 3; channel++)
                    picture.Plane(channel)[y * bitmap.Width + x] = bytes[y * bitmap.RowBytes + 4 * x + channel] / 255f;
        return picture;
    }
}
