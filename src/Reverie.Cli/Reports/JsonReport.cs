using System.Diagnostics;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reverie.Models;
using Reverie.Runtime;

namespace Reverie.Cli.Reports;

/// <summary>
/// The machine-readable report of one command: its name, Reverie's version, what the command adds, timings in seconds and the process's peak memory.
/// </summary>
internal sealed class JsonReport
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly JsonObject _content;
    private readonly JsonObject _seconds = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>Starts the report and its clock.</summary>
    public JsonReport(string command) => _content = new() { ["command"] = command, ["version"] = Version };

    /// <summary>Reverie's version.</summary>
    public static string Version { get; } =
        typeof(Network).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>Adds a value under a name, as JSON with names in camelCase.</summary>
    public void Add(string name, object? value) => _content[name] = JsonSerializer.SerializeToNode(value, Format);

    /// <summary>Does a piece of work and records under a name how long it took.</summary>
    public T Timed<T>(string name, Func<T> work)
    {
        var start = _clock.Elapsed;
        var result = work();
        _seconds[name] = Math.Round((_clock.Elapsed - start).TotalSeconds, 4);
        return result;
    }

    /// <summary>The report as text.</summary>
    public string ToJson()
    {
        _seconds["total"] = Math.Round(_clock.Elapsed.TotalSeconds, 4);
        _content["seconds"] = _seconds;
        _content["peakResidentBytes"] = Machine.PeakResidentBytes;
        return _content.ToJsonString(Format);
    }
}
