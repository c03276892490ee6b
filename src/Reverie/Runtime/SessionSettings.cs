using Microsoft.ML.OnnxRuntime;
using Reverie.Runtime.Kernels;

namespace Reverie.Runtime;

/// <summary>The settings of a session.</summary>
internal static class SessionSettings
{
    /// <summary>Turns options into ONNX Runtime's own.</summary>
    /// <param name="options">Where and how to run.</param>
    /// <param name="weights">The folder of the external data, if there is any.</param>
    /// <param name="packs">Whether weights may be packed once more for faster matrix products.</param>
    /// <param name="profile">Where to record a profile, if one is wanted: the beginning of the file's path.</param>
    /// <param name="ownKernels">Whether the graph has operators of our own.</param>
    public static SessionOptions Create(RuntimeOptions options, string? weights, bool packs, string? profile, bool ownKernels)
    {
        if (!options.Arena) NativeHeap.GiveBackLargeBlocks();
        var settings = new SessionOptions
        {
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            IntraOpNumThreads = options.ThreadCount,
            InterOpNumThreads = 1,
            // A memory pattern is planned anew for every size and then held beside the arena's blocks: 2 to 5 % more memory, nothing faster.
            // The arena itself stays: without it GoogLeNet at 512x512 peaks a third higher and runs a tenth slower.
            EnableMemoryPattern = false,
            EnableCpuMemArena = options.Arena,
            GraphOptimizationLevel = options.Optimization switch
            {
                OptimizationLevel.None => GraphOptimizationLevel.ORT_DISABLE_ALL,
                OptimizationLevel.Basic => GraphOptimizationLevel.ORT_ENABLE_BASIC,
                OptimizationLevel.Extended => GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
                _ => GraphOptimizationLevel.ORT_ENABLE_ALL,
            },
        };
        try
        {
            // Threads that wait for work spin while a run is in flight, which makes many short operators faster, but not between runs:
            // what the caller does there, and other sessions, need the cores (measured: twice the time of a second session's runs).
            settings.AddSessionConfigEntry("session.force_spinning_stop", "1");
            if (options.SharesCores) settings.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
            if (!packs) settings.AddSessionConfigEntry("session.disable_prepacking", "1");
            if (ownKernels) KernelDomain.AddTo(settings);
            if (weights is not null) settings.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", weights);
            if (profile is not null)
            {
                settings.ProfileOutputPathPrefix = profile; // first: what follows takes it as it is then
                settings.EnableProfiling = true;
            }
            if (!options.Provider.Equals(Providers.Cpu, StringComparison.OrdinalIgnoreCase)) Providers.Append(settings, options.Provider);
            return settings;
        }
        catch
        {
            settings.Dispose();
            throw;
        }
    }
}
