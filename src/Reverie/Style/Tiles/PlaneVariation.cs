using System.Numerics.Tensors;
using Reverie.Models;

namespace Reverie.Style.Tiles;

/// <summary>Total variation of a picture and its gradient, row by row: as <see cref="TermWriter.Variation"/>, but of the pixels and without a graph, so that it costs no memory.</summary>
internal sealed class PlaneVariation
{
    private readonly int _height, _width;
    private readonly List<(float Scale, (int Plane, float Share)[] Of)> _channels = [];
    private readonly float[] _row, _next, _difference;

    /// <summary>For pictures of a size that a network takes in a way.</summary>
    public PlaneVariation(Preprocessing preprocessing, int height, int width)
    {
        (_height, _width) = (height, width);
        (_row, _next, _difference) = (new float[width], new float[width], new float[width]);
        for (var channel = 0; channel < preprocessing.Channels; channel++)
        {
            if (preprocessing.Channels > 1)
            {
                _channels.Add((preprocessing.Scale[channel], [(preprocessing.PlaneOf(channel), 1f)]));
                continue;
            }
            // a grey input is made of all planes: their shares are what comes back of one
            var shares = new float[3];
            preprocessing.PullBack([1 / preprocessing.Scale[0]], shares);
            _channels.Add((preprocessing.Scale[0], [(0, shares[0]), (1, shares[1]), (2, shares[2])]));
        }
    }

    /// <summary>The term's value at a picture [3,H,W].</summary>
    /// <param name="kind">Squares or magnitudes.</param>
    /// <param name="rgb">The picture.</param>
    /// <param name="weight">By what the gradient is multiplied.</param>
    /// <param name="gradient">What the gradient is added to; empty for none.</param>
    public double Add(StyleTermKind kind, ReadOnlySpan<float> rgb, double weight, Span<float> gradient)
    {
        var count = (double)_channels.Count * _height * _width;
        var sum = 0.0;
        foreach (var (scale, planes) in _channels)
        {
            var factor = (float)(kind == StyleTermKind.Variation ? 2 * weight / count : weight * Math.Abs(scale));
            var part = 0.0;
            Row(rgb, planes, 0, _next);
            for (var y = 0; y < _height; y++)
            {
                _next.CopyTo(_row, 0);
                var along = _difference.AsSpan(0, _width - 1);
                TensorPrimitives.Subtract(_row.AsSpan(1), _row.AsSpan(0, _width - 1), along);
                part += Take(kind, along);
                Spread(along, planes, factor, gradient, y * _width + 1, y * _width);
                if (y + 1 == _height) break;
                Row(rgb, planes, y + 1, _next);
                TensorPrimitives.Subtract(_next, _row, _difference);
                part += Take(kind, _difference);
                Spread(_difference, planes, factor, gradient, (y + 1) * _width, y * _width);
            }
            sum += kind == StyleTermKind.Variation ? part / count : part * Math.Abs(scale);
        }
        return sum;
    }

    private void Row(ReadOnlySpan<float> rgb, (int Plane, float Share)[] planes, int y, Span<float> row)
    {
        row.Clear();
        foreach (var (plane, share) in planes) TensorPrimitives.MultiplyAdd(rgb.Slice((plane * _height + y) * _width, _width), share, row, row);
    }

    // The sum of squares or magnitudes; leaves the slope in place of the differences, but for a factor.
    private static double Take(StyleTermKind kind, Span<float> differences)
    {
        if (kind == StyleTermKind.Variation) return TensorPrimitives.SumOfSquares<float>(differences);
        var sum = TensorPrimitives.SumOfMagnitudes<float>(differences);
        foreach (ref var difference in differences) difference = Math.Sign(difference);
        return sum;
    }

    private void Spread(ReadOnlySpan<float> slope, (int Plane, float Share)[] planes, float factor, Span<float> gradient, int to, int from)
    {
        if (gradient.IsEmpty) return;
        foreach (var (plane, share) in planes)
        {
            var start = plane * _height * _width;
            var plus = gradient.Slice(start + to, slope.Length);
            var minus = gradient.Slice(start + from, slope.Length);
            TensorPrimitives.MultiplyAdd(slope, factor * share, plus, plus);
            TensorPrimitives.MultiplyAdd(slope, -factor * share, minus, minus);
        }
    }
}
