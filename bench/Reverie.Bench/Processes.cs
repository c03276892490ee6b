using System.Diagnostics;
using System.Reflection;

namespace Reverie.Bench;

/// <summary>Runs each side in a fresh process.</summary>
internal static class Processes
{
    // glibc gives freed memory back and takes it again, page by page, which costs time (README.md has the numbers). Neither side is made to:
    // large blocks come from the heap, which never shrinks.
    private static readonly Dictionary<string, string> Allocator = new() { ["MALLOC_TRIM_THRESHOLD_"] = "8000000000", ["MALLOC_MMAP_MAX_"] = "0" };

    /// <summary>What a process left behind.</summary>
    internal sealed record Outcome(int ExitCode, string Output, string Error)
    {
        /// <summary>The last line that it wrote to its standard error: the one that says what is wrong.</summary>
        public string Complaint => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? $"exit code {ExitCode}";
    }

    /// <summary>Runs this program again with other arguments.</summary>
    public static Outcome Self(IEnumerable<string> arguments)
    {
        var program = Environment.ProcessPath!;
        var hosted = Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        return Run(program, hosted ? [Assembly.GetExecutingAssembly().Location, .. arguments] : arguments);
    }

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="ReverieException">It cannot be started.</exception>
    public static Outcome Run(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in Allocator) start.Environment.TryAdd(name, value); // what the caller has set stays
        try
        {
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return new(process.ExitCode, output, error.Result);
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new ReverieException($"cannot start '{program}': {exception.Message}", exception);
        }
    }
}
