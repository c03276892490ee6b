using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Reverie.Fuzz.Cases;

namespace Reverie.Fuzz.Running;

/// <summary>Starts workers until all cases are done: one that dies, hangs or has grown large is replaced, and the case that did it is kept.</summary>
internal sealed class Supervisor(ulong seed, string keep)
{
    private const double HangSeconds = 20, DeadSeconds = 240;
    private const long RestartBytes = 450_000_000;

    private readonly List<CaseResult> _results = [];

    /// <summary>Runs the cases, and tells of every defect as it is found.</summary>
    /// <returns>Their results.</returns>
    public IReadOnlyList<CaseResult> Run(long first, long count)
    {
        var folder = Directory.CreateTempSubdirectory("reverie-fuzz-").FullName;
        try
        {
            for (var next = first; next < first + count;) next = RunWorker(next, first + count - next, folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        return _results;
    }

    /// <summary>Runs one worker to its end; returns the number of the case to go on with.</summary>
    private long RunWorker(long first, long count, string folder)
    {
        using var process = Start(first, count, folder);
        var errors = process.StandardError.ReadToEndAsync();
        var (next, running) = (first, -1L);
        var (begun, busy) = (Stopwatch.StartNew(), TimeSpan.Zero);
        var line = process.StandardOutput.ReadLineAsync();
        while (true)
        {
            if (!line.Wait(TimeSpan.FromSeconds(0.5)))
            {
                if (running < 0 || ((process.TotalProcessorTime - busy).TotalSeconds < HangSeconds && begun.Elapsed.TotalSeconds < DeadSeconds)) continue;
                process.Kill();
                Worker.Keep(folder, Path.Combine(keep, $"{seed}-{running}"));
                Tell(Failed(running, "it hangs"));
                return running + 1;
            }
            if (line.Result is not { } text) break;
            line = process.StandardOutput.ReadLineAsync();
            if (long.TryParse(text, CultureInfo.InvariantCulture, out var index))
            {
                (running, begun, busy) = (index, Stopwatch.StartNew(), process.TotalProcessorTime);
                continue;
            }
            var result = JsonSerializer.Deserialize<CaseResult>(text)!;
            (next, running) = (result.Index + 1, -1);
            if (result.PeakBytes > RestartBytes && result is { Outcome: Outcome.Refused })
                result = result with { Outcome = Outcome.Defect, Defect = $"{result.PeakBytes / 1e6:0} MB resident to refuse it" };
            Tell(result);
        }
        process.WaitForExit();
        if (running < 0 && process.ExitCode == 0) return next;
        if (running < 0) throw new InvalidOperationException($"the worker ended with {process.ExitCode}: {errors.Result}");
        Worker.Keep(folder, Path.Combine(keep, $"{seed}-{running}"));
        Tell(Failed(running, $"the process dies with {process.ExitCode}: {errors.Result.ReplaceLineEndings(" ")}"));
        return running + 1;
    }

    private CaseResult Failed(long index, string defect) => new(index, new FuzzCase(seed, index).Kind, Outcome.Defect, "", defect, 0, 0, 0);

    private void Tell(CaseResult result)
    {
        _results.Add(result);
        if (_results.Count % 500 == 0) Console.Error.WriteLine($"{_results.Count} cases, {_results.Count(each => each.Outcome == Outcome.Defect)} defects");
        if (result.Defect is null) return;
        Console.WriteLine($"{seed}:{result.Index} ({result.Kind}) {result.Defect[..Math.Min(result.Defect.Length, 600)]}");
    }

    private Process Start(long first, long count, string folder)
    {
        var program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase)) start.ArgumentList.Add(Assembly.GetExecutingAssembly().Location);
        foreach (var argument in new[] { "worker", $"{seed}", $"{first}", $"{count}", folder, keep, $"{RestartBytes}" }) start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }
}
