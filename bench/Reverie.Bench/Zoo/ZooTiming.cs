using System.Diagnostics;
using System.Text.Json;
using Reverie.Autodiff;
using Reverie.Models;
using Reverie.Onnx;
using Reverie.Onnx.Shapes;
using Reverie.Runtime;

namespace Reverie.Bench.Zoo;

/// <summary>Times our gradient of a logit in a process of its own: the file that PyTorch's exporter writes by default, loaded as a user loads it.</summary>
internal static class ZooTiming
{
    /// <summary>Prints the measurement as one line of JSON, or the times by operator.</summary>
    public static void Run(ZooNetwork zoo, int threads, int runs, int warmups, bool profile)
    {
        using var network = Network.Load(zoo.Model("folded"));
        var product = VectorJacobian.Build(network.Graph, network.Graph.Resolve("logits"));
        using var compiled = CompiledGraph.Compile(product.Graph, new() { Threads = threads }, profile);
        long[] shape = [1, 3, zoo.Size, zoo.Size];
        var size = ShapeInference.Resolve(product.Graph, new Dictionary<string, long[]> { [product.Input] = shape })[product.Value];
        var oneHot = new float[Tensor.CountOf(size)];
        oneHot[zoo.Index(0)] = 1;
        using var x = RuntimeTensor.Of(zoo.Input(0), shape);
        using var cotangent = RuntimeTensor.Of(oneHot, size);
        using var gradient = RuntimeTensor.Allocate<float>(shape);
        using var value = RuntimeTensor.Allocate<float>(size);
        Dictionary<string, RuntimeTensor> inputs = new() { [product.Input] = x, [product.Cotangent] = cotangent };
        Dictionary<string, RuntimeTensor> outputs = new() { [product.Value] = value, [product.Gradient] = gradient };
        for (var run = 0; run < warmups; run++) compiled.Run(inputs, outputs);
        double[] seconds = new double[runs], cpu = new double[runs];
        for (var run = 0; run < runs; run++)
        {
            var busy = Environment.CpuUsage.TotalTime;
            var start = Stopwatch.GetTimestamp();
            compiled.Run(inputs, outputs);
            seconds[run] = Stopwatch.GetElapsedTime(start).TotalSeconds;
            cpu[run] = (Environment.CpuUsage.TotalTime - busy).TotalSeconds;
        }
        if (profile) Console.WriteLine(Say(compiled.EndProfile(), runs + warmups));
        else
            Console.WriteLine(JsonSerializer.Serialize(
                new Measurement { Seconds = seconds, CpuSeconds = cpu, PeakRssBytes = Machine.PeakResidentBytes, Threads = threads, Onnxruntime = Machine.OnnxRuntimeVersion },
                Measurement.Json));
    }

    // Milliseconds of one run, the largest first.
    private static string Say(IReadOnlyList<OperatorTime> times, int runs) =>
        string.Join(", ", times.OrderByDescending(time => time.Time).Take(8).Select(time => FormattableString.Invariant($"{time.Op} {time.Time.TotalMilliseconds / runs:F1} ms ({time.Calls / runs})")));
}
