namespace Reverie.Runtime.Kernels;

/// <summary>
/// The vector operations that the kernels are written in, for one width of register. Kernels are generic over it: the just-in-time compiler makes
/// one body for each width, with every call inlined.
/// </summary>
/// <typeparam name="TVector">The register: <c>Vector512&lt;float&gt;</c> and its kin.</typeparam>
internal unsafe interface ILanes<TVector> : IArithmetic<TVector> where TVector : unmanaged
{
    /// <summary>Whether there are registers enough for a product block of 8 rows by 3 registers; otherwise it is 4 by 3.</summary>
    static abstract bool IsWide { get; }

    /// <summary>Not a number stays what it is, as in ONNX Runtime.</summary>
    static abstract TVector Rectify(TVector value);

    /// <summary>The value where the gate is above 0, elsewhere 0.</summary>
    static abstract TVector Gate(TVector value, TVector gate);

    /// <summary>One value where left and right are equal, elsewhere the other. Not a number equals nothing.</summary>
    static abstract TVector WhereEqual(TVector left, TVector right, TVector value, TVector otherwise);

    /// <summary>Takes a line of 2 x <see cref="IArithmetic{TVector}.Width"/> floats apart into the elements 0, 2, 4, ... and 1, 3, 5, ...</summary>
    static abstract void SplitPairs(float* line, out TVector even, out TVector odd);

    /// <summary>Writes a line of 2 x <see cref="IArithmetic{TVector}.Width"/> floats from its even and its odd elements.</summary>
    static abstract void JoinPairs(TVector even, TVector odd, float* line);

    /// <summary>Takes a line apart into columns of tiles that begin every 4 floats: register j gets the elements j, j+4, j+8, ... (j from 0 to 5).</summary>
    static abstract void Split(float* line, out TVector p0, out TVector p1, out TVector p2, out TVector p3, out TVector p4, out TVector p5);

    /// <summary>Writes a line of 4 x <see cref="IArithmetic{TVector}.Width"/> floats, of which register j holds the elements j, j+4, j+8, ...</summary>
    static abstract void Join(TVector p0, TVector p1, TVector p2, TVector p3, float* line);
}
