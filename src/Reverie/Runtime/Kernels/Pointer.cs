namespace Reverie.Runtime.Kernels;

/// <summary>A pointer that closures can hold.</summary>
internal readonly unsafe record struct Pointer(IntPtr Value)
{
    public Pointer(float* value) : this((IntPtr)value) { }

    public static float* operator +(Pointer pointer, nint offset) => (float*)pointer.Value + offset;
}
