using System.Text.Json;
using Reverie.Explain;

namespace Reverie.Tests.Explain.Golden;

/// <summary>
/// Literal numbers from Captum's own tests, and numbers derived by hand, as plain graphs in JSON: every file of the folder that REVERIE_CASES_DIR names, else of ../shared/cases.
/// </summary>
public sealed class GoldenCaseTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(Precision.Float64)]
    [InlineData(Precision.Float32)]
    public void Every_golden_case_holds(Precision precision)
    {
        var folder = Environment.GetEnvironmentVariable("REVERIE_CASES_DIR") is { Length: > 0 } named ? named : Shared.Require("cases");
        var files = Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal).ToList();
        Assert.NotEmpty(files);
        var (ran, failures) = (0, new List<string>());
        foreach (var file in files)
        {
            using var document = JsonDocument.Parse(File.ReadAllText(file));
            foreach (var json in document.RootElement.GetProperty("cases").EnumerateArray())
            {
                var golden = new GoldenCase(json, document.RootElement.GetProperty("networks").GetProperty(json.GetProperty("network").GetString()!));
                if (Problem(golden, precision) is { } problem) failures.Add($"{golden.Id}: {problem}");
                ran++;
            }
        }
        output.WriteLine($"{ran} golden cases ran, {ran - failures.Count} hold ({string.Join(", ", files.Select(Path.GetFileName))})");
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    private static string? Problem(GoldenCase golden, Precision precision)
    {
        try
        {
            using var subject = new Subject(golden.Function, precision);
            var result = GoldenMethods.Run(golden, subject);
            var expected = golden.Expected;
            if (result.Maps.Count != expected.Count) return $"{result.Maps.Count} maps where {expected.Count} are expected";
            for (var index = 0; index < expected.Count; index++)
            {
                var map = result.Maps[index];
                if (map.Values.Length != expected[index].Values.Length) return $"the map is {map} where {expected[index]} is expected";
                var worst = map.Values.Zip(expected[index].Values, (found, wanted) => Math.Abs(found - wanted)).Max();
                if (!(worst <= golden.Tolerance)) return $"off by {worst:G3}, tolerance {golden.Tolerance}: [{string.Join(", ", map.Values.Take(12).Select(value => value.ToString("G6")))}]";
            }
            if (golden.ExpectedDelta is not { } deltas) return null;
            if (result.Deltas is not { } found || found.Length != deltas.Length) return "no deltas where they are expected";
            var miss = found.Zip(deltas, (one, other) => Math.Abs(one - other)).Max();
            return miss <= golden.Tolerance ? null : $"delta off by {miss:G3}";
        }
        catch (Exception exception) when (exception is NotSupportedException or ReverieException)
        {
            return exception.Message;
        }
    }
}
