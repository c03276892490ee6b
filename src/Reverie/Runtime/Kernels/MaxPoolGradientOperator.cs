using System.Runtime.CompilerServices;
using Reverie.Runtime.Kernels.Native;

namespace Reverie.Runtime.Kernels;

/// <summary>
/// <c>MaxPoolGradient(x, y, dy)</c>: the cotangent of a two-dimensional max pool's input. The first element of each window that equals the window's maximum gets
/// the window's cotangent; overlapping windows add up. Attributes: <c>kernel</c>, <c>strides</c>, <c>pads</c> (top, left), <c>gate</c> (1: nothing where
/// the maximum is not positive, as the mask of a ReLU before the pool would have it), <c>threads</c>.
/// </summary>
/// <remarks>It finds the winners anew, so that the pool need not write them down: 8 bytes for each, and a slower pool.</remarks>
internal sealed class MaxPoolGradientOperator : KernelOperator
{
    public const string OperatorName = "MaxPoolGradient";

    public override string Name => OperatorName;

    public override int Inputs => 3;

    public override int RequiredInputs => 3;

    public override Kernel Create(KernelAttributes attributes) =>
        new MaxPoolGradientKernel(Numbers(attributes.List("kernel\0"u8)), Numbers(attributes.List("strides\0"u8)), Numbers(attributes.List("pads\0"u8)), attributes["gate\0"u8] != 0)
        {
            Threads = (int)attributes["threads\0"u8],
        };

    private static int[] Numbers(long[] values) => Array.ConvertAll(values, value => checked((int)value));

    private sealed unsafe class MaxPoolGradientKernel(int[] kernel, int[] strides, int[] pads, bool gate) : Kernel
    {
        public override void Compute(KernelContext context)
        {
            if (context.ShapeOf(0) is not [var batch, var channels, var height, var width] shape || context.ShapeOf(1) is not [_, _, var rows, var columns] pooled)
                throw new ReverieException("invalid shape: a pool takes a tensor of four dimensions");
            if (!pooled.AsSpan().SequenceEqual(context.ShapeOf(2))) throw new InvalidOperationException("the cotangent is not of the pool's shape");
            var planes = checked((int)(batch * channels));
            var input = new Pointer((float*)context.Input(0));
            var output = new Pointer((float*)context.Input(1));
            var cotangent = new Pointer((float*)context.Input(2));
            var result = new Pointer((float*)context.Output(0, shape));
            var window = new PoolWindow(kernel[0], kernel[1], strides[0], strides[1], pads[0], pads[1], (int)height, (int)width, (int)rows, (int)columns);
            var (size, pooledSize) = ((nint)height * (nint)width, (nint)rows * (nint)columns);
            var jobs = Math.Min(planes, context.Threads * 8);
            context.For(jobs, job =>
            {
                for (var plane = (int)((long)planes * job / jobs); plane < (int)((long)planes * (job + 1) / jobs); plane++)
                    if (window.IsHalving) window.Halving(input + plane * size, output + plane * pooledSize, cotangent + plane * pooledSize, result + plane * size, gate);
                    else window.Any(input + plane * size, output + plane * pooledSize, cotangent + plane * pooledSize, result + plane * size, gate);
            });
        }
    }
}

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
