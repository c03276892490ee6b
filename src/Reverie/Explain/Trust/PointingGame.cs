using Reverie.Imaging;

namespace Reverie.Explain;

/// <summary>The pointing game (Zhang et al. 2016): does the strongest place of a map lie on the object that a mask marks?</summary>
public sealed record PointingGame
{
    /// <summary>How far beside the object still counts, in pixels of the network's input.</summary>
    public double Tolerance { get; init; } = 15;

    /// <summary>Whether an attribution hits. A map that is zero everywhere points at nothing, and misses.</summary>
    /// <param name="subject">The picture that was explained.</param>
    /// <param name="attribution">The explanation.</param>
    /// <param name="mask">The object in white on black, of the photo's size.</param>
    /// <exception cref="ReverieException">The mask is of another size than the photo, or marks nothing that the network sees.</exception>
    public bool Hits(PictureSubject subject, Attribution attribution, Picture mask)
    {
        ArgumentNullException.ThrowIfNull(subject);
        ArgumentNullException.ThrowIfNull(attribution);
        ArgumentNullException.ThrowIfNull(mask);
        if (mask.Height != subject.Photo.Height || mask.Width != subject.Photo.Width)
            throw new ReverieException($"the mask is {mask.Width} x {mask.Height} pixels, but the photo is {subject.Photo.Width} x {subject.Photo.Height}; make it of that size");
        var seen = subject.Placement.Apply(mask);
        var (height, width) = (seen.Height, seen.Width);
        bool[] marked = [.. Enumerable.Range(0, height * width).Select(pixel => seen.Plane(0)[pixel] + seen.Plane(1)[pixel] + seen.Plane(2)[pixel] > 1.5)];
        if (!marked.Contains(true)) throw new ReverieException("the mask marks nothing within what the network sees; the object must be white on black");
        return Hits(attribution.Sum(), marked, width, Tolerance);
    }

    /// <summary>Whether the strongest place of a map [H,W] lies within some pixels of a marked one.</summary>
    public static bool Hits(double[] map, bool[] marked, int width, double tolerance)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(marked);
        if (map.Length != marked.Length) throw new ArgumentException("the mask is of another size than the map", nameof(marked));
        var strongest = Enumerable.Range(0, map.Length).MaxBy(place => map[place]);
        if (map[strongest] <= 0) return false;
        for (var pixel = 0; pixel < marked.Length; pixel++)
        {
            var (down, across) = (pixel / width - strongest / width, pixel % width - strongest % width);
            if (marked[pixel] && down * down + across * across <= tolerance * tolerance) return true;
        }
        return false;
    }
}
