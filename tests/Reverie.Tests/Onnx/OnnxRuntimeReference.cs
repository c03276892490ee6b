using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Reverie.Onnx;

namespace Reverie.Tests.Onnx;

/// <summary>Runs graphs in ONNX Runtime as they are, without its optimizations: the judge of what shapes and rewrites must give.</summary>
public static class OnnxRuntimeReference
{
    /// <summary>Runs a graph on named inputs and gives back its outputs.</summary>
    public static Dictionary<string, Tensor> Run(Graph graph, IReadOnlyDictionary<string, Tensor> inputs, long opset = Model.CanonicalOpset)
    {
        using var options = new SessionOptions { GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL, IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        using var session = new InferenceSession(new Model { Graph = graph, Opset = opset }.ToBytes(), options);
        return Run(session, inputs);
    }

    private static Dictionary<string, Tensor> Run(InferenceSession session, IReadOnlyDictionary<string, Tensor> inputs)
    {
        using var options = new RunOptions();
        var values = inputs.ToDictionary(pair => pair.Key, pair => ToOrt(pair.Value));
        try
        {
            using var outputs = session.Run(options, values, session.OutputNames);
            return session.OutputNames.Zip(outputs).ToDictionary(pair => pair.First, pair => FromOrt(pair.Second));
        }
        finally
        {
            foreach (var value in values.Values) value.Dispose();
        }
    }

    private static OrtValue ToOrt(Tensor tensor) => tensor.Type switch
    {
        ElementType.Float => OrtValue.CreateTensorValueFromMemory(tensor.Span<float>().ToArray(), tensor.Shape.ToArray()),
        ElementType.Double => OrtValue.CreateTensorValueFromMemory(tensor.Span<double>().ToArray(), tensor.Shape.ToArray()),
        ElementType.Int64 => OrtValue.CreateTensorValueFromMemory(tensor.Span<long>().ToArray(), tensor.Shape.ToArray()),
        ElementType.Int32 => OrtValue.CreateTensorValueFromMemory(tensor.Span<int>().ToArray(), tensor.Shape.ToArray()),
        ElementType.UInt8 => OrtValue.CreateTensorValueFromMemory(tensor.Span<byte>().ToArray(), tensor.Shape.ToArray()),
        ElementType.Int8 => OrtValue.CreateTensorValueFromMemory(tensor.Span<sbyte>().ToArray(), tensor.Shape.ToArray()),
        ElementType.Bool => OrtValue.CreateTensorValueFromMemory(tensor.Span<bool>().ToArray(), tensor.Shape.ToArray()),
        _ => throw new NotSupportedException($"{tensor.Type}"),
    };

    private static Tensor FromOrt(OrtValue value)
    {
        var info = value.GetTensorTypeAndShape();
        var data = info.ElementCount == 0 ? [] : value.GetTensorMutableRawData().ToArray();
        return new Tensor((ElementType)(int)info.ElementDataType, info.Shape, data);
    }

    /// <summary>Normally distributed numbers.</summary>
    public static Tensor Random(Random random, params ReadOnlySpan<long> shape)
    {
        var values = new float[Tensor.CountOf(shape)];
        foreach (ref var value in values.AsSpan())
            value = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        return Tensor.Of<float>(values, shape);
    }

    /// <summary>The largest absolute difference of two float tensors of one shape.</summary>
    public static double Difference(Tensor left, Tensor right)
    {
        Assert.Equal(left.Shape.ToArray(), right.Shape.ToArray());
        return left.ToDoubles().Zip(right.ToDoubles(), (a, b) => Math.Abs(a - b)).DefaultIfEmpty().Max();
    }
}
