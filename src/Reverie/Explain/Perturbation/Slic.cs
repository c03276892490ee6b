using Reverie.Imaging;

namespace Reverie.Explain;

/// <summary>
/// Superpixels by SLIC (Achanta et al. 2012): k-means of colour in CIELAB and place, each centre searching only its neighbourhood; pieces that are cut off from their
/// segment, or too small, join a neighbour.
/// </summary>
internal static class Slic
{
    private const int Iterations = 10;

    /// <summary>The segment of every pixel [H,W], numbered from 0 in reading order of their first pixels.</summary>
    public static int[] Segment(Picture picture, int segments, double compactness)
    {
        var (height, width) = (picture.Height, picture.Width);
        var lab = Cielab.Of(picture);
        var step = Math.Sqrt((double)height * width / segments);
        var centres = Centres(lab, height, width, step);
        var labels = new int[height * width];
        var distances = new double[labels.Length];
        // colours are as far as `compactness` when places are as far as a step
        var weight = compactness * compactness / (step * step);
        for (var iteration = 0; iteration < Iterations; iteration++)
        {
            Assign(lab, height, width, centres, step, weight, labels, distances);
            Move(lab, width, centres, labels);
        }
        return Connected(labels, height, width, (int)(step * step / 4));
    }

    private static List<Centre> Centres(float[] lab, int height, int width, double step)
    {
        var (rows, columns) = (Math.Max(1, (int)Math.Round(height / step)), Math.Max(1, (int)Math.Round(width / step)));
        var centres = new List<Centre>();
        for (var row = 0; row < rows; row++)
            for (var column = 0; column < columns; column++)
            {
                var (y, x) = Calmest(lab, height, width, (int)((row + 0.5) * height / rows), (int)((column + 0.5) * width / columns));
                centres.Add(new(lab, height * width, y, x, y * width + x));
            }
        return centres;
    }

    // Not on an edge, and not on a noisy pixel: the lowest gradient of a 3 x 3 neighbourhood.
    private static (int Y, int X) Calmest(float[] lab, int height, int width, int y, int x)
    {
        var (best, place) = (double.PositiveInfinity, (y, x));
        for (var row = Math.Max(1, y - 1); row <= Math.Min(height - 2, y + 1); row++)
            for (var column = Math.Max(1, x - 1); column <= Math.Min(width - 2, x + 1); column++)
            {
                var gradient = 0.0;
                for (var plane = 0; plane < 3; plane++)
                {
                    var at = plane * height * width + row * width + column;
                    var (across, down) = (lab[at + 1] - lab[at - 1], lab[at + width] - lab[at - width]);
                    gradient += across * across + down * down;
                }
                if (gradient < best) (best, place) = (gradient, (row, column));
            }
        return place;
    }

    private static void Assign(float[] lab, int height, int width, List<Centre> centres, double step, double weight, int[] labels, double[] distances)
    {
        Array.Fill(distances, double.PositiveInfinity);
        var (area, reach) = (height * width, (int)Math.Ceiling(step));
        for (var index = 0; index < centres.Count; index++)
        {
            var centre = centres[index];
            var (top, left) = (Math.Max(0, (int)centre.Y - reach), Math.Max(0, (int)centre.X - reach));
            for (var y = top; y <= Math.Min(height - 1, (int)centre.Y + reach); y++)
                for (var x = left; x <= Math.Min(width - 1, (int)centre.X + reach); x++)
                {
                    var pixel = y * width + x;
                    var (l, a, b) = (lab[pixel] - centre.L, lab[area + pixel] - centre.A, lab[2 * area + pixel] - centre.B);
                    var distance = l * l + a * a + b * b + weight * ((y - centre.Y) * (y - centre.Y) + (x - centre.X) * (x - centre.X));
                    if (distance < distances[pixel]) (distances[pixel], labels[pixel]) = (distance, index);
                }
        }
    }

    private static void Move(float[] lab, int width, List<Centre> centres, int[] labels)
    {
        var (sums, counts, area) = (new double[centres.Count, 5], new int[centres.Count], labels.Length);
        for (var pixel = 0; pixel < area; pixel++)
        {
            var label = labels[pixel];
            for (var plane = 0; plane < 3; plane++) sums[label, plane] += lab[plane * area + pixel];
            sums[label, 3] += pixel / width;
            sums[label, 4] += pixel % width;
            counts[label]++;
        }
        for (var index = 0; index < centres.Count; index++)
            if (counts[index] > 0) centres[index].Set(sums, index, counts[index]);
    }

    // Flood fill with a queue: a segment may fill the picture, too deep for recursion.
    private static int[] Connected(int[] labels, int height, int width, int smallest)
    {
        var result = new int[labels.Length];
        Array.Fill(result, -1);
        var (next, piece) = (0, new List<int>());
        for (var start = 0; start < labels.Length; start++)
        {
            if (result[start] >= 0) continue;
            piece.Clear();
            piece.Add(start);
            result[start] = next;
            var neighbour = -1;
            for (var index = 0; index < piece.Count; index++)
            {
                var (y, x) = (piece[index] / width, piece[index] % width);
                Visit(y - 1, x);
                Visit(y, x - 1);
                Visit(y, x + 1);
                Visit(y + 1, x);
            }
            // a piece before it in reading order is there, unless this is the very first
            if (piece.Count < smallest && neighbour >= 0) foreach (var pixel in piece) result[pixel] = neighbour;
            else next++;

            void Visit(int y, int x)
            {
                if (y < 0 || x < 0 || y >= height || x >= width) return;
                var pixel = y * width + x;
                if (result[pixel] < 0 && labels[pixel] == labels[start])
                {
                    result[pixel] = next;
                    piece.Add(pixel);
                }
                else if (result[pixel] >= 0 && result[pixel] != next) neighbour = result[pixel];
            }
        }
        return result;
    }

    private sealed class Centre(float[] lab, int area, double y, double x, int pixel)
    {
        public double L { get; private set; } = lab[pixel];

        public double A { get; private set; } = lab[area + pixel];

        public double B { get; private set; } = lab[2 * area + pixel];

        public double Y { get; private set; } = y;

        public double X { get; private set; } = x;

        public void Set(double[,] sums, int index, int count) =>
            (L, A, B, Y, X) = (sums[index, 0] / count, sums[index, 1] / count, sums[index, 2] / count, sums[index, 3] / count, sums[index, 4] / count);
    }
}
