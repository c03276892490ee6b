using System.Runtime.Intrinsics;

namespace Reverie.Video.Flow;

/// <summary>
/// Variational refinement at one level: minimises robust deviations from constancy of brightness and of its gradient, plus robust smoothness, over increments (du, dv) of a field.
/// Each term is normalised by its own gradient, so that it counts in pixels of motion and not in contrast (Zimmer et al. 2011). The linear system of each linearisation is relaxed by
/// sweeps over even rows, then odd ones, within a row from the values before: rows of a sweep do not depend on one another, so the threads do not matter.
/// </summary>
internal sealed class FlowRefinement
{
    private const float Brightness = 5;
    private const float Gradient = 10;
    private const int Sweeps = 8;
    // within a row values are those before, which bears less over-relaxation than Gauss-Seidel's 1.6
    private const float Relaxation = 1.2f;

    // of the robust functions sqrt(s^2 + eps^2), in pixels
    private const float Epsilon = 0.001f;
    // contrast below this, in grey levels squared, is taken for noise of the camera or the codec, and says little about motion
    private const float Contrast = 4;

    private readonly FlowPlane _first, _second, _u, _v;
    private readonly FlowPlane _mean, _change, _inside;
    private readonly FlowPlane _a11, _a12, _a22, _b1, _b2, _right, _down, _smooth;
    private readonly FlowPlane _du, _dv;
    private readonly float _alpha;
    private readonly Stripes _stripes;

    public FlowRefinement(FlowPlane first, FlowPlane second, FlowPlane u, FlowPlane v, float smoothness, Stripes stripes)
    {
        (_first, _second, _u, _v, _alpha, _stripes) = (first, second, u, v, smoothness, stripes);
        (_mean, _change, _inside) = (New(), New(), New());
        (_a11, _a12, _a22, _b1, _b2, _right, _down, _smooth) = (New(), New(), New(), New(), New(), New(), New(), New());
        (_du, _dv) = (New(), New());

        FlowPlane New() => new(first.Height, first.Width);
    }

    /// <summary>Refines the field in place.</summary>
    public void Run(int refinements)
    {
        for (var refinement = 0; refinement < refinements; refinement++)
        {
            Warp();
            _u.Replicate();
            _v.Replicate();
            _stripes.ForEachRow(_first.Height, SmoothnessRow);
            _smooth.Replicate();
            _stripes.ForEachRow(_first.Height, EdgesRow);
            _stripes.ForEachRow(_first.Height, DataRow);
            Array.Clear(_du.Values);
            Array.Clear(_dv.Values);
            for (var sweep = 0; sweep < Sweeps; sweep++)
                for (var parity = 0; parity < 2; parity++)
                {
                    var start = parity;
                    _stripes.For((_first.Height - start + 1) / 2, (begin, end) =>
                    {
                        Span<float> oldU = new float[_first.Width + 2 + Vector256<float>.Count], oldV = new float[oldU.Length];
                        for (var row = begin; row < end; row++) Relax(2 * row + start, oldU, oldV);
                    });
                }
            _stripes.ForEachRow(_first.Height, y =>
            {
                var u = _u.Line(y);
                var v = _v.Line(y);
                var du = _du.Line(y);
                var dv = _dv.Line(y);
                for (var x = 0; x < u.Length; x++)
                {
                    u[x] += du[x];
                    v[x] += dv[x];
                }
            });
        }
    }

    // The second picture brought into the first one's place: its mean with the first, and the change from it.
    private void Warp()
    {
        _stripes.ForEachRow(_first.Height, y =>
        {
            var first = _first.Line(y);
            var u = _u.Line(y);
            var v = _v.Line(y);
            var mean = _mean.Line(y);
            var change = _change.Line(y);
            var inside = _inside.Line(y);
            var values = _second.Values;
            for (var x = 0; x < first.Length; x++)
            {
                var (px, py) = (x + u[x], y + v[x]);
                // the data say nothing of what has left the picture
                var within = px >= 0 && py >= 0 && px <= _second.Width - 1 && py <= _second.Height - 1;
                inside[x] = within ? 1 : 0;
                px = Math.Clamp(px, 0, _second.Width - 1);
                py = Math.Clamp(py, 0, _second.Height - 1);
                var (x0, y0) = ((int)px, (int)py);
                var (fx, fy) = (px - x0, py - y0);
                var at = _second.Row(y0) + x0;
                var upper = values[at] + fx * (values[at + 1] - values[at]);
                var lower = values[at + _second.Stride] + fx * (values[at + _second.Stride + 1] - values[at + _second.Stride]);
                var warped = upper + fy * (lower - upper);
                mean[x] = 0.5f * (first[x] + warped);
                change[x] = warped - first[x];
            }
        });
        _mean.Replicate();
        _change.Replicate();
    }

    // psi'(|grad u|^2 + |grad v|^2), central differences
    private void SmoothnessRow(int y)
    {
        var (u, v, row, stride) = (_u.Values, _v.Values, _u.Row(y), _u.Stride);
        var epsilon = Vector256.Create(Epsilon * Epsilon);
        for (var x = 0; x < _u.Width; x += Vector256<float>.Count)
        {
            var at = row + x;
            var ux = 0.5f * (Load(u, at + 1) - Load(u, at - 1));
            var uy = 0.5f * (Load(u, at + stride) - Load(u, at - stride));
            var vx = 0.5f * (Load(v, at + 1) - Load(v, at - 1));
            var vy = 0.5f * (Load(v, at + stride) - Load(v, at - stride));
            (Vector256<float>.One / Vector256.Sqrt(ux * ux + uy * uy + vx * vx + vy * vy + epsilon)).StoreUnsafe(ref _smooth.Values[at]);
        }
    }

    // Between two pixels counts the mean of both; beyond the border nothing.
    private void EdgesRow(int y)
    {
        var (smooth, row, stride) = (_smooth.Values, _smooth.Row(y), _smooth.Stride);
        var half = Vector256.Create(0.5f * _alpha);
        for (var x = 0; x < _u.Width; x += Vector256<float>.Count)
        {
            var here = Load(smooth, row + x);
            (half * (here + Load(smooth, row + x + 1))).StoreUnsafe(ref _right.Values[row + x]);
            (half * (here + Load(smooth, row + x + stride))).StoreUnsafe(ref _down.Values[row + x]);
        }
        _right.Values.AsSpan(row + _u.Width - 1, FlowPlane.Margin).Clear();
        if (y == _u.Height - 1) _down.Values.AsSpan(row, _u.Width).Clear();
    }

    private void DataRow(int y)
    {
        var (mean, change, row, stride) = (_mean.Values, _change.Values, _mean.Row(y), _mean.Stride);
        var (epsilon, contrast) = (Vector256.Create(Epsilon * Epsilon), Vector256.Create(Contrast));
        for (var x = 0; x < _mean.Width; x += Vector256<float>.Count)
        {
            var at = row + x;
            var here = Load(mean, at);
            var ix = 0.5f * (Load(mean, at + 1) - Load(mean, at - 1));
            var iy = 0.5f * (Load(mean, at + stride) - Load(mean, at - stride));
            var it = Load(change, at);
            var ixx = 0.25f * (Load(mean, at + 2) - 2 * here + Load(mean, at - 2));
            var iyy = 0.25f * (Load(mean, at + 2 * stride) - 2 * here + Load(mean, at - 2 * stride));
            var ixy = 0.25f * (Load(mean, at + stride + 1) - Load(mean, at + stride - 1) - Load(mean, at - stride + 1) + Load(mean, at - stride - 1));
            var ixt = 0.5f * (Load(change, at + 1) - Load(change, at - 1));
            var iyt = 0.5f * (Load(change, at + stride) - Load(change, at - stride));

            var inside = Load(_inside.Values, at);
            var norm = ix * ix + iy * iy + contrast;
            var brightness = inside * Brightness / (norm * Vector256.Sqrt(it * it / norm + epsilon));
            var normX = ixx * ixx + ixy * ixy + contrast;
            var normY = ixy * ixy + iyy * iyy + contrast;
            var gradient = inside * Gradient / Vector256.Sqrt(ixt * ixt / normX + iyt * iyt / normY + epsilon);
            var (gx, gy) = (gradient / normX, gradient / normY);

            (brightness * ix * ix + gx * ixx * ixx + gy * ixy * ixy).StoreUnsafe(ref _a11.Values[at]);
            (brightness * ix * iy + gx * ixx * ixy + gy * ixy * iyy).StoreUnsafe(ref _a12.Values[at]);
            (brightness * iy * iy + gx * ixy * ixy + gy * iyy * iyy).StoreUnsafe(ref _a22.Values[at]);
            (brightness * ix * it + gx * ixx * ixt + gy * ixy * iyt).StoreUnsafe(ref _b1.Values[at]);
            (brightness * iy * it + gx * ixy * ixt + gy * iyy * iyt).StoreUnsafe(ref _b2.Values[at]);
        }
    }

    // One row of the linear system: 2 x 2 at each pixel, the neighbours as they are.
    private void Relax(int y, Span<float> oldU, Span<float> oldV)
    {
        var (width, row, stride) = (_u.Width, _u.Row(y), _u.Stride);
        var (u, v, du, dv, right, down) = (_u.Values, _v.Values, _du.Values, _dv.Values, _right.Values, _down.Values);
        // the whole motion before this row changes; u itself does not change during the sweeps
        for (var x = -1; x <= width; x++)
        {
            oldU[x + 1] = u[row + x] + du[row + x];
            oldV[x + 1] = v[row + x] + dv[row + x];
        }
        for (var x = 0; x < width; x += Vector256<float>.Count)
        {
            var at = row + x;
            var (wl, wr, wu, wd) = (Load(right, at - 1), Load(right, at), Load(down, at - stride), Load(down, at));
            var sum = wl + wr + wu + wd;
            var (hu, hv) = (Load(u, at), Load(v, at));
            var su = wl * Vector256.LoadUnsafe(ref oldU[x]) + wr * Vector256.LoadUnsafe(ref oldU[x + 2]) + wu * (Load(u, at - stride) + Load(du, at - stride)) + wd * (Load(u, at + stride) + Load(du, at + stride)) - sum * hu;
            var sv = wl * Vector256.LoadUnsafe(ref oldV[x]) + wr * Vector256.LoadUnsafe(ref oldV[x + 2]) + wu * (Load(v, at - stride) + Load(dv, at - stride)) + wd * (Load(v, at + stride) + Load(dv, at + stride)) - sum * hv;
            // where neither data nor neighbours say anything (a picture of one pixel), nothing moves
            var least = Vector256.Create(1e-6f);
            var (a11, a12, a22) = (Load(_a11.Values, at) + sum + least, Load(_a12.Values, at), Load(_a22.Values, at) + sum + least);
            var (r1, r2) = (su - Load(_b1.Values, at), sv - Load(_b2.Values, at));
            var inverse = Vector256<float>.One / (a11 * a22 - a12 * a12);
            var (wasU, wasV) = (Load(du, at), Load(dv, at));
            (wasU + Relaxation * ((a22 * r1 - a12 * r2) * inverse - wasU)).StoreUnsafe(ref du[at]);
            (wasV + Relaxation * ((a11 * r2 - a12 * r1) * inverse - wasV)).StoreUnsafe(ref dv[at]);
        }
        du.AsSpan(row + width, FlowPlane.Margin).Clear();
        dv.AsSpan(row + width, FlowPlane.Margin).Clear();
    }

    private static Vector256<float> Load(float[] values, int at) => Vector256.LoadUnsafe(ref values[at]);
}
