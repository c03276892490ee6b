using System.Diagnostics;
using System.Text.Json;
using Reverie.Autodiff;
using Reverie.Onnx;
using Reverie.Onnx.Shapes;
using Reverie.Runtime;
using Reverie.Tensors;

namespace Reverie.Bench;

/// <summary>Reverie's side, run in a process of its own so that the peak of its memory is this work's alone.</summary>
internal static class OurSide
{
    /// <summary>Measures the gradient of 1/2 sum a^2, whose cotangent is the activation a itself, and prints one line of JSON.</summary>
    public static void Measure(string model, string target, string input, string gradient, int threads, int runs, int warmups)
    {
        // sizes stay free, as they are in a dream: one session for all
        var (graph, name) = GradientGraph(CanonicalModel.Load(model).Sizes.Graph, target);
        using var compiled = CompiledGraph.Compile(graph, new() { Threads = threads }, plan: true);
        var array = Npy.Read(input);
        long[] shape = [.. array.Shape];
        using var x = RuntimeTensor.Of(array.ToFloat32(), shape);
        using var g = RuntimeTensor.Allocate<float>(shape);
        // foretold before the buffers, which are counted beside it
        var foretold = compiled.Memory!.Predict(new Dictionary<string, long[]> { [graph.Inputs[0].Name] = shape }, outputsGiven: true).PeakBytes + x.Bytes + g.Bytes;
        Dictionary<string, RuntimeTensor> inputs = new() { [graph.Inputs[0].Name] = x }, outputs = new() { [name] = g };
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
        var peak = Machine.PeakResidentBytes; // before the gradient is written out
        Npy.Write(gradient, g.Span<float>(), shape, overwrite: true);
        var found = new Measurement { Seconds = seconds, CpuSeconds = cpu, PeakRssBytes = peak, ForetoldRssBytes = foretold, Threads = threads, Onnxruntime = Machine.OnnxRuntimeVersion };
        Console.WriteLine(JsonSerializer.Serialize(found, Measurement.Json));
    }

    private static (Graph Graph, string Gradient) GradientGraph(Graph network, string target)
    {
        var tensor = network.Resolve(target);
        if (!network.Nodes.Any(node => node.Outputs.Contains(tensor)))
            throw new ReverieException(Names.Unknown("tensor", target, network.Nodes.SelectMany(node => node.Outputs)));
        var work = network.Cut([tensor]);
        ShapeInference.Infer(work);
        var input = work.Inputs[0].Name;
        var gradient = Differentiator.Append(work, new Dictionary<string, string> { [tensor] = tensor }, [input], RuleTable.Gradient)[input];
        return (work.Cut([gradient]), gradient);
    }
}
