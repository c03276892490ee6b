using System.Numerics.Tensors;
using Reverie.Imaging;

namespace Reverie.Dream.Reports;

/// <summary>
/// Whether the borders of tiles can be seen in a dream: how far the energy of the change's steps across them stands out from that of the steps one and two pixels beside them, against how far it does
/// 32, 64 and 96 pixels away, where no border is. (Pools leave a pattern of their own in gradients, which repeats with the network's strides: only places a whole number of strides apart may be compared.)
/// </summary>
/// <remarks>
/// Energies are heavy-tailed, and what a dream makes is as large as those distances: a ratio of sums scatters by several hundredths even for a large picture without any border. So a border is compared piece
/// by piece, each of 32 pixels, first with what is next to it, and the mean is that of logarithms: without a seam, a piece is as likely the stronger one as the weaker one.
/// </remarks>
internal static class SeamScore
{
    private const int Piece = 32;

    // of a step of 1/30000, for each pixel and channel: what is smaller is nothing to be seen
    private const double Least = 1e-9;

    private static readonly int[] Distances = [32, 64, 96], Near = [1, 2];

    /// <summary>Measures; null where there are no borders, or nothing beside them.</summary>
    /// <param name="before">The picture.</param>
    /// <param name="after">The dream.</param>
    /// <param name="rows">Borders above these rows.</param>
    /// <param name="columns">Borders left of these columns.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static Seam? Of(PlaneStore before, PlaneStore after, IReadOnlySet<int> rows, IReadOnlySet<int> columns, CancellationToken cancellation)
    {
        var ratios = new List<double>();
        Columns(new(before, after), Lines.Of(columns, before.Width), ratios, cancellation);
        Rows(new(before, after), Lines.Of(rows, before.Height), ratios, cancellation);
        if (ratios.Count == 0) return null;
        var mean = ratios.Average();
        var spread = Math.Sqrt(ratios.Sum(ratio => (ratio - mean) * (ratio - mean)) / Math.Max(1, ratios.Count - 1));
        return new(Math.Exp(mean), Math.Exp(mean) * spread / Math.Sqrt(ratios.Count));
    }

    private static void Columns(Change change, Lines lines, List<double> ratios, CancellationToken cancellation)
    {
        if (lines.Borders.Count == 0) return;
        var (row, energies) = (new float[change.Width], new double[lines.Places.Length]);
        for (var first = 0; first < change.Height; first += Piece)
        {
            cancellation.ThrowIfCancellationRequested();
            Array.Clear(energies);
            var count = Math.Min(Piece, change.Height - first);
            for (var line = 0; line < 3 * count; line++)
            {
                change.Row(line / count, first + line % count, row);
                for (var index = 0; index < energies.Length; index++)
                {
                    var x = lines.Places[index];
                    double step = row[x] - row[x == 0 ? row.Length - 1 : x - 1];
                    energies[index] += step * step;
                }
            }
            lines.Compare(energies, 3 * count, ratios);
        }
    }

    private static void Rows(Change change, Lines lines, List<double> ratios, CancellationToken cancellation)
    {
        if (lines.Borders.Count == 0) return;
        var pieces = (change.Width + Piece - 1) / Piece;
        var (upper, lower, energies) = (new float[change.Width], new float[change.Width], Enumerable.Range(0, pieces).Select(_ => new double[lines.Places.Length]).ToArray());
        for (var index = 0; index < lines.Places.Length; index++)
        {
            cancellation.ThrowIfCancellationRequested();
            var y = lines.Places[index];
            for (var channel = 0; channel < 3; channel++)
            {
                change.Row(channel, y == 0 ? change.Height - 1 : y - 1, upper);
                change.Row(channel, y, lower);
                TensorPrimitives.Subtract(lower, upper, lower);
                for (var piece = 0; piece < pieces; piece++) energies[piece][index] += TensorPrimitives.SumOfSquares<float>(lower.AsSpan(piece * Piece, Math.Min(Piece, change.Width - piece * Piece)));
            }
        }
        for (var piece = 0; piece < pieces; piece++) lines.Compare(energies[piece], 3 * Math.Min(Piece, change.Width - piece * Piece), ratios);
    }

    /// <summary>What the dream changed.</summary>
    private sealed class Change(PlaneStore before, PlaneStore after)
    {
        private readonly float[] _original = new float[before.Width];

        public int Height => before.Height;

        public int Width => before.Width;

        public void Row(long channel, long y, float[] values)
        {
            before.Read((channel * Height + y) * Width, _original);
            after.Read((channel * Height + y) * Width, values);
            TensorPrimitives.Subtract(values, _original, values);
        }
    }

    /// <summary>Borders, with the lines that each is compared with.</summary>
    /// <param name="Places">All of them, in order.</param>
    /// <param name="Borders">Each border, and lines whole strides beside it.</param>
    private sealed record Lines(int[] Places, List<(Line Border, Line[] Beside)> Borders)
    {
        public static Lines Of(IReadOnlySet<int> borders, int size)
        {
            var chosen = borders.Order().Select(border => (Border: border, Beside: Distances.SelectMany(far => new[] { border - far, border + far })
                .Where(place => place > 0 && place < size && borders.All(other => Math.Abs(other - place) > Near.Max()) && Neighbours(place).Length > 0).ToArray()))
                .Where(each => each.Beside.Length > 0 && Neighbours(each.Border).Length > 0).ToList();
            int[] places = [.. chosen.SelectMany(each => each.Beside.Append(each.Border)).SelectMany(place => Neighbours(place).Append(place)).Distinct().Order()];
            return new(places, [.. chosen.Select(each => (At(each.Border), Array.ConvertAll(each.Beside, At)))]);

            int[] Neighbours(int place) => [.. Near.SelectMany(far => new[] { place - far, place + far }).Where(near => near > 0 && near < size && !borders.Contains(near))];

            Line At(int place) => new(Array.BinarySearch(places, place), Array.ConvertAll(Neighbours(place), near => Array.BinarySearch(places, near)));
        }

        // How far a piece of a border stands out from what is next to it, as a logarithm, less how far the pieces beside do.
        public void Compare(double[] energies, int steps, List<double> ratios)
        {
            var least = Least * steps;
            var logarithms = Array.ConvertAll(energies, energy => Math.Log(energy + least));
            foreach (var (border, beside) in Borders) ratios.Add(border.StandsOut(logarithms) - beside.Average(line => line.StandsOut(logarithms)));
        }
    }

    /// <summary>A line and those next to it, by their indices.</summary>
    private sealed record Line(int Index, int[] Next)
    {
        public double StandsOut(double[] logarithms) => logarithms[Index] - Next.Average(index => logarithms[index]);
    }
}

/// <summary>How far borders of tiles show.</summary>
/// <param name="Score">The energy of steps across them over that beside them; 1 where nothing shows.</param>
/// <param name="Error">The standard error of the score, by the scatter of the pieces compared.</param>
internal sealed record Seam(double Score, double Error);
