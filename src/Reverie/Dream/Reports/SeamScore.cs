using Reverie.Imaging;

namespace Reverie.Dream.Reports;

/// <summary>
/// Whether the borders of tiles can be seen in a dream: the energy of the change's steps across them, over that of the steps 32, 64 and 96 pixels beside them, where the picture is much the same and
/// no border is. (Pools leave a pattern of their own in gradients, which repeats with the network's strides: only places a whole number of strides apart may be compared.)
/// </summary>
internal static class SeamScore
{
    private static readonly int[] Distances = [32, 64, 96];

    /// <summary>Measures; null where there are no borders.</summary>
    /// <param name="before">The picture.</param>
    /// <param name="after">The dream.</param>
    /// <param name="rows">Borders above these rows.</param>
    /// <param name="columns">Borders left of these columns.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static double? Of(PlaneStore before, PlaneStore after, IReadOnlySet<int> rows, IReadOnlySet<int> columns, CancellationToken cancellation)
    {
        var (across, beside, acrossCount, besideCount) = (0.0, 0.0, 0L, 0L);
        if (columns.Count > 0)
        {
            var places = Beside(columns, before.Width);
            var row = new float[before.Width];
            for (var line = 0L; line < 3L * before.Height; line++)
            {
                if (line % 256 == 0) cancellation.ThrowIfCancellationRequested();
                Change(line * before.Width, row);
                foreach (var x in columns) Step(row[x] - row[x == 0 ? row.Length - 1 : x - 1], ref across, ref acrossCount);
                foreach (var x in places) Step(row[x] - row[x == 0 ? row.Length - 1 : x - 1], ref beside, ref besideCount);
            }
        }
        if (rows.Count > 0)
        {
            var (upper, lower) = (new float[before.Width], new float[before.Width]);
            for (var channel = 0L; channel < 3; channel++)
            {
                foreach (var y in rows) Rows(channel, y, ref across, ref acrossCount);
                cancellation.ThrowIfCancellationRequested();
                foreach (var y in Beside(rows, before.Height)) Rows(channel, y, ref beside, ref besideCount);
            }

            void Rows(long channel, int y, ref double sum, ref long count)
            {
                Change((channel * before.Height + (y == 0 ? before.Height : y) - 1) * before.Width, upper);
                Change((channel * before.Height + y) * before.Width, lower);
                for (var x = 0; x < lower.Length; x++) Step(lower[x] - upper[x], ref sum, ref count);
            }
        }
        return acrossCount > 0 && besideCount > 0 && beside > 0 ? across / acrossCount / (beside / besideCount) : null;

        void Change(long place, float[] values)
        {
            var original = new float[values.Length];
            before.Read(place, original);
            after.Read(place, values);
            System.Numerics.Tensors.TensorPrimitives.Subtract(values, original, values);
        }

        static void Step(float difference, ref double sum, ref long count)
        {
            sum += (double)difference * difference;
            count++;
        }
    }

    private static List<int> Beside(IReadOnlySet<int> borders, int size) =>
        [.. borders.SelectMany(border => Distances.SelectMany(far => new[] { border - far, border + far }))
            .Where(place => place > 0 && place < size && borders.All(border => Math.Abs(border - place) >= 2)).Distinct().Order()];
}
