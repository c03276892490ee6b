using Reverie.Dream.Visualisation;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Onnx;
using Reverie.Runtime;

namespace Reverie.Dream.Reports;

/// <summary>Whether another network sees in a dream more than in noise of the same strength and spectrum: what only the network that dreamt can see is a trick played on it.</summary>
internal static class Transfer
{
    private const int Noises = 6;

    /// <summary>Measures.</summary>
    /// <param name="network">The network that dreamt.</param>
    /// <param name="layer">Its layer.</param>
    /// <param name="judge">The other network.</param>
    /// <param name="before">The picture, small.</param>
    /// <param name="after">The dream, small.</param>
    /// <param name="options">Where and how to run.</param>
    /// <param name="cancellation">Ends the run in flight.</param>
    /// <returns>What it sees; null where it has no layer to compare.</returns>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static TransferCard? Measure(Network network, string layer, Network judge, Picture before, Picture after, RuntimeOptions? options, CancellationToken cancellation)
    {
        if (TrunkLayers.Of(judge) is not { Count: > 0 } trunk) return null;
        var depth = Depth(network, layer);
        var other = trunk.MinBy(candidate => Math.Abs(Depth(judge, candidate) - depth))!;
        if (Energy(before) is not (> 0 and var original)) return null;
        var (dream, noises) = (Energy(after), Enumerable.Range(0, Noises).Select(noise => Energy(Scrambled(before, after, (uint)noise))).ToList());
        var mean = noises.Average();
        var deviation = Math.Sqrt(noises.Sum(noise => Math.Pow(noise - mean, 2)) / (Noises - 1));
        return new(judge.Name, other, dream / original, mean / original, deviation > 0 ? (dream - mean) / deviation : 0, SameTop(network, judge, after, options, cancellation));

        double Energy(Picture picture) => SeenSmall.Energies(judge, other, picture, options, cancellation).Sum();
    }

    // How deep a layer is in a network: its place among the operators, the trunk's last being 1.
    private static double Depth(Network network, string layer)
    {
        var (graph, trunk) = (network.Graph, TrunkLayers.Of(network));
        var end = trunk.Count > 0 ? Place(graph, trunk[^1]) : graph.Nodes.Count;
        return Math.Min(1, (Place(graph, graph.Resolve(layer)) + 1.0) / (end + 1.0));
    }

    private static int Place(Graph graph, string tensor) => graph.Nodes.FindIndex(node => node.Outputs.Contains(tensor));

    // The picture with the change's spectrum in random phases, the same ones in every colour.
    private static Picture Scrambled(Picture before, Picture after, uint number)
    {
        var (fft, plane) = (new RealFft2(before.Height, before.Width), before.Height * before.Width);
        float[] noise = new float[plane], phases = new float[2 * before.Height * fft.HalfWidth], spectrum = new float[phases.Length], change = new float[plane];
        new CounterRandom(0, stream: 0x7261, index: number).FillNormal(noise);
        fft.Forward(noise, phases);
        var result = new Picture(before.Height, before.Width);
        for (var channel = 0; channel < 3; channel++)
        {
            for (var index = 0; index < plane; index++) change[index] = after.Rgb[channel * plane + index] - before.Rgb[channel * plane + index];
            fft.Forward(change, spectrum);
            for (var index = 0; index < spectrum.Length; index += 2)
            {
                var length = MathF.Sqrt(phases[index] * phases[index] + phases[index + 1] * phases[index + 1]);
                if (length == 0) continue;
                var (cos, sin) = (phases[index] / length, phases[index + 1] / length);
                (spectrum[index], spectrum[index + 1]) = (spectrum[index] * cos - spectrum[index + 1] * sin, spectrum[index] * sin + spectrum[index + 1] * cos);
            }
            fft.Inverse(spectrum, change);
            for (var index = 0; index < plane; index++) result.Rgb[channel * plane + index] = Math.Clamp(before.Rgb[channel * plane + index] + change[index], 0, 1);
        }
        return result;
    }

    private static bool? SameTop(Network network, Network judge, Picture picture, RuntimeOptions? options, CancellationToken cancellation)
    {
        if (network.Labels is null || judge.Labels is null || network.Labels.Count != judge.Labels.Count || network.Labels.Short(0) != judge.Labels.Short(0)) return null;
        return network.Classify(network.ToInput(network.Crop(picture)), 1, options, cancellation)[0][0].Label == judge.Classify(judge.ToInput(judge.Crop(picture)), 1, options, cancellation)[0][0].Label;
    }
}
