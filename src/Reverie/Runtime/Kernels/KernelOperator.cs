using Reverie.Runtime.Kernels.Native;

namespace Reverie.Runtime.Kernels;

/// <summary>An operator of our own: float32 tensors in and out, computed by a kernel in C#.</summary>
internal abstract class KernelOperator
{
    /// <summary>The operator's name in <see cref="KernelDomain.Name"/>.</summary>
    public abstract string Name { get; }

    /// <summary>How many inputs it has at most.</summary>
    public abstract int Inputs { get; }

    /// <summary>How many of them must be given.</summary>
    public abstract int RequiredInputs { get; }

    /// <summary>Makes the kernel of one node.</summary>
    public abstract Kernel Create(KernelAttributes attributes);
}

/// <summary>One node's kernel. Runs from several threads at once are allowed.</summary>
internal abstract class Kernel
{
    /// <summary>The threads of the session.</summary>
    public required int Threads { get; init; }

    /// <summary>Computes the outputs.</summary>
    public abstract void Compute(KernelContext context);
}

/// <summary>The attributes of a kernel's node.</summary>
internal readonly struct KernelAttributes(IntPtr info)
{
    public long this[ReadOnlySpan<byte> name] => OrtTable.Attribute(info, name);

    public long[] List(ReadOnlySpan<byte> name) => OrtTable.Attributes(info, name);
}
