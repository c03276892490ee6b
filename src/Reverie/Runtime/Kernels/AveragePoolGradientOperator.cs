using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Reverie.Runtime.Kernels.Native;

namespace Reverie.Runtime.Kernels;

/// <summary>
/// <c>AveragePoolGradient(gate, share)</c>: the cotangent of the input of an average pool whose square windows stand side by side, masked by the ReLU before it, in one pass over memory.
/// Every element of a window gets the window's share [N,C,h,w] (its cotangent over its area) where <c>gate</c> [N,C,H,W], the pool's input, is above 0, elsewhere 0; what no window
/// sees gets 0. Attributes: <c>size</c> (of a window's side), <c>threads</c>.
/// </summary>
internal sealed class AveragePoolGradientOperator : KernelOperator
{
    public const string OperatorName = "AveragePoolGradient";

    public override string Name => OperatorName;

    public override int Inputs => 2;

    public override int RequiredInputs => 2;

    public override Kernel Create(KernelAttributes attributes) => new AveragePoolGradientKernel(checked((int)attributes["size\0"u8])) { Threads = (int)attributes["threads\0"u8] };

    private sealed unsafe class AveragePoolGradientKernel(int size) : Kernel
    {
        public override void Compute(KernelContext context)
        {
            if (context.ShapeOf(0) is not [var items, var channels, var height, var width] shape || context.ShapeOf(1) is not [var shareItems, var shareChannels, var rows, var columns])
                throw new ReverieException("invalid shape: a pool takes a tensor of four dimensions");
            if ((shareItems, shareChannels, rows, columns) != (items, channels, height / size, width / size)) throw new InvalidOperationException("the cotangent is not of the pool's shape");
            var (gate, share, result) = (new Pointer((float*)context.Input(0)), new Pointer((float*)context.Input(1)), new Pointer((float*)context.Output(0, shape)));
            var (plane, pooled) = ((nint)height * (nint)width, (nint)rows * (nint)columns);
            context.For(checked((int)(items * channels)), index => Plane(gate + index * plane, share + index * pooled, result + index * plane, (int)height, (int)width));
        }

        private void Plane(float* gate, float* share, float* result, int height, int width)
        {
            var (rows, columns) = (height / size, width / size);
            for (var y = 0; y < rows * size; y++)
            {
                var row = result + (nint)y * width;
                if (size == 2) Pairs(gate + (nint)y * width, share + (nint)(y / size) * columns, row, columns);
                else Wide(gate + (nint)y * width, share + (nint)(y / size) * columns, row, columns);
                new Span<float>(row + columns * size, width - columns * size).Clear();
            }
            for (var y = rows * size; y < height; y++) new Span<float>(result + (nint)y * width, width).Clear();
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Pairs(float* gate, float* share, float* result, int columns)
        {
            var x = 0;
            for (; x <= columns - Vector128<float>.Count; x += Vector128<float>.Count)
            {
                var shares = Vector128.Load(share + x);
                var twice = Vector256.Create(Vector128.Shuffle(shares, Vector128.Create(0, 0, 1, 1)), Vector128.Shuffle(shares, Vector128.Create(2, 2, 3, 3)));
                (twice & Vector256.GreaterThan(Vector256.Load(gate + 2 * x), Vector256<float>.Zero)).Store(result + 2 * x);
            }
            for (; x < columns; x++)
            {
                result[2 * x] = gate[2 * x] > 0 ? share[x] : 0;
                result[2 * x + 1] = gate[2 * x + 1] > 0 ? share[x] : 0;
            }
        }

        private void Wide(float* gate, float* share, float* result, int columns)
        {
            for (var x = 0; x < columns; x++)
                for (var at = x * size; at < (x + 1) * size; at++)
                    result[at] = gate[at] > 0 ? share[x] : 0;
        }
    }
}
