using Microsoft.ML.OnnxRuntime;
using Reverie.Onnx;

namespace Reverie.Tests.Onnx.Upgrade;

/// <summary>Runs a model's bytes in ONNX Runtime as they are, optimisations off: the referee of what a model means.</summary>
internal static class OrtRunner
{
    public static Dictionary<string, double[]> Run(Model model, IReadOnlyDictionary<string, Tensor> inputs)
    {
        using var options = new SessionOptions { GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL, IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using var session = new InferenceSession(model.ToBytes(), options);
        using var run = new RunOptions();
        var values = model.Graph.Inputs.ConvertAll(input => ToValue(inputs[input.Name], input.Type.Element));
        try
        {
            using var results = session.Run(run, model.Graph.Inputs.ConvertAll(input => input.Name), values, model.Graph.Outputs.ConvertAll(output => output.Name));
            return results.Zip(model.Graph.Outputs).ToDictionary(pair => pair.Second.Name, pair => ToArray(pair.First));
        }
        finally
        {
            values.ForEach(value => value.Dispose());
        }
    }

    private static OrtValue ToValue(Tensor tensor, ElementType type) => type switch
    {
        ElementType.Float => OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(tensor.ToDoubles(), value => (float)value), tensor.Shape.ToArray()),
        ElementType.Double => OrtValue.CreateTensorValueFromMemory(tensor.ToDoubles(), tensor.Shape.ToArray()),
        ElementType.Float16 => OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(tensor.ToDoubles(), value => (Float16)(float)value), tensor.Shape.ToArray()),
        ElementType.Int64 => OrtValue.CreateTensorValueFromMemory(tensor.ToInts(), tensor.Shape.ToArray()),
        ElementType.Bool => OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(tensor.ToInts(), value => value != 0), tensor.Shape.ToArray()),
        _ => throw new NotSupportedException($"{type}"),
    };

    private static double[] ToArray(OrtValue value) => (ElementType)value.GetTensorTypeAndShape().ElementDataType switch
    {
        ElementType.Float => Numbers<float>(value),
        ElementType.Double => Numbers<double>(value),
        ElementType.Float16 => Array.ConvertAll(value.GetTensorDataAsSpan<Float16>().ToArray(), half => (double)(float)half),
        ElementType.Int64 => Numbers<long>(value),
        ElementType.UInt8 => Numbers<byte>(value),
        ElementType.Int8 => Numbers<sbyte>(value),
        ElementType.Bool => Array.ConvertAll(value.GetTensorDataAsSpan<bool>().ToArray(), flag => flag ? 1.0 : 0),
        var type => throw new NotSupportedException($"{type}"),
    };

    private static double[] Numbers<T>(OrtValue value) where T : unmanaged, System.Numerics.INumber<T> =>
        Array.ConvertAll(value.GetTensorDataAsSpan<T>().ToArray(), double.CreateChecked);
}
