using Reverie.Imaging;
using Reverie.Video.Flow;

namespace Reverie.Video.Coherence;

/// <summary>How a frame of the source follows from the one before: flow both ways, where it holds, and whether there is a cut.</summary>
internal sealed class FramePair
{
    private readonly FlowField _forward;
    private readonly float[] _forwardMask;

    private FramePair(FlowField forward, FlowField backward, float[] forwardMask, float[] mask, double change)
    {
        (_forward, Backward, _forwardMask, Mask, Change) = (forward, backward, forwardMask, mask, change);
        ValidShare = Share(mask);
        IsCut = CutDetector.IsCut(change, Share(FlowConsistency.Visible(backward, forward)));
    }

    /// <summary>From the later frame to the earlier one.</summary>
    public FlowField Backward { get; }

    /// <summary>[H,W] at the later frame: 1 where the backward flow holds.</summary>
    public float[] Mask { get; }

    /// <summary>The share of the later frame where it does.</summary>
    public double ValidShare { get; }

    /// <summary>How much of the content changes; see <see cref="CutDetector"/>.</summary>
    public double Change { get; }

    /// <summary>Whether the later frame begins a new shot.</summary>
    public bool IsCut { get; }

    /// <summary>Works out how one frame follows from another.</summary>
    public static FramePair Of(Picture earlier, Picture later, OpticalFlow flow, CancellationToken cancellation)
    {
        var (forward, backward) = flow.BothWays(earlier, later, cancellation);
        return new(forward, backward, FlowConsistency.Mask(forward, backward), FlowConsistency.Mask(backward, forward), CutDetector.Change(earlier, later));
    }

    /// <summary>
    /// The warping error of Lai et al., "Learning Blind Video Temporal Consistency", ECCV 2018: the later picture read where the earlier one's pixels went, compared with the earlier one
    /// where the flow of the source holds; the mean of squares over all colours, of values from 0 to 1.
    /// </summary>
    public double WarpingError(Picture earlier, Picture later)
    {
        var warped = FlowWarp.Apply(later.Rgb, 3, _forward);
        var plane = _forwardMask.Length;
        var (sum, weight) = (0.0, 0.0);
        for (var index = 0; index < plane; index++)
        {
            if (_forwardMask[index] <= 0) continue;
            weight += 3;
            for (var channel = 0; channel < 3; channel++)
            {
                double difference = warped[channel * plane + index] - earlier.Rgb[channel * plane + index];
                sum += difference * difference;
            }
        }
        return weight == 0 ? 0 : sum / weight;
    }

    /// <summary>The correlation of the earlier detail, moved along, with the later one, where flow holds: 1 where the dream stays on what it was dreamt on, 0 where it boils.</summary>
    /// <param name="earlier">[3,H,W], detail: dream minus frame.</param>
    /// <param name="later">[3,H,W].</param>
    public double Persistence(float[] earlier, float[] later)
    {
        var warped = FlowWarp.Apply(earlier, 3, Backward);
        var plane = Mask.Length;
        var (n, sa, sb, aa, bb, ab) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
        for (var index = 0; index < warped.Length; index++)
        {
            if (Mask[index % plane] <= 0) continue;
            double a = warped[index], b = later[index];
            n++;
            sa += a;
            sb += b;
            aa += a * a;
            bb += b * b;
            ab += a * b;
        }
        var scale = Math.Sqrt(Math.Max(0, (aa - sa * sa / Math.Max(n, 1)) * (bb - sb * sb / Math.Max(n, 1))));
        return scale > 0 ? (ab - sa * sb / n) / scale : 0;
    }

    private static double Share(float[] mask)
    {
        var count = 0;
        foreach (var value in mask) if (value > 0) count++;
        return (double)count / mask.Length;
    }
}
