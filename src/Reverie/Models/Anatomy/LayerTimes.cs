using System.Diagnostics;
using Reverie.Runtime;

namespace Reverie.Models.Anatomy;

/// <summary>How long a network's operators take, as ONNX Runtime's profiler records it.</summary>
internal static class LayerTimes
{
    private const int Fewest = 4, Most = 40;
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(1);

    /// <summary>Runs the network some times, for about a second, and gives the time of each operator.</summary>
    /// <param name="network">The network.</param>
    /// <param name="shape">The shape of the input.</param>
    /// <param name="options">Where and how to run.</param>
    /// <param name="cancellation">Ends the run in flight.</param>
    public static IReadOnlyList<TensorTime> Measure(Network network, long[] shape, RuntimeOptions options, CancellationToken cancellation)
    {
        using var compiled = CompiledGraph.Compile(network.Graph, options, profile: true, cancellation: cancellation);
        var values = new float[shape.Aggregate(1L, (product, size) => product * size)];
        var random = new Random(1); // zeros would be faster than any picture where they stay zeros
        for (var index = 0; index < values.Length; index++) values[index] = random.NextSingle() * 2 - 1;
        var feed = new Dictionary<string, RuntimeTensor> { [network.Input] = RuntimeTensor.Of(values, shape) };
        var watch = Stopwatch.StartNew();
        for (var run = 0; run < Fewest || (run < Most && watch.Elapsed < Long); run++) compiled.Run(feed, cancellation: cancellation).Dispose();
        return compiled.EndProfileByTensor();
    }
}
