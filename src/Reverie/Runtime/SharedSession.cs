using Microsoft.ML.OnnxRuntime;

namespace Reverie.Runtime;

/// <summary>A session of ONNX Runtime that several compiled graphs may hold; the last to let go gives it back.</summary>
internal sealed class SharedSession(InferenceSession session, WeightFile? weights)
{
    private int _holders = 1;

    /// <summary>The session. Runs from several threads at once are allowed.</summary>
    public InferenceSession Session => session;

    /// <summary>The folder in which the weights were handed over, if there were enough of them; for tests.</summary>
    public string? WeightFolder => weights?.Folder;

    /// <summary>One holder more; false where the last has let go already.</summary>
    public bool TryHold()
    {
        for (var holders = Volatile.Read(ref _holders); holders > 0;)
        {
            var seen = Interlocked.CompareExchange(ref _holders, holders + 1, holders);
            if (seen == holders) return true;
            holders = seen;
        }
        return false;
    }

    /// <summary>One holder less.</summary>
    public void LetGo()
    {
        if (Interlocked.Decrement(ref _holders) > 0) return;
        session.Dispose();
        weights?.TryDelete();
    }
}
