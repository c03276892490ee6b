namespace Reverie.Dream.Visualisation;

/// <summary>
/// A picture seen shifted, scaled and turned about its middle: bilinear, with mid-grey beyond its borders. Features found under many views at once do not
/// depend on one alignment with the network's grid, which is what fine grain does (transformation robustness; Lucid's transforms in one).
/// </summary>
/// <param name="Down">Shift in pixels downwards.</param>
/// <param name="Right">Shift in pixels to the right.</param>
/// <param name="Scale">Enlargement.</param>
/// <param name="Angle">Rotation in radians.</param>
internal readonly record struct AffineView(double Down, double Right, double Scale, double Angle)
{
    private const float Beyond = 0.5f;

    /// <summary>A random view. At strength 1: shifts up to 6 pixels or a twentieth, scales from 0.9 to 1.1, and turns up to 10 degrees, small ones more often.</summary>
    public static AffineView Random(CounterRandom random, int size, double strength)
    {
        var shift = strength * Math.Max(6, size / 20.0);
        var (down, right) = (random.Uniform(-shift, shift), random.Uniform(-shift, shift));
        var scale = 1 + strength * random.Uniform(-0.1, 0.1);
        var turn = random.Uniform(-1, 1);
        return new(down, right, scale, strength * turn * Math.Abs(turn) * 10 * Math.PI / 180);
    }

    /// <summary>Draws the view of planes [C,H,W].</summary>
    public void Draw(ReadOnlySpan<float> planes, int channels, int height, int width, Span<float> view)
    {
        var pixels = height * width;
        var sampler = new Sampler(this, height, width);
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
            {
                var (first, fy, fx) = sampler.At(y, x);
                for (var channel = 0; channel < channels; channel++)
                {
                    var sum = 0f;
                    for (var corner = 0; corner < 4; corner++)
                    {
                        var source = sampler.Corner(first, corner);
                        sum += Weight(corner, fy, fx) * (source < 0 ? Beyond : planes[channel * pixels + source]);
                    }
                    view[channel * pixels + y * width + x] = sum;
                }
            }
    }

    /// <summary>Turns a gradient with respect to the view into one with respect to the planes: the transpose of <see cref="Draw"/>'s linear part.</summary>
    public void PullBack(ReadOnlySpan<float> gradient, int channels, int height, int width, Span<float> result)
    {
        result.Clear();
        var pixels = height * width;
        var sampler = new Sampler(this, height, width);
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
            {
                var (first, fy, fx) = sampler.At(y, x);
                for (var corner = 0; corner < 4; corner++)
                {
                    var source = sampler.Corner(first, corner);
                    if (source < 0) continue;
                    var weight = Weight(corner, fy, fx);
                    for (var channel = 0; channel < channels; channel++) result[channel * pixels + source] += weight * gradient[channel * pixels + y * width + x];
                }
            }
    }

    private static float Weight(int corner, float fy, float fx) => ((corner & 2) == 0 ? 1 - fy : fy) * ((corner & 1) == 0 ? 1 - fx : fx);

    // Where a pixel of the view lies in the picture.
    private readonly struct Sampler
    {
        private readonly double _cos, _sin, _middleY, _middleX, _fromY, _fromX;
        private readonly int _height, _width;

        public Sampler(AffineView view, int height, int width)
        {
            (_height, _width) = (height, width);
            (_middleY, _middleX) = ((height - 1) / 2.0, (width - 1) / 2.0);
            (_fromY, _fromX) = (_middleY + view.Down, _middleX + view.Right);
            (_cos, _sin) = (Math.Cos(view.Angle) / view.Scale, Math.Sin(view.Angle) / view.Scale);
        }

        public ((int Row, int Column) First, float Y, float X) At(int y, int x)
        {
            var (dy, dx) = (y - _fromY, x - _fromX);
            var (sourceY, sourceX) = (_middleY + _cos * dy + _sin * dx, _middleX - _sin * dy + _cos * dx);
            var (row, column) = (Math.Floor(sourceY), Math.Floor(sourceX));
            return (((int)row, (int)column), (float)(sourceY - row), (float)(sourceX - column));
        }

        public int Corner((int Row, int Column) first, int corner)
        {
            var (row, column) = (first.Row + (corner >> 1), first.Column + (corner & 1));
            return row >= 0 && row < _height && column >= 0 && column < _width ? row * _width + column : -1;
        }
    }
}
