namespace Reverie.Video.Flow;

/// <summary>
/// Where a flow field can be relied on. The thresholds are those of Sundaram, Brox and Keutzer, "Dense Point Trajectories by GPU-accelerated Large Displacement Optical Flow", ECCV 2010,
/// as Ruder, Dosovitskiy and Brox use them for videos, "Artistic Style Transfer for Videos", 2016, arXiv:1604.08610.
/// </summary>
public static class FlowConsistency
{
    /// <summary>
    /// The mask of a field: 1 where it holds; 0 where what it shows was hidden, since there and back does not lead home, |w + ŵ|² > 0.01 (|w|² + |ŵ|²) + 0.5; where it leaves the
    /// picture; and at motion boundaries, |∇u|² + |∇v|² > 0.01 |w|² + 0.002.
    /// </summary>
    /// <param name="flow">The field w that is judged, for instance from a frame to the one before.</param>
    /// <param name="back">The field ŵ of the other direction.</param>
    /// <returns>[H,W] of 0 and 1, in the place of <paramref name="flow"/>.</returns>
    /// <exception cref="ArgumentException">The sizes differ.</exception>
    public static float[] Mask(FlowField flow, FlowField back)
    {
        ArgumentNullException.ThrowIfNull(flow);
        var mask = Visible(flow, back);
        var boundary = MotionBoundaries(flow);
        for (var index = 0; index < mask.Length; index++) mask[index] *= 1 - boundary[index];
        return mask;
    }

    /// <summary>1 where there and back leads home within the threshold and stays in the picture, otherwise 0.</summary>
    /// <inheritdoc cref="Mask"/>
    public static float[] Visible(FlowField flow, FlowField back)
    {
        ArgumentNullException.ThrowIfNull(flow);
        ArgumentNullException.ThrowIfNull(back);
        if ((flow.Height, flow.Width) != (back.Height, back.Width)) throw new ArgumentException("the two fields must be of one size", nameof(back));
        var (height, width) = (flow.Height, flow.Width);
        var (thereU, thereV) = (FlowWarp.Apply(back.U, 1, flow), FlowWarp.Apply(back.V, 1, flow));
        var visible = new float[height * width];
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
            {
                var index = y * width + x;
                var (u, v, bu, bv) = (flow.U[index], flow.V[index], thereU[index], thereV[index]);
                var (px, py) = (x + u, y + v);
                // half a pixel beyond the border is still the border's pixel
                if (!(px >= -0.5f && py >= -0.5f && px <= width - 0.5f && py <= height - 0.5f)) continue;
                var error = (u + bu) * (u + bu) + (v + bv) * (v + bv);
                if (error <= 0.01f * (u * u + v * v + bu * bu + bv * bv) + 0.5f) visible[index] = 1;
            }
        return visible;
    }

    /// <summary>1 at motion boundaries, where bilinear flow is neither of its two sides', otherwise 0; derivatives by central differences.</summary>
    /// <param name="flow">The field.</param>
    /// <returns>[H,W].</returns>
    public static float[] MotionBoundaries(FlowField flow)
    {
        ArgumentNullException.ThrowIfNull(flow);
        var (height, width) = (flow.Height, flow.Width);
        var boundary = new float[height * width];
        for (var y = 0; y < height; y++)
        {
            var (above, below) = (Math.Max(y - 1, 0) * width, Math.Min(y + 1, height - 1) * width);
            for (var x = 0; x < width; x++)
            {
                var index = y * width + x;
                var (left, right) = (y * width + Math.Max(x - 1, 0), y * width + Math.Min(x + 1, width - 1));
                var change = Squared(flow.U, left, right) + Squared(flow.U, above + x, below + x) + Squared(flow.V, left, right) + Squared(flow.V, above + x, below + x);
                var (u, v) = (flow.U[index], flow.V[index]);
                if (change > 0.01f * (u * u + v * v) + 0.002f) boundary[index] = 1;
            }
        }
        return boundary;

        static float Squared(float[] values, int from, int to) => 0.25f * (values[to] - values[from]) * (values[to] - values[from]);
    }
}
