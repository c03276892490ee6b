using System.Globalization;
using System.Runtime.InteropServices;
using Reverie.Cli.Options;
using Reverie.Cli.Reports;
using Reverie.Explain;
using Reverie.Models;
using Reverie.Runtime;

namespace Reverie.Cli.Commands;

/// <summary><c>reverie doctor</c>: whether everything works on this machine.</summary>
internal sealed class DoctorCommand : ReverieCommand
{
    public DoctorCommand(SharedOptions shared) : base("doctor", "Look whether everything works on this machine; takes two seconds", shared) =>
        AddOptions([shared.Threads, shared.Provider, shared.Json, shared.Force, shared.Quiet]);

    protected override void Run(CommandContext context)
    {
        var problems = new List<string>();
        Line("reverie", JsonReport.Version);
        Line("system", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.RuntimeIdentifier}");
        Line("dotnet", RuntimeInformation.FrameworkDescription);
        Line("processor", $"{Machine.ProcessorName ?? "unknown"}; {string.Join(" ", Machine.ProcessorFeatures)}");
        Line("cores", $"{Machine.PhysicalCores} physical, {Environment.ProcessorCount} logical for this process; {context.Runtime.ThreadCount} threads");
        Line("memory", string.Create(CultureInfo.InvariantCulture, $"{Machine.MemoryBytes / 1e9:0.0} GB"));
        Line("onnxruntime", $"{Machine.OnnxRuntimeVersion}; providers: {string.Join(", ", Providers.Available())}");
        foreach (var folder in ModelRegistry.Folders) Line("models", FolderState(folder));
        Line("temporary", FolderState(Path.GetTempPath()));
        var ffmpeg = FindProgram("ffmpeg");
        Line("ffmpeg", ffmpeg ?? "not found: needed for video only (install the package ffmpeg)");

        var test = context.Report.Timed("selfTest", () => SelfTest.Run(context.Runtime, context.Cancellation));
        if (!test.Passed) problems.Add(string.Create(CultureInfo.InvariantCulture, $"the self-test failed: the gradient is off by {test.Error:0.0e+0}, more than rounding explains"));
        Line("self-test", string.Create(CultureInfo.InvariantCulture,
            $"{(test.Passed ? "passed" : "FAILED")}: a gradient at {test.Pixels} x {test.Pixels} takes {test.Time.TotalMilliseconds:0} ms and differs from float64 by {test.Error:0.0e+0}"));

        if (!CanWrite(Path.GetTempPath())) problems.Add($"the temporary folder {Path.GetTempPath()} cannot be written to; set TMPDIR to one that can");
        context.Report.Add("processor", new { name = Machine.ProcessorName, features = Machine.ProcessorFeatures, physicalCores = Machine.PhysicalCores, logicalCores = Environment.ProcessorCount });
        context.Report.Add("system", new { os = RuntimeInformation.OSDescription, runtime = RuntimeInformation.FrameworkDescription, onnxRuntime = Machine.OnnxRuntimeVersion, memoryBytes = Machine.MemoryBytes, ffmpeg });
        context.Report.Add("providers", Providers.Available());
        context.Report.Add("selfTest", new { passed = test.Passed, error = test.Error, seconds = test.Time.TotalSeconds });
        context.Report.Add("problems", problems);
        if (problems.Count == 0) return;
        context.Finish();
        throw new ReverieException(string.Join("; ", problems));

        void Line(string name, string text) => context.Write($"{name,-12} {text}");
    }

    private static string FolderState(string folder) =>
        !Directory.Exists(folder) ? $"{folder} (does not exist yet)" : CanWrite(folder) ? folder : $"{folder} (read only)";

    private static bool CanWrite(string folder)
    {
        try
        {
            using var file = new FileStream(Path.Combine(folder, $".reverie-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string? FindProgram(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? $"{name}.exe" : name)).FirstOrDefault(File.Exists);
}
