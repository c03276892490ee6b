using System.Runtime.InteropServices;
using Reverie.Runtime.Kernels;

namespace Reverie.Tests.Runtime.Kernels;

/// <summary>Surroundings for kernels outside ONNX Runtime. Scratch memory is full of NaN: what is read before it is written shows; and it ends in a guard: what is written beyond it shows too.</summary>
internal sealed unsafe class TestRun(int threads) : KernelRun, IDisposable
{
    private const int Guard = 64;
    private const float Untouched = 123456.789f;

    private readonly List<(IntPtr Memory, int Floats)> _rented = [];

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
        var memory = (float*)NativeMemory.AlignedAlloc((nuint)(floats + Guard) * sizeof(float), 64);
        new Span<float>(memory, checked((int)floats)).Fill(float.NaN);
        new Span<float>(memory + floats, Guard).Fill(Untouched);
        _rented.Add(((IntPtr)memory, checked((int)floats)));
        return memory;
    }

    public void Dispose()
    {
        foreach (var (memory, floats) in _rented)
        {
            Assert.Equal(-1, new Span<float>((float*)memory + floats, Guard).IndexOfAnyExcept(Untouched));
            NativeMemory.AlignedFree((void*)memory);
        }
    }
}
