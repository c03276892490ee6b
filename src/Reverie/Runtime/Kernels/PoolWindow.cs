using System.Runtime.CompilerServices;

namespace Reverie.Runtime.Kernels;

/// <summary>The windows of a max pool over one plane.</summary>
internal readonly unsafe record struct PoolWindow(int KernelHeight, int KernelWidth, int StrideY, int StrideX, int Top, int Left, int Height, int Width, int Rows, int Columns)
{
    /// <summary>Whether windows are 2x2, side by side, from the first element on and within the plane.</summary>
    public bool IsHalving => (KernelHeight, KernelWidth, StrideY, StrideX, Top, Left) == (2, 2, 2, 2, 0, 0) && 2 * Rows <= Height && 2 * Columns <= Width;

    /// <summary>Gives each window's cotangent to its first maximum, for any windows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Any(float* input, float* output, float* cotangent, float* result, bool gate)
    {
        new Span<float>(result, Height * Width).Clear();
        for (var row = 0; row < Rows; row++)
        {
            var (top, bottom) = (Math.Max(row * StrideY - Top, 0), Math.Min(row * StrideY - Top + KernelHeight, Height));
            for (var column = 0; column < Columns; column++, output++, cotangent++)
            {
                var (left, right) = (Math.Max(column * StrideX - Left, 0), Math.Min(column * StrideX - Left + KernelWidth, Width));
                var maximum = *output;
                if (gate && !(maximum > 0)) continue;
                // from the last to the first, without a branch that could be guessed wrong
                var winner = -1;
                for (var y = bottom - 1; y >= top; y--)
                    for (var place = y * Width + right - 1; place >= y * Width + left; place--)
                        winner = input[place] == maximum ? place : winner;
                if (winner >= 0) result[winner] += *cotangent;
            }
        }
    }

    /// <summary>The same for windows of 2x2 side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Halving(float* input, float* output, float* cotangent, float* result, bool gate)
    {
        for (var row = 0; row < Rows; row++, input += 2 * Width, result += 2 * Width)
        {
            for (var column = 0; column < Columns; column++, output++, cotangent++)
            {
                var (maximum, share) = (*output, *cotangent);
                if (gate && !(maximum > 0)) share = 0;
                float* upper = input + 2 * column, lower = upper + Width;
                bool first = upper[0] == maximum, second = !first & (upper[1] == maximum), third = !first & !second & (lower[0] == maximum);
                float* upperResult = result + 2 * column, lowerResult = upperResult + Width;
                upperResult[0] = first ? share : 0;
                upperResult[1] = second ? share : 0;
                lowerResult[0] = third ? share : 0;
                lowerResult[1] = !first & !second & !third & (lower[1] == maximum) ? share : 0;
            }
            // a last column without a window
            for (var column = 2 * Columns; column < Width; column++) result[column] = result[Width + column] = 0;
        }
        if (Height > 2 * Rows) new Span<float>(result, (Height - 2 * Rows) * Width).Clear();
    }
}
