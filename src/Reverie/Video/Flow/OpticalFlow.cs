using Reverie.Imaging;

namespace Reverie.Video.Flow;

/// <summary>
/// Optical flow: how every pixel moves from one picture to another. From coarse to fine, patches of 8 x 8 look for their place by inverse search (Kroeger, Timofte, Dai and Van Gool,
/// "Fast Optical Flow using Dense Inverse Search", ECCV 2016), and a variational refinement with robust terms on brightness and its gradient (after Brox et al., ECCV 2004, normalised
/// as Zimmer et al., IJCV 2011) makes one smooth field with sharp borders of them.
/// </summary>
public sealed record OpticalFlow
{
    // at about this many pixels flow is worked out; larger pictures take it from their half or quarter
    private const int PixelsAtFinest = 400_000;

    /// <summary>The finest level of the pyramid to work at: 0 the full size, 1 half of it. Null takes the first of at most 400,000 pixels.</summary>
    public int? Finest { get; init; }

    /// <summary>How often the refinement linearises anew at each level.</summary>
    public int Refinements { get; init; } = 3;

    /// <summary>How much smoothness counts against the data, in the refinement.</summary>
    public double Smoothness { get; init; } = 20;

    /// <summary>How many threads compute; the result does not depend on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Where every pixel of a picture is in another.</summary>
    /// <param name="from">The picture whose pixels the field describes.</param>
    /// <param name="to">The picture in which they are looked for; of the same size.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="ArgumentException">The sizes differ.</exception>
    /// <exception cref="ReverieException">A setting is out of range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public FlowField Between(Picture from, Picture to, CancellationToken cancellation = default)
    {
        var stripes = Check(from, to, cancellation);
        return Field(PyramidOf(from, stripes), PyramidOf(to, stripes), stripes);
    }

    /// <summary>The fields in both directions, for about 1.9 times the work of one.</summary>
    /// <inheritdoc cref="Between"/>
    public (FlowField Forward, FlowField Backward) BothWays(Picture from, Picture to, CancellationToken cancellation = default)
    {
        var stripes = Check(from, to, cancellation);
        var (first, second) = (PyramidOf(from, stripes), PyramidOf(to, stripes));
        return (Field(first, second, stripes), Field(second, first, stripes));
    }

    private Stripes Check(Picture from, Picture to, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        if ((from.Height, from.Width) != (to.Height, to.Width)) throw new ArgumentException($"flow from a picture of {from.Width} x {from.Height} to one of {to.Width} x {to.Height}; they must be of one size", nameof(to));
        if (Finest is < 0 or > 8) throw new ReverieException("the finest level of optical flow must be between 0 and 8");
        if (Refinements is < 0 or > 100) throw new ReverieException("the refinements of optical flow must be between 0 and 100");
        if (!(Smoothness is > 0 and <= 1e6)) throw new ReverieException("the smoothness of optical flow must be more than 0 and at most 1000000");
        if (Threads is < 1 or > 1024) throw new ReverieException("the threads must be between 1 and 1024");
        return new(Threads, cancellation);
    }

    private static FlowPyramid PyramidOf(Picture picture, Stripes stripes) => FlowPyramid.Of(picture.Rgb, picture.Height, picture.Width, stripes);

    private FlowField Field(FlowPyramid from, FlowPyramid to, Stripes stripes)
    {
        var finest = Math.Min(Finest ?? Automatic(from.Levels), from.Levels.Count - 1);
        FlowPlane? u = null, v = null;
        for (var level = from.Levels.Count - 1; level >= finest; level--)
        {
            var (first, second) = (from.Levels[level], to.Levels[level]);
            (u, v) = PatchSearch.Run(first, second, u, v, stripes);
            new FlowRefinement(first, second, u, v, (float)Smoothness, stripes).Run(Refinements);
        }
        for (var level = finest - 1; level >= 0; level--) (u, v) = (Enlarged(u!, from.Levels[level], stripes), Enlarged(v!, from.Levels[level], stripes));
        return new(from.Levels[0].Height, from.Levels[0].Width, Packed(u!), Packed(v!));
    }

    private static int Automatic(IReadOnlyList<FlowPlane> levels)
    {
        var level = 0;
        while (level < levels.Count - 1 && (long)levels[level].Height * levels[level].Width > PixelsAtFinest) level++;
        return level;
    }

    // A component of the flow at twice the size, and twice as long.
    private static FlowPlane Enlarged(FlowPlane coarse, FlowPlane size, Stripes stripes)
    {
        coarse.Replicate();
        var fine = new FlowPlane(size.Height, size.Width);
        stripes.ForEachRow(fine.Height, y =>
        {
            // (y - 1/2) / 2 lies a quarter of the way beside the nearest row: 3/4 of that, 1/4 of the other
            var target = fine.Line(y);
            var near = coarse.Values.AsSpan(coarse.Row(y / 2) - 1, coarse.Width + 2);
            var other = coarse.Values.AsSpan(coarse.Row(y / 2 + (y % 2 == 0 ? -1 : 1)) - 1, coarse.Width + 2);
            for (var x = 0; x < target.Length; x++)
            {
                var (at, beside) = (x / 2 + 1, x / 2 + (x % 2 == 0 ? 0 : 2));
                target[x] = 2 * (0.75f * (0.75f * near[at] + 0.25f * near[beside]) + 0.25f * (0.75f * other[at] + 0.25f * other[beside]));
            }
        });
        return fine;
    }

    private static float[] Packed(FlowPlane plane)
    {
        var packed = new float[plane.Height * plane.Width];
        for (var y = 0; y < plane.Height; y++) plane.Line(y).CopyTo(packed.AsSpan(y * plane.Width));
        return packed;
    }
}
