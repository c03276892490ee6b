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
            var tensors = new PoolTensors(new((float*)context.Input(0)), new((float*)context.Input(1)), new((float*)context.Input(2)), new((float*)context.Output(0, shape)));
            var window = new PoolWindow(kernel[0], kernel[1], strides[0], strides[1], pads[0], pads[1], (int)height, (int)width, (int)rows, (int)columns);
            PoolPlanes.Run(window, tensors, planes, gate, context);
        }
    }
}
