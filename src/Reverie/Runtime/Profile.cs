using System.Text.Json;
using Microsoft.ML.OnnxRuntime;

namespace Reverie.Runtime;

/// <summary>The time that all operators of one kind took together.</summary>
/// <param name="Op">The operator after ONNX Runtime's own rewriting, such as <c>Conv</c> or <c>ReorderInput</c>.</param>
/// <param name="Calls">How often such an operator ran.</param>
/// <param name="Time">The time they took.</param>
public sealed record OperatorTime(string Op, int Calls, TimeSpan Time);

/// <summary>A recording by ONNX Runtime in a temporary folder.</summary>
internal sealed class Profile : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("reverie-profile-").FullName;
    private bool _ended;

    /// <summary>The beginning of the recording's path.</summary>
    public string Prefix => Path.Combine(_folder, "run");

    /// <summary>Ends the recording and sums it up by operator.</summary>
    public IReadOnlyList<OperatorTime> End(InferenceSession session)
    {
        if (_ended) throw new InvalidOperationException("the recording has already ended");
        _ended = true;
        using var stream = File.OpenRead(session.EndProfiling());
        using var events = JsonDocument.Parse(stream);
        return [.. events.RootElement.EnumerateArray()
            .Where(item => item.GetProperty("cat").GetString() == "Node" && item.GetProperty("name").GetString()!.EndsWith("_kernel_time", StringComparison.Ordinal))
            .GroupBy(item => item.GetProperty("args").GetProperty("op_name").GetString()!)
            .Select(group => new OperatorTime(group.Key, group.Count(), TimeSpan.FromMicroseconds(group.Sum(item => item.GetProperty("dur").GetInt64()))))
            .OrderByDescending(time => time.Time)];
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }
}
