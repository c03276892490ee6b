using Reverie.Models;
using Reverie.Runtime;

namespace Reverie.Video;

/// <summary>The workers of a video: one, or, where frames do not depend on each other, one for each that is made at the same time. Those share their sessions.</summary>
internal sealed class FrameWorkers : IDisposable
{
    // While one frame is resized, measured or at an operator too small for all cores, the other one computes; more would only take more memory. Two cores are busy with one frame already
    // (measured: the same time for both, and 230 MB more), four are not, nor is a GPU.
    private const int AtOnce = 2, FewestThreads = 4;

    private readonly List<IFrameWorker> _workers = [];
    private SessionCache? _own;

    private FrameWorkers() { }

    /// <summary>The workers.</summary>
    public IReadOnlyList<IFrameWorker> All => _workers;

    /// <summary>Opens as many as a method has work for.</summary>
    /// <exception cref="ReverieException">A setting of the method is out of range.</exception>
    public static FrameWorkers Open(VideoMethod method, Network network, RuntimeOptions options)
    {
        var workers = new FrameWorkers();
        try
        {
            var hasRoom = options.ThreadCount >= FewestThreads || !options.Provider.Equals(Providers.Cpu, StringComparison.OrdinalIgnoreCase);
            var count = method.HasIndependentFrames && hasRoom ? AtOnce : 1;
            if (count > 1 && options.Cache is null) options = options with { Cache = workers._own = new() };
            for (var index = 0; index < count; index++) workers._workers.Add(method.Open(network, options));
            return workers;
        }
        catch
        {
            workers.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var worker in _workers) worker.Dispose();
        _own?.Dispose();
    }
}
