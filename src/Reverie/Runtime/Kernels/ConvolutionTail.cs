using System.Runtime.CompilerServices;

namespace Reverie.Runtime.Kernels;

/// <summary>What follows the sums of a convolution on their way to its result: bias, another tensor, ReLU, the gate.</summary>
internal static unsafe class ConvolutionTail<TLanes, TVector> where TLanes : ILanes<TVector> where TVector : unmanaged
{
    /// <summary>Writes neighbouring elements of one channel.</summary>
    /// <param name="tensors">The convolution's tensors.</param>
    /// <param name="line">The sums.</param>
    /// <param name="offset">Where they go in the result.</param>
    /// <param name="length">How many.</param>
    /// <param name="channel">The output channel.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Write(in ConvolutionTensors tensors, float* line, nint offset, int length, int channel)
    {
        var target = tensors.Output + offset;
        var gate = tensors.Gate is null ? null : tensors.Gate + offset;
        var addend = tensors.Addend is null ? null : tensors.Addend + offset;
        var bias = tensors.Bias is null ? 0 : tensors.Bias[channel];
        var rectify = tensors.Rectify;
        var shift = TLanes.Broadcast(bias);
        var index = 0;
        for (; index <= length - TLanes.Width; index += TLanes.Width)
        {
            var value = TLanes.Add(TLanes.Load(line + index), shift);
            if (addend is not null) value = TLanes.Add(value, TLanes.Load(addend + index));
            if (rectify) value = TLanes.Rectify(value);
            if (gate is not null) value = TLanes.Gate(value, TLanes.Load(gate + index));
            TLanes.Store(value, target + index);
        }
        for (; index < length; index++)
        {
            var value = line[index] + bias;
            if (addend is not null) value += addend[index];
            if (rectify && value < 0) value = 0;
            target[index] = gate is null || gate[index] > 0 ? value : 0;
        }
    }
}
