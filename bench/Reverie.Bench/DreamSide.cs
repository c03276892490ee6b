using System.Diagnostics;
using Reverie.Dream;
using Reverie.Models;
using Reverie.Runtime;
using Reverie.Tensors;

namespace Reverie.Bench;

/// <summary>Reverie's side of a step of DeepDream: shift, gradient, normalised step, shift back, clip. What a dream does, by the library's own door.</summary>
internal static class DreamSide
{
    /// <summary>Measures steps and prints one line of JSON. The first of them compiles the graph, so there is at least one that does not count.</summary>
    public static void Measure(string model, string target, string input, int threads, int runs, int warmups)
    {
        using var network = Network.Load(model);
        var array = Npy.Read(input);
        var photo = network.ToPicture(array.ToFloat32(), (int)array.Shape[2], (int)array.Shape[3]);
        var dream = DeepDream.Google2015 with { Objective = Objective.Layer(target), Octaves = 1, Steps = Math.Max(1, warmups) + runs };
        var steps = new Steps();
        dream.Run(network, photo, steps, new() { Threads = threads });
        var found = new Measurement
        {
            Seconds = [.. Differences(steps.Times).TakeLast(runs)],
            CpuSeconds = [.. Differences(steps.Busy).TakeLast(runs)],
            PeakRssBytes = Machine.PeakResidentBytes,
            Threads = threads,
            Onnxruntime = Machine.OnnxRuntimeVersion,
        };
        Console.WriteLine(System.Text.Json.JsonSerializer.Serialize(found, Measurement.Json));
    }

    private static IEnumerable<double> Differences(List<double> times) => times.Zip(times.Skip(1), (before, after) => after - before);

    private sealed class Steps : IProgress<DreamProgress>
    {
        public List<double> Times { get; } = [];

        public List<double> Busy { get; } = [];

        public void Report(DreamProgress value)
        {
            Times.Add((double)Stopwatch.GetTimestamp() / Stopwatch.Frequency);
            Busy.Add(Environment.CpuUsage.TotalTime.TotalSeconds);
        }
    }
}
