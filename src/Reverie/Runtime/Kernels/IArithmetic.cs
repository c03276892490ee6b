namespace Reverie.Runtime.Kernels;

/// <summary>What is done to every element by itself: for registers, and for the single floats that a row leaves over (<see cref="SingleLane"/>).</summary>
/// <typeparam name="TVector">The register, or <c>float</c>.</typeparam>
internal unsafe interface IArithmetic<TVector> where TVector : unmanaged
{
    /// <summary>The number of floats.</summary>
    static abstract int Width { get; }

    static abstract TVector Load(float* source);

    static abstract void Store(TVector value, float* target);

    static abstract TVector Broadcast(float value);

    static abstract TVector Add(TVector left, TVector right);

    static abstract TVector Subtract(TVector left, TVector right);

    static abstract TVector Multiply(TVector left, TVector right);

    static abstract TVector Divide(TVector left, TVector right);

    static abstract TVector SquareRoot(TVector value);

    /// <summary>left x right + addend, rounded once where the processor can.</summary>
    static abstract TVector MultiplyAdd(TVector left, TVector right, TVector addend);
}
