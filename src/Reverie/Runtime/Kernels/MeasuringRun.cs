namespace Reverie.Runtime.Kernels;

/// <summary>A run that does nothing but count the scratch memory it would take.</summary>
internal sealed unsafe class MeasuringRun(int threads) : KernelRun
{
    /// <summary>The bytes asked for.</summary>
    public long Bytes { get; private set; }

    public override int Threads => threads;

    public override void For(int count, Action<int> job)
    {
    }

    public override float* Rent(nint floats)
    {
        Bytes += floats * sizeof(float);
        return null;
    }

    public override float* RentZeroed(int floats) => Rent(floats);
}
