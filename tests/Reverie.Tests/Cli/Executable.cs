using System.Diagnostics;
using System.Globalization;

namespace Reverie.Tests.Cli;

/// <summary>The built command as a process of its own.</summary>
internal static class Executable
{
    /// <summary>Starts the command with its streams redirected.</summary>
    public static Process Start(params string[] arguments) => Start(arguments, []);

    /// <summary>Starts the command with its streams redirected and with variables of the environment; null takes one away.</summary>
    public static Process Start(string[] arguments, (string Name, string? Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Reverie.Cli.dll"));
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Runs the command to its end, watching its memory and time.</summary>
    public static Task<Outcome> Run(params string[] arguments) => Run(arguments, []);

    /// <summary>Runs the command to its end with variables of the environment.</summary>
    public static async Task<Outcome> Run(string[] arguments, (string Name, string? Value)[] environment)
    {
        var clock = Stopwatch.StartNew();
        using var process = Start(arguments, environment);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        var peak = 0L;
        // The high-water mark is gone with the process, so it is asked for until then.
        do peak = Math.Max(peak, PeakBytes(process));
        while (!process.WaitForExit(2));
        var time = clock.Elapsed;
        return new(process.ExitCode, await output, await error, time, peak);
    }

    private static long PeakBytes(Process process)
    {
        try
        {
            if (!OperatingSystem.IsLinux())
            {
                process.Refresh();
                return process.HasExited ? 0 : process.PeakWorkingSet64;
            }
            var line = File.ReadLines($"/proc/{process.Id}/status").FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024;
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException)
        {
            return 0;   // it has just ended
        }
    }

    internal sealed record Outcome(int Code, string Output, string Error, TimeSpan Time, long PeakBytes);
}
