using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.OnnxRuntime;
using Reverie.Runtime.Kernels.Native;

namespace Reverie.Runtime.Kernels;

/// <summary>Makes our operators known to a session. There is one set of them for the process, for as long as it lives.</summary>
internal static unsafe class KernelDomain
{
    /// <summary>The domain of our operators in a graph.</summary>
    public const string Name = "reverie";

    private const int Float = 1;
    private static readonly KernelOperator[] Operators =
        [new Convolution3x3Operator(), new MaxPoolGradientOperator(), new GatedSumOperator(), new DenseOperator(), new LocalResponseOperator(), new LocalResponseGradientOperator(),
            new AveragePoolGradientOperator()];
    private static readonly IntPtr[] Names = [.. Operators.Select(each => (IntPtr)Text(each.Name))];
    private static readonly Lazy<IntPtr> Domain = new(Create);

    /// <summary>Adds the operators to the settings of a session.</summary>
    public static void AddTo(SessionOptions settings) => OrtTable.AddDomain(settings.DangerousGetHandle(), Domain.Value);

    private static IntPtr Create()
    {
        var domain = OrtTable.CreateDomain(Text(Name));
        for (var index = 0; index < Operators.Length; index++)
        {
            var operation = (OrtCustomOp*)NativeMemory.AllocZeroed((nuint)sizeof(OrtCustomOp));
            operation->Version = 17;
            operation->GetName = &GetName;
            operation->GetExecutionProviderType = &GetProvider;
            operation->GetInputType = &GetType;
            operation->GetInputTypeCount = &GetInputCount;
            operation->GetOutputType = &GetType;
            operation->GetOutputTypeCount = &GetOutputCount;
            operation->KernelDestroy = &Destroy;
            operation->GetInputCharacteristic = &GetInputCharacteristic;
            operation->GetOutputCharacteristic = &GetOutputCharacteristic;
            operation->GetInputMemoryType = &GetMemoryType;
            operation->GetVariadicInputMinArity = &GetOne;
            operation->GetVariadicInputHomogeneity = &GetOne;
            operation->GetVariadicOutputMinArity = &GetOne;
            operation->GetVariadicOutputHomogeneity = &GetOne;
            operation->CreateKernelV2 = &CreateKernel;
            operation->KernelComputeV2 = &Compute;
            operation->GetStartVersion = &GetOne;
            operation->GetEndVersion = &GetLast;
            operation->Index = index;
            OrtTable.AddOperator(domain, operation);
        }
        return domain;
    }

    private static byte* Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var copy = (byte*)NativeMemory.AllocZeroed((nuint)bytes.Length + 1);
        bytes.CopyTo(new Span<byte>(copy, bytes.Length));
        return copy;
    }

    [UnmanagedCallersOnly]
    private static byte* GetName(OrtCustomOp* operation) => (byte*)Names[operation->Index];

    // null: the CPU
    [UnmanagedCallersOnly]
    private static byte* GetProvider(OrtCustomOp* operation) => null;

    [UnmanagedCallersOnly]
    private static int GetType(OrtCustomOp* operation, nuint index) => Float;

    [UnmanagedCallersOnly]
    private static nuint GetInputCount(OrtCustomOp* operation) => (nuint)Operators[operation->Index].Inputs;

    [UnmanagedCallersOnly]
    private static nuint GetOutputCount(OrtCustomOp* operation) => 1;

    [UnmanagedCallersOnly]
    private static int GetInputCharacteristic(OrtCustomOp* operation, nuint index) => (int)index < Operators[operation->Index].RequiredInputs ? 0 : 1;

    [UnmanagedCallersOnly]
    private static int GetOutputCharacteristic(OrtCustomOp* operation, nuint index) => 0;

    [UnmanagedCallersOnly]
    private static int GetMemoryType(OrtCustomOp* operation, nuint index) => 0;

    [UnmanagedCallersOnly]
    private static int GetOne(OrtCustomOp* operation) => 1;

    [UnmanagedCallersOnly]
    private static int GetLast(OrtCustomOp* operation) => int.MaxValue;

    [UnmanagedCallersOnly]
    private static IntPtr CreateKernel(OrtCustomOp* operation, void* api, IntPtr info, IntPtr* kernel)
    {
        try
        {
            *kernel = GCHandle.ToIntPtr(GCHandle.Alloc(Operators[operation->Index].Create(new(info))));
            return 0;
        }
        catch (Exception exception)
        {
            return OrtTable.CreateStatus(Describe(exception));
        }
    }

    // No exception may pass through ONNX Runtime's frames: it becomes its error, which ends the run.
    [UnmanagedCallersOnly]
    private static IntPtr Compute(IntPtr kernel, IntPtr context)
    {
        try
        {
            var target = (Kernel)GCHandle.FromIntPtr(kernel).Target!;
            using var run = new KernelContext(context, target.Threads);
            target.Compute(run);
            return 0;
        }
        catch (Exception exception)
        {
            return OrtTable.CreateStatus(Describe(exception));
        }
    }

    [UnmanagedCallersOnly]
    private static void Destroy(IntPtr kernel) => GCHandle.FromIntPtr(kernel).Free();

    private static string Describe(Exception exception) => exception switch
    {
        ReverieException => exception.Message,
        _ => exception.ToString(),
    };
}
