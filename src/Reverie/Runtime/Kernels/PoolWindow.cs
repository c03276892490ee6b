using System.Runtime.CompilerServices;

namespace Reverie.Runtime.Kernels;

/// <summary>The windows of a max pool over one plane.</summary>
internal readonly unsafe record struct PoolWindow(int KernelHeight, int KernelWidth, int StrideY, int StrideX, int Top, int Left, int Height, int Width, int Rows, int Columns)
{
    /// <summary>The sides that a small window has at most.</summary>
    public const int WidestSmall = 3;

    /// <summary>Whether <see cref="PoolWinners{TLanes, TVector}"/> can take them: small, and close to each other, as nearly all are.</summary>
    public bool IsSmall => this is { StrideX: 1 or 2, StrideY: 1 or 2, KernelWidth: <= WidestSmall, KernelHeight: <= WidestSmall, Rows: > 0, Columns: > 0 };

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
}
