using System.Diagnostics;
using Reverie.Explain;
using Reverie.Models;
using Reverie.Runtime;
using Reverie.Tensors;

namespace Reverie.Bench.Explain;

/// <summary>Reverie's side of an attribution, by the library's own door.</summary>
internal static class ExplainSide
{
    /// <summary>What is asked of the process.</summary>
    internal sealed record Task(string Model, string Method, string Input, int Logit, int Steps, int Threads, int Runs, int Warmups, string? Map);

    /// <summary>Measures a method and prints one line of JSON. The first run compiles the graph, so that there should be at least one that does not count.</summary>
    public static void Measure(Task task)
    {
        using var network = Network.Load(task.Model);
        var array = Npy.Read(task.Input);
        AttributionMethod method = task.Method switch
        {
            // the same nodes as PyTorch's side
            "integrated-gradients" => new IntegratedGradients { Steps = task.Steps, Quadrature = QuadratureRule.GaussLegendre },
            "occlusion" => new Occlusion { Placement = WindowPlacement.Clipped },
            var other => throw new ReverieException($"'{other}' is not measured"),
        };
        using var subject = new Subject(TargetFunction.Element(network.Graph, network.Logits, task.Logit), options: new() { Threads = task.Threads });
        var context = new AttributionContext { Subject = subject, Inputs = [new(Array.ConvertAll(array.ToFloat32(), value => (double)value), [.. array.Shape])] };
        RawAttribution? found = null;
        for (var run = 0; run < task.Warmups; run++) found = method.Attribute(context);
        var (seconds, busy) = (new double[task.Runs], new double[task.Runs]);
        for (var run = 0; run < task.Runs; run++)
        {
            var (start, before) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            found = method.Attribute(context);
            (seconds[run], busy[run]) = (Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - before).TotalSeconds);
        }
        var measured = new Measurement { Seconds = seconds, CpuSeconds = busy, PeakRssBytes = Machine.PeakResidentBytes, Threads = task.Threads, Onnxruntime = Machine.OnnxRuntimeVersion };
        if (task.Map is { } file) Npy.Write(file, Array.ConvertAll(found!.Maps[0].Values, value => (float)value), found.Maps[0].Shape, overwrite: true);
        Console.WriteLine(System.Text.Json.JsonSerializer.Serialize(measured, Measurement.Json));
    }
}
