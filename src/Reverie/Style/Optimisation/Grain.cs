using System.Numerics.Tensors;

namespace Reverie.Style.Optimisation;

/// <summary>
/// A change of variables in which fine patterns are harder to reach than coarse ones: x = x0 + B z, where B mixes each pixel with its surroundings, B = g I + (1 - g) K K with K the mean of a pixel (1/2) and its
/// neighbours (1/4 each) along rows and along columns. The minimum is the same; but patterns of two pixels' width, by which a network is more easily deceived than eyes, come g times
/// as fast. B is symmetric: at the border K repeats the pixel itself.
/// </summary>
internal sealed class Grain
{
    private const int Passes = 2;

    private readonly int _height, _width;
    private readonly float _share;
    private readonly float[] _row;
    private readonly float[] _above;

    /// <summary>For pictures [3,H,W].</summary>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <param name="share">g: from 0 to 1; 1 changes nothing.</param>
    public Grain(int height, int width, double share) => (_height, _width, _share, _row, _above) = (height, width, (float)share, new float[width], new float[width]);

    /// <summary>B times <paramref name="source"/>, into <paramref name="target"/>.</summary>
    public void Apply(ReadOnlySpan<float> source, Span<float> target)
    {
        source.CopyTo(target);
        if (_share >= 1) return;
        for (var channel = 0; channel < 3; channel++)
            for (var pass = 0; pass < Passes; pass++) Blur(target.Slice(channel * _height * _width, _height * _width));
        TensorPrimitives.Multiply(target, 1 - _share, target);
        TensorPrimitives.MultiplyAdd(source, _share, target, target);
    }

    private void Blur(Span<float> plane)
    {
        for (var y = 0; y < _height; y++)
        {
            var row = plane.Slice(y * _width, _width);
            row.CopyTo(_row);
            TensorPrimitives.Multiply(row, 0.5f, row);
            // the right neighbour, then the left
            TensorPrimitives.MultiplyAdd(_row.AsSpan(1), 0.25f, row[..^1], row[..^1]);
            TensorPrimitives.MultiplyAdd(_row.AsSpan(0, _width - 1), 0.25f, row[1..], row[1..]);
            row[0] += 0.25f * _row[0];
            row[^1] += 0.25f * _row[^1];
        }
        plane[.._width].CopyTo(_above);
        for (var y = 0; y < _height; y++)
        {
            var row = plane.Slice(y * _width, _width);
            var below = y + 1 < _height ? plane.Slice((y + 1) * _width, _width) : row;
            row.CopyTo(_row);
            TensorPrimitives.Add(_above, below, _above);
            TensorPrimitives.Multiply(_above, 0.25f, _above);
            TensorPrimitives.MultiplyAdd(row, 0.5f, _above, row);
            _row.CopyTo(_above, 0);
        }
    }
}
