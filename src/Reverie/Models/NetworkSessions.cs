using Reverie.Onnx;
using Reverie.Runtime;

namespace Reverie.Models;

/// <summary>The sessions that a network has compiled, by the tensor that they compute and the options they run with.</summary>
internal sealed class NetworkSessions
{
    private readonly Dictionary<(string Tensor, RuntimeOptions Options), CompiledGraph> _sessions = [];

    /// <summary>The session for a tensor, compiled where there is none yet.</summary>
    public CompiledGraph Get(string tensor, RuntimeOptions options, Func<Graph> graph)
    {
        lock (_sessions)
        {
            if (!_sessions.TryGetValue((tensor, options), out var compiled)) _sessions[(tensor, options)] = compiled = CompiledGraph.Compile(graph(), options);
            return compiled;
        }
    }

    /// <summary>Gives all sessions back.</summary>
    public void Clear()
    {
        lock (_sessions)
        {
            foreach (var session in _sessions.Values) session.Dispose();
            _sessions.Clear();
        }
    }
}
