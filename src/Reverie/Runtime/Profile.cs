using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.ML.OnnxRuntime;
using Reverie.Onnx;

namespace Reverie.Runtime;

/// <summary>The time that all operators of one kind took together.</summary>
/// <param name="Op">The operator after ONNX Runtime's own rewriting, such as <c>Conv</c> or <c>ReorderInput</c>.</param>
/// <param name="Calls">How often such an operator ran.</param>
/// <param name="Time">The time they took.</param>
public sealed record OperatorTime(string Op, int Calls, TimeSpan Time);

/// <summary>The time that one operator took.</summary>
/// <param name="Tensor">The tensor that it computes; where several operators were fused, that of one of them. Null for what ONNX Runtime added, such as a reorder between two layouts.</param>
/// <param name="Op">The operator after ONNX Runtime's own rewriting.</param>
/// <param name="Calls">How often it ran.</param>
/// <param name="Time">The time of its fastest call: what it takes where nothing else keeps the machine busy.</param>
public sealed record TensorTime(string? Tensor, string Op, int Calls, TimeSpan Time);

/// <summary>A recording by ONNX Runtime in a temporary folder.</summary>
internal sealed partial class Profile : IDisposable
{
    private const string Suffix = "_kernel_time";

    private readonly string _folder = Directory.CreateTempSubdirectory("reverie-profile-").FullName;
    private readonly HashSet<string> _tensors = new(StringComparer.Ordinal);
    private bool _ended;

    private sealed record Event(string Node, string Op, TimeSpan Time);

    /// <summary>The beginning of the recording's path.</summary>
    public string Prefix => Path.Combine(_folder, "run");

    /// <summary>Names every operator of a graph after the first tensor that it computes: the recording knows operators by name alone.</summary>
    public void Name(Graph graph)
    {
        foreach (var node in graph.Nodes) _tensors.Add(node.Name = node.Outputs.First(output => output.Length > 0));
    }

    /// <summary>Ends the recording and sums it up by operator.</summary>
    public IReadOnlyList<OperatorTime> ByOperator(InferenceSession session) =>
        [.. End(session).GroupBy(item => item.Op)
            .Select(group => new OperatorTime(group.Key, group.Count(), new TimeSpan(group.Sum(item => item.Time.Ticks))))
            .OrderByDescending(time => time.Time)];

    /// <summary>Ends the recording and sums it up by the tensor that each operator computes.</summary>
    public IReadOnlyList<TensorTime> ByTensor(InferenceSession session) =>
        [.. End(session).GroupBy(item => (item.Node, item.Op)).Select(group => new TensorTime(TensorOf(group.Key.Node), group.Key.Op, group.Count(), group.Min(item => item.Time)))];

    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    private List<Event> End(InferenceSession session)
    {
        if (_ended) throw new InvalidOperationException("the recording has already ended");
        _ended = true;
        using var stream = File.OpenRead(session.EndProfiling());
        using var events = JsonDocument.Parse(stream);
        return [.. events.RootElement.EnumerateArray()
            .Where(item => item.GetProperty("cat").GetString() == "Node" && item.GetProperty("name").GetString()!.EndsWith(Suffix, StringComparison.Ordinal))
            .Select(item => new Event(item.GetProperty("name").GetString()![..^Suffix.Length], item.GetProperty("args").GetProperty("op_name").GetString()!,
                TimeSpan.FromMicroseconds(item.GetProperty("dur").GetInt64())))];
    }

    // What ONNX Runtime makes of an operator bears its name: "x", "x_nchwc" in the blocked layout, "fused x" with its activation, "x_token_7" where a name was taken.
    private string? TensorOf(string node)
    {
        if (_tensors.Contains(node)) return node;
        var name = Numbered().Replace(node, "");
        if (name.StartsWith("fused ", StringComparison.Ordinal)) name = name["fused ".Length..];
        if (_tensors.Contains(name)) return name;
        return name.EndsWith("_nchwc", StringComparison.Ordinal) && _tensors.Contains(name[..^"_nchwc".Length]) ? name[..^"_nchwc".Length] : null;
    }

    [GeneratedRegex("_token_[0-9]+$")]
    private static partial Regex Numbered();
}
