using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Reverie.Onnx;
using Tensor = Reverie.Onnx.Tensor;

namespace Reverie.Runtime;

/// <summary>
/// A tensor in the host's memory, in C order, that a compiled graph reads or writes without a copy: a managed array (pinned only while
/// a run is in flight) or memory of ONNX Runtime's own, which <see cref="Dispose()"/> gives back.
/// </summary>
public abstract class RuntimeTensor : IDisposable
{
    private readonly long[] _shape;

    private RuntimeTensor(ElementType type, long[] shape) => (Type, _shape, Count) = (type, shape, Tensor.CountOf(shape));

    /// <summary>The element type.</summary>
    public ElementType Type { get; }

    /// <summary>The shape; empty for a scalar.</summary>
    public ReadOnlySpan<long> Shape => _shape;

    /// <summary>The number of elements.</summary>
    public long Count { get; }

    /// <summary>The size in bytes.</summary>
    public long Bytes => Count * Type.Size();

    /// <summary>A tensor over an array, which is not copied.</summary>
    /// <exception cref="ReverieException">The array's length is not what the shape asks for.</exception>
    public static RuntimeTensor Of<T>(T[] elements, params ReadOnlySpan<long> shape) where T : unmanaged => Of(elements.AsMemory(), shape);

    /// <summary>A tensor over memory, such as a slice of an array, which is not copied.</summary>
    /// <exception cref="ReverieException">The memory's length is not what the shape asks for.</exception>
    public static RuntimeTensor Of<T>(Memory<T> elements, params ReadOnlySpan<long> shape) where T : unmanaged =>
        new Managed<T>(elements, shape.ToArray());

    /// <summary>A scalar.</summary>
    public static RuntimeTensor Scalar<T>(T value) where T : unmanaged => new Managed<T>(new[] { value }, []);

    /// <summary>A tensor over a constant of a graph, which is not copied. It must not be written to.</summary>
    public static RuntimeTensor Of(Tensor constant) => new Constant(constant);

    /// <summary>A tensor of uninitialised memory, to be written by a run.</summary>
    public static RuntimeTensor Allocate<T>(params ReadOnlySpan<long> shape) where T : unmanaged =>
        new Managed<T>(GC.AllocateUninitializedArray<T>(checked((int)Tensor.CountOf(shape))), shape.ToArray());

    /// <summary>The elements as they lie in memory.</summary>
    /// <exception cref="InvalidOperationException">The element type is not <typeparamref name="T"/>'s.</exception>
    public Span<T> Span<T>() where T : unmanaged =>
        ElementTypes.Of<T>() == Type ? Elements<T>() : throw new InvalidOperationException($"a tensor of {Type} is read as {typeof(T).Name}");

    /// <summary>A copy of the elements.</summary>
    public T[] ToArray<T>() where T : unmanaged => Span<T>().ToArray();

    /// <summary>The elements of a float or double tensor as doubles.</summary>
    public double[] ToDoubles() => Type == ElementType.Double ? ToArray<double>() : Array.ConvertAll(ToArray<float>(), value => (double)value);

    /// <summary>Some items of a batch (the first size), without a copy (a result of ONNX Runtime's own memory is copied).</summary>
    public RuntimeTensor Items(int first, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (_shape.Length == 0 || first + count > _shape[0])
            throw new ArgumentOutOfRangeException(nameof(count), $"items {first} to {first + count - 1} of {this}");
        var item = Count / Math.Max(1, _shape[0]);
        return Slice(checked((int)(first * item)), checked((int)(count * item)), [count, .. _shape[1..]]);
    }

    /// <summary>The same elements under another shape of as many, without a copy (a result of ONNX Runtime's own memory is copied).</summary>
    /// <exception cref="ReverieException">The shape has another number of elements.</exception>
    public RuntimeTensor Reshaped(params ReadOnlySpan<long> shape) => Slice(0, checked((int)Count), shape.ToArray());

    /// <inheritdoc/>
    public override string ToString() => $"{Type}[{string.Join(",", _shape)}]";

    /// <summary>Gives memory of ONNX Runtime back; a tensor over managed memory needs no disposal.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Wraps a result that ONNX Runtime allocated; the tensor owns it.</summary>
    internal static RuntimeTensor Own(OrtValue value) => new Native(value);

    /// <summary>The tensor as a value of ONNX Runtime, to be disposed after the run.</summary>
    internal abstract Lease Pin();

    /// <summary>See <see cref="Dispose()"/>.</summary>
    protected virtual void Dispose(bool disposing) { }

    private protected abstract Span<T> Elements<T>() where T : unmanaged;

    private protected abstract RuntimeTensor Slice(int start, int length, long[] shape);

    /// <summary>A value that ONNX Runtime may use until this is disposed.</summary>
    internal readonly struct Lease(OrtValue value, MemoryHandle memory, bool owned) : IDisposable
    {
        public OrtValue Value { get; } = value;

        public void Dispose()
        {
            if (owned) Value.Dispose();
            memory.Dispose();
        }
    }

    private static unsafe Lease Lend(MemoryHandle memory, RuntimeTensor tensor)
    {
        var value = OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, (TensorElementType)tensor.Type, tensor._shape, (nint)memory.Pointer, tensor.Bytes);
        return new(value, memory, owned: true);
    }

    private sealed class Managed<TElement> : RuntimeTensor where TElement : unmanaged
    {
        private readonly Memory<TElement> _elements;

        public Managed(Memory<TElement> elements, long[] shape) : base(ElementTypes.Of<TElement>(), shape)
        {
            if (elements.Length != Count)
                throw new ReverieException($"a tensor of shape [{string.Join(",", shape)}] needs {Count} elements but has {elements.Length}");
            _elements = elements;
        }

        internal override Lease Pin() => Lend(_elements.Pin(), this);

        private protected override Span<T> Elements<T>() => MemoryMarshal.Cast<TElement, T>(_elements.Span);

        private protected override RuntimeTensor Slice(int start, int length, long[] shape) => new Managed<TElement>(_elements.Slice(start, length), shape);
    }

    private sealed class Constant(Tensor tensor) : RuntimeTensor(tensor.Type, tensor.Shape.ToArray())
    {
        internal override Lease Pin() => Lend(tensor.Data.Pin(), this);

        private protected override Span<T> Elements<T>() => MemoryMarshal.Cast<byte, T>(MemoryMarshal.AsMemory(tensor.Data).Span);

        private protected override RuntimeTensor Slice(int start, int length, long[] shape) =>
            new Constant(new(tensor.Type, shape, tensor.Data.Slice(start * tensor.Type.Size(), length * tensor.Type.Size())));
    }

    private sealed class Native : RuntimeTensor
    {
        private readonly OrtValue _value;

        public Native(OrtValue value) : this(value, value.GetTensorTypeAndShape()) { }

        private Native(OrtValue value, OrtTensorTypeAndShapeInfo info) : base((ElementType)info.ElementDataType, info.Shape) => _value = value;

        internal override Lease Pin() => new(_value, default, owned: false);

        private protected override Span<T> Elements<T>() => _value.GetTensorMutableDataAsSpan<T>();

        // A view of native memory would outlive its owner unnoticed; results are copied into managed memory where slices are needed.
        private protected override RuntimeTensor Slice(int start, int length, long[] shape) => Type switch
        {
            ElementType.Float => Of(Elements<float>().Slice(start, length).ToArray(), shape),
            ElementType.Double => Of(Elements<double>().Slice(start, length).ToArray(), shape),
            ElementType.Int64 => Of(Elements<long>().Slice(start, length).ToArray(), shape),
            ElementType.Int32 => Of(Elements<int>().Slice(start, length).ToArray(), shape),
            ElementType.Bool => Of(Elements<bool>().Slice(start, length).ToArray(), shape),
            _ => throw new NotSupportedException($"a slice of {this}"),
        };

        protected override void Dispose(bool disposing)
        {
            if (disposing) _value.Dispose();
            base.Dispose(disposing);
        }
    }
}
