using Microsoft.ML.OnnxRuntime;
using Reverie.Onnx;

namespace Reverie.Runtime.Memory;

/// <summary>A temporary folder into which a session writes the graph that it made of the one it was given.</summary>
internal sealed class OptimizedModelFile : IDisposable
{
    private const string Name = "optimized.onnx";

    private readonly string _folder;

    /// <summary>Makes a session write its graph.</summary>
    /// <exception cref="ReverieException">The temporary folder cannot be written to.</exception>
    public OptimizedModelFile(SessionOptions settings)
    {
        try
        {
            _folder = Directory.CreateTempSubdirectory("reverie-plan-").FullName;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ReverieException($"the temporary folder {Path.GetTempPath()} cannot be written to: {exception.Message}", exception);
        }
        settings.OptimizedModelFilePath = Path.Combine(_folder, Name);
        settings.AddSessionConfigEntry("session.optimized_model_external_initializers_file_name", "weights.bin");
        settings.AddSessionConfigEntry("session.optimized_model_external_initializers_min_size_in_bytes", "1024");
    }

    /// <summary>What the session wrote, once it is made.</summary>
    /// <param name="graph">The graph that it was given.</param>
    /// <param name="options">How it runs.</param>
    /// <param name="packs">Whether matrix products pack their weights, if these lie in a file; null where all constants lie in the model.</param>
    public MemoryPlan Plan(Graph graph, RuntimeOptions options, bool? packs)
    {
        var written = OptimizedGraph.Read(Path.Combine(_folder, Name), graph.Inputs);
        return new(written, options, packs is { } packed ? written.UnreadBytes(packed) : 0);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
