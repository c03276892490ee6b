using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using Reverie.Runtime;

namespace Reverie.Bench;

/// <summary>Shows comparisons as a table (Markdown, so that it can be pasted) and as JSON.</summary>
internal static class Report
{
    private const string NotMeasured = "not measured";

    private static readonly JsonSerializerOptions Indented = new(Measurement.Json) { WriteIndented = true };

    public static void Print(IReadOnlyList<Comparison> comparisons, TextWriter to)
    {
        to.WriteLine("| work | ours s | PyTorch s | ratio | by round | fastest | CPU | ours MB | foretold MB | PyTorch MB | ratio | gradients differ by |");
        to.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var c in comparisons)
            to.WriteLine($"| {c.Work.Name} | {Number(c.OursJoined.Median, "F3")} | {Number(c.PyTorchJoined?.Median, "F3")} | {Number(c.TimeRatio, "F2")} | {Number(c.RoundRatio, "F2")} | {Number(c.BestRatio, "F2")} | {Number(c.CpuRatio, "F2")}"
                + $" | {Megabytes(c.OursJoined)} | {Number(c.OursJoined.ForetoldRssBytes / 1e6, "F0")} | {Megabytes(c.PyTorchJoined)} | {Number(c.MemoryRatio, "F2")} | {Number(c.GradientDifference, "E1")} |");
        to.WriteLine();
        to.WriteLine(Versions(comparisons));
    }

    public static void Write(IReadOnlyList<Comparison> comparisons, string path)
    {
        var report = new
        {
            versions = Versions(comparisons),
            works = comparisons.Select(c => new
            {
                c.Work.Name,
                c.Work.Model,
                c.Work.Target,
                c.Work.Size,
                c.Ours,
                pytorch = c.PyTorch,
                c.TimeRatio,
                c.RoundRatio,
                c.BestRatio,
                c.CpuRatio,
                c.MemoryRatio,
                c.GradientDifference,
            }),
        };
        AtomicFile.Write(path, overwrite: true, stream => JsonSerializer.Serialize(stream, report, Indented));
    }

    private static string Versions(IReadOnlyList<Comparison> comparisons)
    {
        var ours = comparisons[0].OursJoined;
        var theirs = comparisons.Select(c => c.PyTorchJoined).FirstOrDefault(each => each is not null);
        var reverie = typeof(CompiledGraph).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        return $"Reverie {reverie}, ONNX Runtime {ours.Onnxruntime}, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}; "
            + (theirs is null ? $"PyTorch {NotMeasured}" : $"PyTorch {theirs.Torch} with {theirs.Blas}, OMP_WAIT_POLICY {Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") ?? "as it comes"}") + $"; {ours.Threads} threads";
    }

    private static string Number(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? NotMeasured;

    private static string Megabytes(Measurement? side) => Number(side?.PeakRssBytes / 1e6, "F0");
}
