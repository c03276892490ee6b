namespace Reverie.Video.Flow;

/// <summary>Backward warping: brings what a flow field points at into the field's own place.</summary>
public static class FlowWarp
{
    /// <summary>Reads planes where a field points, bilinearly; beyond the borders the nearest values.</summary>
    /// <param name="planes">[C,H,W] in the place of the field's second picture.</param>
    /// <param name="channels">C.</param>
    /// <param name="flow">From the place wanted to where the planes are.</param>
    /// <returns>[C,H,W] in the place of the field's first picture.</returns>
    /// <exception cref="ArgumentException">The planes' length does not fit.</exception>
    public static float[] Apply(ReadOnlySpan<float> planes, int channels, FlowField flow)
    {
        ArgumentNullException.ThrowIfNull(flow);
        var (height, width) = (flow.Height, flow.Width);
        var size = Imaging.Planes.Check(planes.Length, channels, height, width, nameof(planes));
        var warped = new float[planes.Length];
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
            {
                var index = y * width + x;
                var px = Math.Clamp(x + flow.U[index], 0, width - 1);
                var py = Math.Clamp(y + flow.V[index], 0, height - 1);
                // a field that is not finite points nowhere
                if (!float.IsFinite(px) || !float.IsFinite(py)) (px, py) = (x, y);
                var (x0, y0) = ((int)px, (int)py);
                var (fx, fy) = (px - x0, py - y0);
                var (right, below) = (x0 < width - 1 ? 1 : 0, y0 < height - 1 ? width : 0);
                var at = y0 * width + x0;
                for (var channel = 0; channel < channels; channel++, at += size, index += size)
                {
                    var upper = planes[at] + fx * (planes[at + right] - planes[at]);
                    var lower = planes[at + below] + fx * (planes[at + below + right] - planes[at + below]);
                    warped[index] = upper + fy * (lower - upper);
                }
            }
        return warped;
    }
}
