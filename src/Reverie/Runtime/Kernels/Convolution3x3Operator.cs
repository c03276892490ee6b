using System.Runtime.Intrinsics;
using Reverie.Runtime.Kernels.Native;

namespace Reverie.Runtime.Kernels;

/// <summary>
/// <c>Convolution3x3(x, weights, bias?, gate?, addend?)</c>: a 3x3 convolution at stride 1 with what follows it. Attributes: <c>pads</c> (top, left, bottom, right),
/// <c>rectify</c> (1: max(0, y)), <c>threads</c>. <c>addend</c> is added before that;
/// where <c>gate</c> is given, the result is 0 wherever it is not positive.
/// </summary>
internal sealed class Convolution3x3Operator : KernelOperator
{
    public const string OperatorName = "Convolution3x3";

    public override string Name => OperatorName;

    public override int Inputs => 5;

    public override int RequiredInputs => 2;

    public override Kernel Create(KernelAttributes attributes)
    {
        var pads = attributes.List("pads\0"u8);
        return new Convolution3x3Kernel([.. pads.Select(pad => (int)pad)], attributes["rectify\0"u8] != 0) { Threads = (int)attributes["threads\0"u8] };
    }

    /// <summary>The scratch memory that a run takes, in bytes.</summary>
    /// <param name="input">The input's shape.</param>
    /// <param name="weights">The weights' shape.</param>
    /// <param name="pads">As the attribute.</param>
    /// <param name="rectify">As the attribute.</param>
    /// <param name="threads">The session's threads.</param>
    public static long ScratchBytes(long[] input, long[] weights, long[] pads, bool rectify, int threads)
    {
        var sizes = new ConvolutionSizes((int)input[0], (int)input[1], (int)weights[0], (int)input[2], (int)input[3], (int)pads[0], (int)pads[1], (int)pads[2], (int)pads[3]);
        var run = new MeasuringRun(threads);
        if (sizes is { OutputHeight: > 0, OutputWidth: > 0 }) Run(sizes, new() { Rectify = rectify }, run);
        return run.Bytes;
    }

    private static void Run(in ConvolutionSizes sizes, in ConvolutionTensors tensors, KernelRun run)
    {
        switch (KernelWidth.Bits)
        {
            case 512: Convolution3x3<Lanes512, Vector512<float>>.Run(sizes, tensors, run); break;
            case 256: Convolution3x3<Lanes256, Vector256<float>>.Run(sizes, tensors, run); break;
            default: Convolution3x3<Lanes128, Vector128<float>>.Run(sizes, tensors, run); break;
        }
    }

    private sealed unsafe class Convolution3x3Kernel(int[] pads, bool rectify) : Kernel
    {
        public override void Compute(KernelContext context)
        {
            if (context.ShapeOf(0) is not [var batch, var inputs, var height, var width] || context.ShapeOf(1) is not [var outputs, var channels, 3, 3])
                throw new ReverieException("invalid shape: a convolution takes a tensor of four dimensions");
            if (inputs != channels) throw new ReverieException($"invalid shape: a convolution of {channels} channels was given {inputs}");
            var sizes = new ConvolutionSizes(checked((int)batch), (int)inputs, (int)outputs, checked((int)height), checked((int)width), pads[0], pads[1], pads[2], pads[3]);
            if (sizes.OutputHeight < 1 || sizes.OutputWidth < 1) throw new ReverieException($"a tensor of {height}x{width} is smaller than the kernel of 3x3");
            long[] shape = [batch, outputs, sizes.OutputHeight, sizes.OutputWidth];
            for (var input = 3; input < 5; input++)
                if (context.ShapeOf(input) is { } other && !other.AsSpan().SequenceEqual(shape)) throw new InvalidOperationException("the gate or the addend is not of the result's shape");
            var tensors = new ConvolutionTensors
            {
                Input = (float*)context.Input(0),
                Weights = (float*)context.Input(1),
                Bias = (float*)context.Input(2),
                Gate = (float*)context.Input(3),
                Addend = (float*)context.Input(4),
                Output = (float*)context.Output(0, shape),
                Rectify = rectify,
            };
            Run(sizes, tensors, context);
        }
    }
}
