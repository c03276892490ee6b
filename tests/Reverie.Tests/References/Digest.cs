using System.Text.Json;

namespace Reverie.Tests.References;

/// <summary>What the stored references keep of an array: samples, and projections that stand for the whole of it.</summary>
internal sealed record Digest(double L2, double[] Samples, double[] Projections)
{
    public static Digest Of(JsonElement json) => new(
        json.GetProperty("l2").GetDouble(),
        [.. json.GetProperty("samples").EnumerateArray().Select(value => value.GetDouble())],
        [.. json.GetProperty("projections").EnumerateArray().Select(value => value.GetDouble())]);

    /// <summary>
    /// The relative L2 error of an array: estimated from the projections (each has the expected square of the difference's norm), or from the samples if these tell worse.
    /// </summary>
    public double ErrorOf(double[] values)
    {
        var projected = HashPicture.Project(values);
        var fromProjections = Math.Sqrt(projected.Zip(Projections, (a, b) => (a - b) * (a - b)).Average());
        var places = HashPicture.SamplePlaces(values.Length);
        var fromSamples = Math.Sqrt(places.Select((place, index) => values[place] - Samples[index]).Average(difference => difference * difference) * values.Length);
        return Math.Max(fromProjections, fromSamples) / L2;
    }
}
