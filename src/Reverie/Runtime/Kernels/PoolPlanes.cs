using System.Runtime.Intrinsics;

namespace Reverie.Runtime.Kernels;

/// <summary>The tensors of a max pool's gradient, planes one after the other.</summary>
/// <param name="Input">What is pooled.</param>
/// <param name="Output">The maxima.</param>
/// <param name="Cotangent">The maxima's cotangent.</param>
/// <param name="Result">The cotangent of what is pooled.</param>
internal readonly record struct PoolTensors(Pointer Input, Pointer Output, Pointer Cotangent, Pointer Result);

/// <summary>The gradient of a max pool for planes that threads share, by whichever way suits its windows.</summary>
internal static unsafe class PoolPlanes
{
    /// <summary>Computes the gradient.</summary>
    /// <param name="window">The windows of a plane.</param>
    /// <param name="tensors">The tensors.</param>
    /// <param name="planes">How many planes they have.</param>
    /// <param name="gate">Whether a maximum that is not positive passes nothing on.</param>
    /// <param name="run">Threads and memory.</param>
    public static void Run(PoolWindow window, PoolTensors tensors, int planes, bool gate, KernelRun run)
    {
        if (!window.IsSmall)
        {
            Share(window, tensors, planes, run, _ => (input, output, cotangent, result) => window.Any(input, output, cotangent, result, gate));
            return;
        }
        switch (KernelWidth.Bits)
        {
            case 512: Winners<Lanes512, Vector512<float>>(window, tensors, planes, gate, run); break;
            case 256: Winners<Lanes256, Vector256<float>>(window, tensors, planes, gate, run); break;
            default: Winners<Lanes128, Vector128<float>>(window, tensors, planes, gate, run); break;
        }
    }

    /// <summary>The gradient of small windows, with registers of a given width.</summary>
    internal static void Winners<TLanes, TVector>(PoolWindow window, PoolTensors tensors, int planes, bool gate, KernelRun run)
        where TLanes : ILanes<TVector> where TVector : unmanaged
    {
        var floats = new PoolWinners<TLanes, TVector>(window).Scratch;
        var scratch = new Pointer(run.Rent((nint)floats * Jobs(planes, run)));
        Share(window, tensors, planes, run, job => new PoolWinners<TLanes, TVector>(window, scratch + (nint)floats * job, gate).Run);
    }

    private delegate void Plane(float* input, float* output, float* cotangent, float* result);

    private static int Jobs(int planes, KernelRun run) => Math.Min(planes, run.Threads * 8);

    private static void Share(PoolWindow window, PoolTensors tensors, int planes, KernelRun run, Func<int, Plane> plane)
    {
        var (size, pooled) = ((nint)window.Height * window.Width, (nint)window.Rows * window.Columns);
        var jobs = Jobs(planes, run);
        run.For(jobs, job =>
        {
            var gradient = plane(job);
            for (var index = (int)((long)planes * job / jobs); index < (int)((long)planes * (job + 1) / jobs); index++)
                gradient(tensors.Input + index * size, tensors.Output + index * pooled, tensors.Cotangent + index * pooled, tensors.Result + index * size);
        });
    }
}
