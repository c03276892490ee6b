using System.Runtime.Intrinsics;

namespace Reverie.Video.Flow;

/// <summary>
/// Dense inverse search at one level: patches of 8 x 8, four pixels apart, are moved until they fit, by Gauss-Newton steps whose matrix is the first picture's and thus computed once;
/// every pixel then takes the mean of the patches over it, those that explain it best counting most. A patch's own mean is taken off: brightness may change.
/// </summary>
internal static class PatchSearch
{
    private const int Size = 8;
    private const int Step = 4;
    private const int Iterations = 12;
    private const int Reach = 6;
    private const float Converged = 0.01f;

    /// <summary>Searches.</summary>
    /// <param name="first">The picture whose patches are looked for.</param>
    /// <param name="second">The picture in which.</param>
    /// <param name="coarseU">The field of the level of half the size; null for none.</param>
    /// <param name="coarseV">Its other component.</param>
    /// <param name="stripes">Divides the work.</param>
    public static (FlowPlane U, FlowPlane V) Run(FlowPlane first, FlowPlane second, FlowPlane? coarseU, FlowPlane? coarseV, Stripes stripes)
    {
        var (down, across) = (Count(first.Height), Count(first.Width));
        var patches = new Patch[down * across];
        stripes.ForEachRow(down, row =>
        {
            for (var column = 0; column < across; column++)
                patches[row * across + column] = Search(first, second, coarseU, coarseV, Position(row, first.Height), Position(column, first.Width));
        });
        return Dense(first, second, patches, down, across, stripes);
    }

    private static int Count(int side) => Math.Max(1, (side - Size + Step - 1) / Step + 1);

    // the last patch ends where the picture does
    private static int Position(int index, int side) => Math.Max(0, Math.Min(index * Step, side - Size));

    private static Patch Search(FlowPlane first, FlowPlane second, FlowPlane? coarseU, FlowPlane? coarseV, int top, int left)
    {
        var template = new Template(first, top, left);
        var (u, v, best) = (0f, 0f, template.Distance(second, 0, 0, out _));
        if (coarseU is not null && coarseV is not null)
        {
            // the coarse field here and around it: what moves may have moved over from a neighbour
            var (y, x) = ((top + Size / 2) / 2, (left + Size / 2) / 2);
            for (var candidate = 0; candidate < 5; candidate++)
            {
                var (dy, dx) = candidate switch { 0 => (0, 0), 1 => (-Step, 0), 2 => (Step, 0), 3 => (0, -Step), _ => (0, Step) };
                var index = coarseU.Row(Math.Clamp(y + dy, 0, coarseU.Height - 1)) + Math.Clamp(x + dx, 0, coarseU.Width - 1);
                var (cu, cv) = (2 * coarseU.Values[index], 2 * coarseV.Values[index]);
                var distance = template.Distance(second, cu, cv, out _);
                if (distance < best) (u, v, best) = (cu, cv, distance);
            }
        }
        else
        {
            // nothing is known yet: at the coarsest level all places around are tried, the nearest first among equals
            for (var dy = -Reach; dy <= Reach; dy++)
                for (var dx = -Reach; dx <= Reach; dx++)
                {
                    var distance = template.Distance(second, dx, dy, out _) * (1 + 0.01f * (Math.Abs(dx) + Math.Abs(dy)));
                    if (distance < best) (u, v, best) = (dx, dy, distance);
                }
        }
        var (startU, startV) = (u, v);
        for (var iteration = 0; iteration < Iterations; iteration++)
        {
            if (!template.Step(second, u, v, out var du, out var dv)) break;
            var distance = template.Distance(second, u + du, v + dv, out _);
            if (!(distance < best)) break;
            (u, v, best) = (u + du, v + dv, distance);
            if (du * du + dv * dv < Converged * Converged) break;
        }
        // a patch that ran further than its own size has lost its way
        if ((u - startU) * (u - startU) + (v - startV) * (v - startV) > Size * Size) (u, v) = (startU, startV);
        template.Distance(second, u, v, out var offset);
        return new(top, left, u, v, offset);
    }

    private static (FlowPlane U, FlowPlane V) Dense(FlowPlane first, FlowPlane second, Patch[] patches, int down, int across, Stripes stripes)
    {
        var (u, v) = (new FlowPlane(first.Height, first.Width), new FlowPlane(first.Height, first.Width));
        var weights = new FlowPlane(first.Height, first.Width);
        stripes.For(first.Height, (begin, end) =>
        {
            for (var row = 0; row < down; row++)
            {
                var top = Position(row, first.Height);
                if (top + Size <= begin || top >= end) continue;
                for (var column = 0; column < across; column++)
                {
                    var patch = patches[row * across + column];
                    Spread(patch, Math.Max(begin, top), Math.Min(Math.Min(end, top + Size), first.Height));
                }
            }
            for (var y = begin; y < end; y++)
            {
                var lineU = u.Line(y);
                var lineV = v.Line(y);
                var lineW = weights.Line(y);
                for (var x = 0; x < lineU.Length; x++)
                {
                    lineU[x] /= lineW[x];
                    lineV[x] /= lineW[x];
                }
            }
        });
        return (u, v);

        void Spread(Patch patch, int begin, int end)
        {
            var view = new View(second, patch.Top, patch.Left, patch.U, patch.V);
            var (one, offset) = (Vector256<float>.One, Vector256.Create(patch.Offset));
            var (pu, pv) = (Vector256.Create(patch.U), Vector256.Create(patch.V));
            for (var y = begin; y < end; y++)
            {
                var at = u.Row(y) + patch.Left;
                var difference = Vector256.Abs(view.Row(y - patch.Top) - Vector256.LoadUnsafe(ref first.Values[first.Row(y) + patch.Left]) - offset);
                var weight = one / Vector256.Max(one, difference);
                (Vector256.LoadUnsafe(ref u.Values[at]) + weight * pu).StoreUnsafe(ref u.Values[at]);
                (Vector256.LoadUnsafe(ref v.Values[at]) + weight * pv).StoreUnsafe(ref v.Values[at]);
                (Vector256.LoadUnsafe(ref weights.Values[at]) + weight).StoreUnsafe(ref weights.Values[at]);
            }
        }
    }

    /// <summary>A patch that found its place.</summary>
    /// <param name="Top">Its first row.</param>
    /// <param name="Left">Its first column.</param>
    /// <param name="U">Its motion to the right.</param>
    /// <param name="V">Its motion down.</param>
    /// <param name="Offset">How much brighter it is there.</param>
    private readonly record struct Patch(int Top, int Left, float U, float V, float Offset);

    /// <summary>The second picture where a patch would be: bilinear, with one fraction for all its pixels.</summary>
    private readonly struct View
    {
        private readonly FlowPlane _plane;
        private readonly int _start;
        private readonly float _w00, _w01, _w10, _w11;

        public View(FlowPlane plane, int top, int left, float u, float v)
        {
            _plane = plane;
            // beyond the margin everything is the border's colour anyway
            var x = Math.Clamp(left + u, -FlowPlane.Margin + 1, plane.Width + FlowPlane.Margin - Size - 2);
            var y = Math.Clamp(top + v, -FlowPlane.Margin + 1, plane.Height + FlowPlane.Margin - Size - 2);
            var (x0, y0) = ((int)MathF.Floor(x), (int)MathF.Floor(y));
            var (fx, fy) = (x - x0, y - y0);
            (_w00, _w01, _w10, _w11) = ((1 - fy) * (1 - fx), (1 - fy) * fx, fy * (1 - fx), fy * fx);
            _start = plane.Row(y0) + x0;
        }

        public Vector256<float> Row(int row)
        {
            var upper = _start + row * _plane.Stride;
            var lower = upper + _plane.Stride;
            return _w00 * Vector256.LoadUnsafe(ref _plane.Values[upper]) + _w01 * Vector256.LoadUnsafe(ref _plane.Values[upper + 1])
                + (_w10 * Vector256.LoadUnsafe(ref _plane.Values[lower]) + _w11 * Vector256.LoadUnsafe(ref _plane.Values[lower + 1]));
        }
    }

    /// <summary>A patch of the first picture, with what Gauss-Newton steps need of it.</summary>
    private readonly struct Template
    {
        private const float Pixels = Size * Size;
        // less texture than this (grey levels squared over the patch) says nothing about motion in a direction
        private const float LeastTexture = 8;

        private readonly FlowPlane _plane;
        private readonly int _top, _left;
        private readonly float _meanX, _meanY, _i11, _i12, _i22;
        private readonly bool _textured;

        public Template(FlowPlane plane, int top, int left)
        {
            (_plane, _top, _left) = (plane, top, left);
            var (sumX, sumY, xx, xy, yy) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
            for (var row = 0; row < Size; row++)
            {
                var (gx, gy) = Gradient(row);
                sumX += gx;
                sumY += gy;
                xx += gx * gx;
                xy += gx * gy;
                yy += gy * gy;
            }
            (_meanX, _meanY) = (Vector256.Sum(sumX) / Pixels, Vector256.Sum(sumY) / Pixels);
            // what the patch's mean brightness explains is no motion
            var (a, b, c) = (Vector256.Sum(xx) - _meanX * _meanX * Pixels, Vector256.Sum(xy) - _meanX * _meanY * Pixels, Vector256.Sum(yy) - _meanY * _meanY * Pixels);
            var ridge = 0.01f * (a + c) / 2 + LeastTexture;
            (a, c) = (a + ridge, c + ridge);
            var determinant = a * c - b * b;
            _textured = determinant > 0;
            (_i11, _i12, _i22) = (c / determinant, -b / determinant, a / determinant);
        }

        /// <summary>The sum of squared differences, the mean difference taken off.</summary>
        public float Distance(FlowPlane second, float u, float v, out float offset)
        {
            var view = new View(second, _top, _left, u, v);
            var (sum, squares) = (Vector256<float>.Zero, Vector256<float>.Zero);
            for (var row = 0; row < Size; row++)
            {
                var difference = view.Row(row) - Own(row);
                sum += difference;
                squares += difference * difference;
            }
            offset = Vector256.Sum(sum) / Pixels;
            return Vector256.Sum(squares) - offset * offset * Pixels;
        }

        /// <summary>The Gauss-Newton step from a place; false where the patch has no texture.</summary>
        public bool Step(FlowPlane second, float u, float v, out float du, out float dv)
        {
            (du, dv) = (0, 0);
            if (!_textured) return false;
            var view = new View(second, _top, _left, u, v);
            var (sum, sumX, sumY) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
            for (var row = 0; row < Size; row++)
            {
                var difference = view.Row(row) - Own(row);
                var (gx, gy) = Gradient(row);
                sum += difference;
                sumX += gx * difference;
                sumY += gy * difference;
            }
            var total = Vector256.Sum(sum);
            var (bx, by) = (Vector256.Sum(sumX) - _meanX * total, Vector256.Sum(sumY) - _meanY * total);
            (du, dv) = (-(_i11 * bx + _i12 * by), -(_i12 * bx + _i22 * by));
            return true;
        }

        private Vector256<float> Own(int row) => Vector256.LoadUnsafe(ref _plane.Values[_plane.Row(_top + row) + _left]);

        private (Vector256<float> X, Vector256<float> Y) Gradient(int row)
        {
            var at = _plane.Row(_top + row) + _left;
            var values = _plane.Values;
            return (0.5f * (Vector256.LoadUnsafe(ref values[at + 1]) - Vector256.LoadUnsafe(ref values[at - 1])),
                0.5f * (Vector256.LoadUnsafe(ref values[at + _plane.Stride]) - Vector256.LoadUnsafe(ref values[at - _plane.Stride])));
        }
    }
}
