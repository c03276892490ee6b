using Microsoft.ML.OnnxRuntime;
using Reverie.Onnx;

namespace Reverie.Tests.Autodiff;

/// <summary>Runs graphs on ONNX Runtime directly, with as little of Reverie in between as possible: the judge of graphs.</summary>
internal sealed class Ort : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();

    public Ort(Graph graph, int threads = 1)
    {
        using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, IntraOpNumThreads = threads };
        _session = new InferenceSession(new Model { Graph = graph }.ToBytes(), options);
        Outputs = [.. graph.Outputs.Select(output => output.Name)];
    }

    public string[] Outputs { get; }

    public List<Array64> Run(params (string Name, Array64 Value)[] feeds)
    {
        var values = feeds.Where(feed => _session.InputMetadata.ContainsKey(feed.Name)).ToList();
        var inputs = values.ConvertAll(feed => feed.Value.ToOrt(_session.InputMetadata[feed.Name].ElementDataType));
        using var results = _session.Run(_run, values.ConvertAll(feed => feed.Name), inputs, Outputs);
        inputs.ForEach(input => input.Dispose());
        return [.. results.Select(Array64.From)];
    }

    public void Dispose()
    {
        _session.Dispose();
        _run.Dispose();
    }
}

/// <summary>A host tensor of numbers, kept in float64 whatever its type in the graph.</summary>
internal sealed record Array64(double[] Data, long[] Shape)
{
    public double Dot(Array64 other) => Data.Zip(other.Data, (a, b) => a * b).Sum();

    public double Norm => Math.Sqrt(Data.Sum(value => value * value));

    public double RelativeError(Array64 truth)
    {
        Assert.Equal(truth.Shape, Shape);
        var difference = Math.Sqrt(Data.Zip(truth.Data, (a, b) => (a - b) * (a - b)).Sum());
        return difference / Math.Max(truth.Norm, 1e-300);
    }

    /// <summary>The error relative to the truth, or absolute where the truth is small: float32 sums that nearly cancel are not wrong.</summary>
    public double Error(Array64 truth) => RelativeError(truth) * truth.Norm / Math.Max(truth.Norm, 1);

    public OrtValue ToOrt(Microsoft.ML.OnnxRuntime.Tensors.TensorElementType type) => type switch
    {
        Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Double => OrtValue.CreateTensorValueFromMemory((double[])Data.Clone(), Shape),
        Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float => OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(Data, value => (float)value), Shape),
        Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Int64 => OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(Data, value => (long)value), Shape),
        Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Bool => OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(Data, value => value != 0), Shape),
        _ => throw new NotSupportedException(type.ToString()),
    };

    public static Array64 From(OrtValue value)
    {
        var info = value.GetTensorTypeAndShape();
        double[] data = info.ElementDataType switch
        {
            Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Double => value.GetTensorDataAsSpan<double>().ToArray(),
            Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float => Array.ConvertAll(value.GetTensorDataAsSpan<float>().ToArray(), each => (double)each),
            Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Int64 => Array.ConvertAll(value.GetTensorDataAsSpan<long>().ToArray(), each => (double)each),
            _ => throw new NotSupportedException(info.ElementDataType.ToString()),
        };
        return new(data, info.Shape);
    }
}
