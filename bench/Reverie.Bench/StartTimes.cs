using System.Diagnostics;
using System.Globalization;
using Reverie.Models;

namespace Reverie.Bench;

/// <summary>How long a user waits from the start of the process: for the help, and for the first picture of a dream at 256 pixels.</summary>
internal static class StartTimes
{
    /// <summary>The group's name on the command line.</summary>
    public const string Group = "start";

    private static readonly string Command = Path.Combine(AppContext.BaseDirectory, "Reverie.Cli.dll");

    /// <summary>Measures both, in turn, and prints a table.</summary>
    /// <exception cref="ReverieException">The command fails.</exception>
    public static void Measure(int runs, string scratch, TextWriter to)
    {
        var photo = Path.Combine(scratch, "start.png");
        CardCheck.Sample().Save(photo, overwrite: true);
        List<double> help = [], preview = [];
        for (var run = -1; run < runs; run++)   // the first brings the files into memory, and does not count
        {
            var (first, second) = (Help(), Preview(photo, Path.Combine(scratch, "start-trace")));
            if (run < 0) continue;
            help.Add(first);
            preview.Add(second);
        }
        to.WriteLine("| from process start | median s | fastest s | goal s |");
        to.WriteLine("|---|---|---|---|");
        to.WriteLine(Row("reverie --help", help, 0.2));
        to.WriteLine(Row("first picture of a dream at 256", preview, 2));
        to.WriteLine();
    }

    private static string Row(string name, List<double> seconds, double goal) =>
        string.Create(CultureInfo.InvariantCulture, $"| {name} | {Comparison.Median(seconds):F2} | {seconds.Min():F2} | {goal} |");

    private static double Help()
    {
        var clock = Stopwatch.StartNew();
        using var process = Start("--help");
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? clock.Elapsed.TotalSeconds : throw new ReverieException($"reverie --help ends with {process.ExitCode}");
    }

    // The trace holds the picture after every step, so its first file is the first that there is to see.
    private static double Preview(string photo, string trace)
    {
        if (Directory.Exists(trace)) Directory.Delete(trace, recursive: true);
        var clock = Stopwatch.StartNew();
        using var process = Start("dream", photo, "--size", "256", "--trace", trace, "-o", Path.ChangeExtension(photo, ".dream.png"), "--force", "--quiet");
        try
        {
            while (!Directory.Exists(trace) || !Directory.EnumerateFiles(trace, "round*.png").Any())
            {
                if (process.WaitForExit(2)) throw new ReverieException($"reverie dream ends with {process.ExitCode} before its first picture: {process.StandardError.ReadToEnd().Trim()}");
            }
            return clock.Elapsed.TotalSeconds;
        }
        finally
        {
            process.Kill();
            process.WaitForExit();
        }
    }

    private static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Command, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        return Process.Start(start)!;
    }
}
