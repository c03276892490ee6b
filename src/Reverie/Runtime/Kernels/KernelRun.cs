namespace Reverie.Runtime.Kernels;

/// <summary>What a kernel needs of its surroundings while it runs: threads and scratch memory.</summary>
internal abstract unsafe class KernelRun
{
    /// <summary>How many threads share the work.</summary>
    public abstract int Threads { get; }

    /// <summary>Runs jobs 0 to count - 1, side by side where there are threads, and returns when all are done.</summary>
    public abstract void For(int count, Action<int> job);

    /// <summary>Memory for the rest of the run, aligned to a cache line; what it holds is anybody's guess.</summary>
    public abstract float* Rent(nint floats);

    /// <summary>The same, full of zeros.</summary>
    public virtual float* RentZeroed(int floats)
    {
        var memory = Rent(floats);
        new Span<float>(memory, floats).Clear();
        return memory;
    }
}
