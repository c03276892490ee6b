using System.Runtime.InteropServices;
using System.Text;

namespace Reverie.Runtime.Kernels.Native;

/// <summary>
/// The functions of ONNX Runtime's C interface that operators of our own need, and that its .NET package does not offer. They lie in a table to which newer versions
/// only append (<c>onnxruntime_c_api.h</c>, <c>struct OrtApi</c>), so that places in it hold for every version from 1.17 on.
/// </summary>
internal static unsafe partial class OrtTable
{
    // The version of the table: the oldest that has all we need.
    private const uint Version = 17;

    private static readonly void** Table = Find();

    private enum Place
    {
        CreateStatus = 0,
        GetErrorMessage = 2,
        CreateCustomOpDomain = 26,
        CustomOpDomainAdd = 27,
        AddCustomOpDomain = 28,
        GetTensorMutableData = 51,
        GetDimensionsCount = 61,
        GetDimensions = 62,
        GetTensorTypeAndShape = 65,
        CreateCpuMemoryInfo = 69,
        AllocatorAlloc = 75,
        AllocatorFree = 76,
        KernelInfoGetAttributeInt64 = 86,
        KernelContextGetInputCount = 88,
        KernelContextGetInput = 90,
        KernelContextGetOutput = 91,
        ReleaseStatus = 93,
        ReleaseTensorTypeAndShapeInfo = 99,
        ReleaseAllocator = 132,
        KernelInfoGetAttributeArrayInt64 = 163,
        KernelContextGetAllocator = 253,
        KernelContextParallelFor = 274,
    }

    /// <summary>Whether the library loaded has the table.</summary>
    public static bool IsAvailable => Table is not null;

    /// <summary>An error that ONNX Runtime takes over.</summary>
    public static IntPtr CreateStatus(string message)
    {
        const int fail = 1;
        fixed (byte* text = Encoding.UTF8.GetBytes(message + '\0'))
            return ((delegate* unmanaged<int, byte*, IntPtr>)Table[(int)Place.CreateStatus])(fail, text);
    }

    public static IntPtr CreateDomain(byte* name)
    {
        IntPtr domain;
        Check(((delegate* unmanaged<byte*, IntPtr*, IntPtr>)Table[(int)Place.CreateCustomOpDomain])(name, &domain));
        return domain;
    }

    public static void AddOperator(IntPtr domain, void* operation) =>
        Check(((delegate* unmanaged<IntPtr, void*, IntPtr>)Table[(int)Place.CustomOpDomainAdd])(domain, operation));

    public static void AddDomain(IntPtr sessionOptions, IntPtr domain) =>
        Check(((delegate* unmanaged<IntPtr, IntPtr, IntPtr>)Table[(int)Place.AddCustomOpDomain])(sessionOptions, domain));

    public static void* Data(IntPtr value)
    {
        void* data;
        Check(((delegate* unmanaged<IntPtr, void**, IntPtr>)Table[(int)Place.GetTensorMutableData])(value, &data));
        return data;
    }

    public static long[] Shape(IntPtr value)
    {
        IntPtr info;
        Check(((delegate* unmanaged<IntPtr, IntPtr*, IntPtr>)Table[(int)Place.GetTensorTypeAndShape])(value, &info));
        try
        {
            nuint count;
            Check(((delegate* unmanaged<IntPtr, nuint*, IntPtr>)Table[(int)Place.GetDimensionsCount])(info, &count));
            var shape = new long[count];
            fixed (long* sizes = shape)
                Check(((delegate* unmanaged<IntPtr, long*, nuint, IntPtr>)Table[(int)Place.GetDimensions])(info, sizes, count));
            return shape;
        }
        finally
        {
            ((delegate* unmanaged<IntPtr, void>)Table[(int)Place.ReleaseTensorTypeAndShapeInfo])(info);
        }
    }

    /// <summary>A description of the CPU's arena, in which ONNX Runtime itself keeps tensors.</summary>
    public static IntPtr CreateArenaInfo()
    {
        const int arenaAllocator = 1, defaultMemory = 0;
        IntPtr info;
        Check(((delegate* unmanaged<int, int, IntPtr*, IntPtr>)Table[(int)Place.CreateCpuMemoryInfo])(arenaAllocator, defaultMemory, &info));
        return info;
    }

    public static long Attribute(IntPtr kernelInfo, ReadOnlySpan<byte> name)
    {
        long value;
        fixed (byte* text = name)
            Check(((delegate* unmanaged<IntPtr, byte*, long*, IntPtr>)Table[(int)Place.KernelInfoGetAttributeInt64])(kernelInfo, text, &value));
        return value;
    }

    public static long[] Attributes(IntPtr kernelInfo, ReadOnlySpan<byte> name)
    {
        var get = (delegate* unmanaged<IntPtr, byte*, long*, nuint*, IntPtr>)Table[(int)Place.KernelInfoGetAttributeArrayInt64];
        fixed (byte* text = name)
        {
            nuint count = 0;
            Check(get(kernelInfo, text, null, &count));
            var values = new long[count];
            fixed (long* first = values) Check(get(kernelInfo, text, first, &count));
            return values;
        }
    }

    public static int InputCount(IntPtr context)
    {
        nuint count;
        Check(((delegate* unmanaged<IntPtr, nuint*, IntPtr>)Table[(int)Place.KernelContextGetInputCount])(context, &count));
        return (int)count;
    }

    /// <summary>An input of a kernel; zero where it is left out.</summary>
    public static IntPtr Input(IntPtr context, int index)
    {
        IntPtr value;
        Check(((delegate* unmanaged<IntPtr, nuint, IntPtr*, IntPtr>)Table[(int)Place.KernelContextGetInput])(context, (nuint)index, &value));
        return value;
    }

    public static IntPtr Output(IntPtr context, int index, ReadOnlySpan<long> shape)
    {
        IntPtr value;
        fixed (long* sizes = shape)
            Check(((delegate* unmanaged<IntPtr, nuint, long*, nuint, IntPtr*, IntPtr>)Table[(int)Place.KernelContextGetOutput])(context, (nuint)index, sizes, (nuint)shape.Length, &value));
        return value;
    }

    public static void* Allocator(IntPtr context, IntPtr memoryInfo)
    {
        void* allocator;
        Check(((delegate* unmanaged<IntPtr, IntPtr, void**, IntPtr>)Table[(int)Place.KernelContextGetAllocator])(context, memoryInfo, &allocator));
        return allocator;
    }

    /// <summary>Memory of an allocator; an error where there is none (the allocator itself would throw a C++ exception, which no frame of ours may see).</summary>
    public static void* Allocate(void* allocator, nuint bytes)
    {
        void* memory;
        Check(((delegate* unmanaged<void*, nuint, void**, IntPtr>)Table[(int)Place.AllocatorAlloc])(allocator, bytes, &memory));
        return memory;
    }

    public static void Free(void* allocator, void* memory) =>
        Check(((delegate* unmanaged<void*, void*, IntPtr>)Table[(int)Place.AllocatorFree])(allocator, memory));

    public static void Release(void* allocator) =>
        ((delegate* unmanaged<void*, void>)Table[(int)Place.ReleaseAllocator])(allocator);

    /// <summary>Runs a function for 0 to count - 1 on the session's threads.</summary>
    public static void ParallelFor(IntPtr context, delegate* unmanaged<void*, nuint, void> function, int count, void* data) =>
        Check(((delegate* unmanaged<IntPtr, delegate* unmanaged<void*, nuint, void>, nuint, nuint, void*, IntPtr>)Table[(int)Place.KernelContextParallelFor])(
            context, function, (nuint)count, 0, data));

    private static void Check(IntPtr status)
    {
        if (status == 0) return;
        var text = ((delegate* unmanaged<IntPtr, byte*>)Table[(int)Place.GetErrorMessage])(status);
        var message = Marshal.PtrToStringUTF8((IntPtr)text) ?? "";
        ((delegate* unmanaged<IntPtr, void>)Table[(int)Place.ReleaseStatus])(status);
        throw new InvalidOperationException(message);
    }

    private static void** Find()
    {
        // struct OrtApiBase { const OrtApi* (*GetApi)(uint32_t version); const char* (*GetVersionString)(); }
        var table = (void**)GetApiBase();
        return (void**)((delegate* unmanaged<uint, void*>)table[0])(Version);
    }

    [LibraryImport("onnxruntime", EntryPoint = "OrtGetApiBase")]
    private static partial IntPtr GetApiBase();
}
