using Reverie.Runtime.Kernels.Native;

namespace Reverie.Runtime.Kernels;

/// <summary>
/// <c>LocalResponseGradient(x, y, dy)</c>: the cotangent of what <see cref="LocalResponseOperator"/> normalises, from what it made of it and that one's cotangent, in one pass over memory.
/// Attributes: those of the other, and <c>factor</c> (the bits of 2 * scale * 3/4).
/// </summary>
internal sealed class LocalResponseGradientOperator : KernelOperator
{
    public const string OperatorName = "LocalResponseGradient";

    public override string Name => OperatorName;

    public override int Inputs => 3;

    public override int RequiredInputs => 3;

    public override Kernel Create(KernelAttributes attributes) =>
        new LocalResponseGradientKernel(LocalResponseBlocks.WindowOf(attributes), BitConverter.Int32BitsToSingle((int)attributes["factor\0"u8])) { Threads = (int)attributes["threads\0"u8] };

    /// <summary>What a run takes from the arena beside inputs and output, in bytes.</summary>
    public static long ScratchBytes(long[] shape, int threads)
    {
        var blocks = LocalResponseBlocks.Of(shape, default);
        return (long)blocks.Scratch * blocks.Jobs(threads) * sizeof(float);
    }

    private sealed unsafe class LocalResponseGradientKernel(ChannelWindow like, float factor) : Kernel
    {
        public override void Compute(KernelContext context)
        {
            var shape = context.ShapeOf(0)!;
            if (!shape.AsSpan().SequenceEqual(context.ShapeOf(1)) || !shape.AsSpan().SequenceEqual(context.ShapeOf(2))) throw new InvalidOperationException("a cotangent is not of its tensor's shape");
            LocalResponseBlocks.Of(shape, like).Differentiate(new((float*)context.Input(0)), new((float*)context.Input(1)), new((float*)context.Input(2)), new((float*)context.Output(0, shape)), factor, context);
        }
    }
}
