using System.Runtime.InteropServices;
using Reverie.Runtime.Kernels;

namespace Reverie.Tests.Runtime.Kernels;

/// <summary>Surroundings for kernels outside ONNX Runtime. Scratch memory is full of NaN: what is read before it is written shows.</summary>
internal sealed unsafe class TestRun(int threads) : KernelRun, IDisposable
{
    private readonly List<IntPtr> _rented = [];

    public override int Threads => threads;

    public override void For(int count, Action<int> job)
    {
        if (threads > 1) Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads }, job);
        else
            // backwards: jobs may come in any order
            for (var index = count - 1; index >= 0; index--) job(index);
    }

    public override float* Rent(nint floats)
    {
        var memory = (float*)NativeMemory.AlignedAlloc((nuint)floats * sizeof(float), 64);
        new Span<float>(memory, checked((int)floats)).Fill(float.NaN);
        _rented.Add((IntPtr)memory);
        return memory;
    }

    public void Dispose()
    {
        foreach (var memory in _rented) NativeMemory.AlignedFree((void*)memory);
    }
}
