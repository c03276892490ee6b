using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Reverie.Runtime.Kernels.Native;

/// <summary>One run of a kernel within ONNX Runtime: its tensors, the session's threads, and scratch memory from the session's arena.</summary>
internal sealed unsafe class KernelContext(IntPtr context, int threads) : KernelRun, IDisposable
{
    private static readonly IntPtr Arena = OrtTable.CreateArenaInfo();

    private readonly List<IntPtr> _rented = [];
    private readonly int _inputs = OrtTable.InputCount(context);
    private void* _allocator;

    public override int Threads => threads;

    /// <summary>The shape of an input; null where it is left out.</summary>
    public long[]? ShapeOf(int input) => Value(input) is var value && value != 0 ? OrtTable.Shape(value) : null;

    /// <summary>An input's elements; null where it is left out.</summary>
    public void* Input(int input) => Value(input) is var value && value != 0 ? OrtTable.Data(value) : null;

    /// <summary>Makes an output of a shape and gives its memory.</summary>
    public void* Output(int output, params ReadOnlySpan<long> shape) => OrtTable.Data(OrtTable.Output(context, output, shape));

    public override void For(int count, Action<int> job)
    {
        if (threads == 1 || count == 1)
        {
            for (var index = 0; index < count; index++) job(index);
            return;
        }
        var work = new Work(job);
        var handle = GCHandle.Alloc(work);
        try
        {
            OrtTable.ParallelFor(context, &RunJob, count, (void*)GCHandle.ToIntPtr(handle));
        }
        finally
        {
            handle.Free();
        }
        work.Failure?.Throw();
    }

    public override float* Rent(nint floats)
    {
        if (_allocator is null) _allocator = OrtTable.Allocator(context, Arena);
        var memory = OrtTable.Allocate(_allocator, (nuint)floats * sizeof(float) + CacheLine);
        _rented.Add((IntPtr)memory);
        return (float*)(((nuint)memory + CacheLine - 1) & ~(nuint)(CacheLine - 1));
    }

    public void Dispose()
    {
        foreach (var memory in _rented) OrtTable.Free(_allocator, (void*)memory);
        _rented.Clear();
        if (_allocator is not null) OrtTable.Release(_allocator);
        _allocator = null;
    }

    private const int CacheLine = 64;

    private IntPtr Value(int input) => input < _inputs ? OrtTable.Input(context, input) : 0;

    // No exception may pass through ONNX Runtime's frames: the first is kept and thrown where the work was asked for.
    [UnmanagedCallersOnly]
    private static void RunJob(void* data, nuint index)
    {
        var work = (Work)GCHandle.FromIntPtr((IntPtr)data).Target!;
        try
        {
            work.Job((int)index);
        }
        catch (Exception exception)
        {
            work.Failure ??= ExceptionDispatchInfo.Capture(exception);
        }
    }

    private sealed class Work(Action<int> job)
    {
        public Action<int> Job { get; } = job;

        public ExceptionDispatchInfo? Failure { get; set; }
    }
}
