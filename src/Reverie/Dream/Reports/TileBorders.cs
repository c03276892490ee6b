using Reverie.Dream.Gradients;

namespace Reverie.Dream.Reports;

/// <summary>Where the borders of tiles lay in a dream's last steps at full size, and the seam of a seamless one: where the eye would look for them.</summary>
/// <param name="Rows">Borders above these rows.</param>
/// <param name="Columns">Borders left of these columns.</param>
internal sealed record TileBorders(IReadOnlySet<int> Rows, IReadOnlySet<int> Columns)
{
    // Borders are rolled along with the picture: those of many steps would be everywhere.
    private const int Steps = 3;

    /// <summary>The borders of a run; null where the picture was not taken apart.</summary>
    public static TileBorders? Of(DeepDream settings, IReadOnlyList<OctaveSize> sizes, IGradientSource source, int round)
    {
        if (source is not TiledGradient tiled) return null;
        var (rows, columns) = tiled.Borders(sizes[0]);
        var schedule = new StepSchedule(settings, sizes.Count, round);
        for (var step = 0; step < (sizes.Count - 1) * settings.Steps; step++) _ = schedule.Jitter();
        var (above, left) = (new HashSet<int>(), new HashSet<int>());
        for (var step = 0; step < settings.Steps; step++)
        {
            var shift = schedule.Jitter();
            if (step < settings.Steps - Steps) continue;
            foreach (var row in rows) above.Add(Modulo(row - shift.Down, sizes[0].Height));
            foreach (var column in columns) left.Add(Modulo(column - shift.Right, sizes[0].Width));
        }
        // the ends of the picture are no border, unless it goes on there
        if (settings.Seamless != Seamless.Both) above.Remove(0);
        else above.Add(0);
        if (settings.Seamless == Seamless.None) left.Remove(0);
        else left.Add(0);
        return above.Count + left.Count > 0 ? new(above, left) : null;

        static int Modulo(int place, int size) => ((place % size) + size) % size;
    }
}
