namespace Reverie.Explain;

/// <summary>
/// The path integral refined where it is wrong. The line is cut into segments; in each the gradients at midpoints must account for the change of f between its ends,
/// which forward passes tell. Segments that do not are asked at three times as many midpoints (the middle one of each three is known) until the whole line is within a tolerance.
/// Most of the change of f often happens on a small part of the line, and only that part is refined.
/// </summary>
internal sealed class AdaptivePath
{
    private const int Segments = 8;

    private readonly AttributionContext _context;
    private readonly IReadOnlyList<Signal> _baseline;
    private readonly PathIntegral _integral;
    private readonly int[,] _count;
    private readonly double[,] _ends;

    public AdaptivePath(AttributionContext context, string method, IReadOnlyList<Signal> baseline)
    {
        (_context, _baseline) = (context, baseline);
        _integral = new(context, method, baseline, Segments);
        _count = new int[context.Items, Segments];
        _ends = EndScores();
    }

    /// <summary>The midpoints asked, for the item that needed most.</summary>
    public int Steps => Enumerable.Range(0, _context.Items).Max(StepsOf);

    /// <summary>The items that did not reach the tolerance.</summary>
    public int[] Open { get; private set; } = [];

    /// <summary>f at the end and at the beginning of an item's line.</summary>
    public (double Score, double Before) Ends(int item) => (_ends[item, Segments], _ends[item, 0]);

    /// <summary>The mean gradients along the lines.</summary>
    public IReadOnlyList<Signal> Means => _integral.Total((item, segment) => 1.0 / (Segments * _count[item, segment]));

    /// <summary>Gradients times x - b.</summary>
    public IReadOnlyList<Signal> Products(IReadOnlyList<Signal> means) => _integral.Products(means);

    public void Refine(double tolerance, int most)
    {
        Ask([.. from item in Enumerable.Range(0, _context.Items) from segment in Enumerable.Range(0, Segments) select (item, segment)], 1);
        Open = [.. Enumerable.Range(0, _context.Items)];
        while (true)
        {
            var next = new List<(int Item, int Segment)>();
            var open = new List<int>();
            foreach (var item in Open)
            {
                var errors = Enumerable.Range(0, Segments).Select(segment => Error(item, segment)).ToArray();
                var allowed = tolerance * Scale(item);
                if (Math.Abs(errors.Sum()) <= allowed) continue;
                open.Add(item);
                // the worst first; where not all can be afforded any more, those that can
                var left = most - StepsOf(item);
                foreach (var segment in Enumerable.Range(0, Segments).Where(segment => Math.Abs(errors[segment]) > allowed / Segments).OrderByDescending(segment => Math.Abs(errors[segment])))
                {
                    if (2 * _count[item, segment] > left) continue;
                    left -= 2 * _count[item, segment];
                    next.Add((item, segment));
                }
            }
            Open = [.. open];
            if (next.Count == 0) return;
            Ask(next, 3);
        }
    }

    // Asks segments at times as many midpoints as before; of a refined one the middle third is known.
    private void Ask(List<(int Item, int Segment)> segments, int times)
    {
        var places = new List<PathPlace>();
        foreach (var (item, segment) in segments)
        {
            var count = _count[item, segment] = Math.Max(1, _count[item, segment]) * times;
            for (var k = 0; k < count; k++)
                if (times == 1 || k % 3 != 1) places.Add(new(item, segment, (segment + (k + 0.5) / count) / Segments, 1));
        }
        _integral.Add(places);
    }

    private int StepsOf(int item) => Enumerable.Range(0, Segments).Sum(segment => _count[item, segment]);

    private double Error(int item, int segment) => _integral.Change(item, segment) / (Segments * _count[item, segment]) - (_ends[item, segment + 1] - _ends[item, segment]);

    // Of scores that are nearly equal no fraction can be asked.
    private double Scale(int item)
    {
        var (score, before) = Ends(item);
        return Math.Max(Math.Abs(score - before), 1e-3 * Math.Max(Math.Abs(score), Math.Abs(before)));
    }

    private double[,] EndScores()
    {
        var scores = _context.Subject.Scores(_context.Items * (Segments + 1), _context.Inputs, (index, into) =>
        {
            PathPlace[] place = [new(index / (Segments + 1), 0, (double)(index % (Segments + 1)) / Segments, 1)];
            for (var input = 0; input < into.Length; input++) PathIntegral.Between(_baseline[input], _context.Inputs[input], place, into[input]);
        }, null, _context.Cancellation);
        var ends = new double[_context.Items, Segments + 1];
        for (var index = 0; index < scores.Length; index++) ends[index / (Segments + 1), index % (Segments + 1)] = scores[index];
        return ends;
    }
}
