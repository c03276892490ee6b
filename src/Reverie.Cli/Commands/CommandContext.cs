using System.CommandLine;
using Reverie.Cli.Options;
using Reverie.Cli.Reports;
using Reverie.Models;
using Reverie.Recomputation;
using Reverie.Runtime;
using Reverie.Runtime.Memory;

namespace Reverie.Cli.Commands;

/// <summary>What a running command works with: the values of its options, where to write, how to report and when to stop.</summary>
internal sealed class CommandContext : IDisposable
{
    private readonly ParseResult _parse;
    private readonly SharedOptions _shared;
    private ProgressDisplay? _progress;
    private SessionCache? _cache;

    /// <summary>Checks what every command has in common, before any work.</summary>
    /// <exception cref="ReverieException">The report's file cannot be written, there is no such provider, or the memory allowed is no amount.</exception>
    public CommandContext(ParseResult parse, SharedOptions shared, CancellationToken cancellation)
    {
        (_parse, _shared, Cancellation) = (parse, shared, cancellation);
        Console = (CommandConsole)parse.InvocationConfiguration;
        Report = new(parse.CommandResult.Command.Name);
        Providers.EnsureKnown(Runtime.Provider);
        Memory = Value(shared.Memory) is { } memory ? MemoryBudget.Parse(memory) : null;
        Outputs = new(Force);
        if (JsonTarget is not (null or "-")) Outputs.Claim(JsonTarget, "--json");
    }

    /// <summary>Set when the user asks to stop.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>What <c>--memory</c> allows; null without it.</summary>
    public MemoryBudget? Memory { get; }

    /// <summary>What the process returns when the command comes to its end; other ends have codes of their own.</summary>
    public int ExitCode { get; set; } = ExitCodes.Done;

    /// <summary>Where to write.</summary>
    public CommandConsole Console { get; }

    /// <summary>What <c>--json</c> will hold.</summary>
    public JsonReport Report { get; }

    /// <summary>The files that the command will write; each is claimed before any work.</summary>
    public OutputFiles Outputs { get; }

    /// <summary>Whether <c>--quiet</c> is given.</summary>
    public bool Quiet => Value(_shared.Quiet);

    /// <summary>Whether <c>--force</c> is given.</summary>
    public bool Force => Value(_shared.Force);

    /// <summary>Where and how to compute, from <c>--provider</c>, <c>--threads</c> and <c>--cache</c>.</summary>
    /// <exception cref="ReverieException">The folder of <c>--cache</c> cannot be made.</exception>
    public RuntimeOptions Runtime => new() { Provider = Value(_shared.Provider) ?? Providers.Cpu, Threads = Value(_shared.Threads), Cache = Cache };

    /// <summary>The sessions that <c>--cache</c> keeps; null without it.</summary>
    /// <exception cref="ReverieException">Its folder cannot be made.</exception>
    public SessionCache? Cache => _cache ??= Value(_shared.Cache) is { } folder ? new(folder: folder) : null;

    /// <summary>Whether a JSON report is asked for.</summary>
    public bool ReportsJson => JsonTarget is not null;

    private string? JsonTarget => Value(_shared.Json);

    /// <summary>The value of an option; the type's default where the command has no such option or it is not given.</summary>
    public T? Value<T>(Option<T> option) => _parse.GetResult(option) is { } result ? result.GetValueOrDefault<T>() : option.HasDefaultValue ? (T?)option.GetDefaultValue() : default;

    /// <summary>The value of an argument.</summary>
    public T? Value<T>(Argument<T> argument) => _parse.GetValue(argument);

    /// <summary>Whether the user gave an option.</summary>
    public bool Given(Option option) => _parse.GetResult(option) is { Implicit: false };

    /// <summary>The network that <c>--model</c> names, or the embedded one.</summary>
    /// <exception cref="ReverieException">There is no such network, or it cannot be read.</exception>
    public Network LoadNetwork()
    {
        var network = Value(_shared.Model) is { } model ? Network.Load(model) : Network.Embedded;
        Report.Add("model", new { name = network.Card.Name, sha256 = network.Sha256, inferredCard = network.Card.Inferred });
        return network;
    }

    /// <summary>
    /// Adds to the report what memory was allowed and foretold, and what was done to keep within it; the real peak is added at its end. Where making the session took
    /// more than runs will, that is the process's peak, and what is reported.
    /// </summary>
    public void ReportMemory(MemoryPrediction? prediction, RecomputationPlan plan)
    {
        Report.Add("memory", new { allowedBytes = Memory?.Bytes, predictedBytes = prediction is null ? (long?)null : Math.Max(prediction.PeakBytes, Machine.PeakResidentBytes), plan.Arena, recomputed = plan.Segments });
        if (plan.Segments.Count > 0) Say($"to keep within {Memory}, parts of the network are computed twice");
    }

    /// <summary>Writes a line of results to standard output (unless that holds the JSON report).</summary>
    public void Write(string line)
    {
        if (JsonTarget != "-") Console.Output.WriteLine(line);
    }

    /// <summary>Writes a message to standard error.</summary>
    public void Say(string line)
    {
        if (Quiet) return;
        _progress?.Dispose();
        Console.Error.WriteLine(line);
    }

    /// <summary>Begins to show the progress of a piece of work; the last one shown is cleared.</summary>
    public ProgressDisplay Progress(string title)
    {
        _progress?.Dispose();
        return _progress = new(Console, title, Quiet);
    }

    /// <summary>Writes the report where <c>--json</c> asks for it.</summary>
    public void Finish()
    {
        _progress?.Dispose();
        if (JsonTarget is not { } target) return;
        var json = Report.ToJson();
        if (target == "-") Console.Output.WriteLine(json);
        else Keep(target, path => AtomicFile.Write(path, Force, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(json + "\n"))));
    }

    /// <summary>Writes a file that was claimed; where another program has taken its name meanwhile, under a numbered name beside it, and says so.</summary>
    /// <returns>Where it was written.</returns>
    public string Keep(string target, Action<string> write)
    {
        var path = Outputs.Keep(target, write);
        if (path != target) Warn($"'{target}' has come into being meanwhile and is left as it is; the result is in '{path}'");
        return path;
    }

    /// <summary>Writes to standard error what must be said even with <c>--quiet</c>.</summary>
    private void Warn(string line)
    {
        _progress?.Dispose();
        Console.Error.WriteLine(line);
    }

    /// <summary>Clears what progress is shown.</summary>
    public void Dispose()
    {
        _progress?.Dispose();
        _cache?.Dispose();
    }
}
