using System.Security.Cryptography;
using Microsoft.ML.OnnxRuntime;

namespace Reverie.Runtime;

/// <summary>
/// A folder of graphs as ONNX Runtime optimised them, each in a folder named by its key: the graph, its weights, and the checksums of both.
/// Entries appear whole, by renaming; a damaged one counts as absent and is replaced.
/// </summary>
internal sealed class OptimizedGraphFolder
{
    private const string GraphFile = "graph.onnx", WeightsFile = "weights.bin", SumsFile = "sha256";

    private readonly string _path;

    /// <summary>Uses a folder, and makes it where it does not exist, for this user alone.</summary>
    /// <exception cref="ReverieException">It cannot be made.</exception>
    public OptimizedGraphFolder(string path)
    {
        _path = Path.GetFullPath(path);
        try
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(_path);
            else Directory.CreateDirectory(_path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ReverieException($"the folder {path} for optimised graphs cannot be made: {exception.Message}", exception);
        }
    }

    /// <summary>The path of a graph, if it is here and undamaged.</summary>
    public string? Find(string key)
    {
        var entry = Path.Combine(_path, key);
        try
        {
            return File.ReadAllText(Path.Combine(entry, SumsFile)) == Sums(entry) ? Path.Combine(entry, GraphFile) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Lets a session that is about to be made write its graph; <see cref="Pending.Keep"/> puts it in its place.</summary>
    /// <exception cref="ReverieException">The folder cannot be written to.</exception>
    public Pending Begin(string key, SessionOptions settings)
    {
        var folder = Path.Combine(_path, $".{Guid.NewGuid():N}.tmp");
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ReverieException($"the folder {_path} for optimised graphs cannot be written to: {exception.Message}", exception);
        }
        settings.OptimizedModelFilePath = Path.Combine(folder, GraphFile);
        settings.AddSessionConfigEntry("session.optimized_model_external_initializers_file_name", WeightsFile);
        settings.AddSessionConfigEntry("session.optimized_model_external_initializers_min_size_in_bytes", "1024");
        return new(folder, Path.Combine(_path, key));
    }

    private static string Sums(string folder)
    {
        var weights = Path.Combine(folder, WeightsFile);
        return Sum(Path.Combine(folder, GraphFile)) + (File.Exists(weights) ? Sum(weights) : "");
    }

    private static string Sum(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>An entry that is being written; disposed, it is gone unless it was kept.</summary>
    internal sealed class Pending(string folder, string target) : IDisposable
    {
        /// <summary>Puts the entry in its place. That it cannot be (the disk is full, another process was faster) costs the next process time, and nothing else.</summary>
        public void Keep()
        {
            try
            {
                File.WriteAllText(Path.Combine(folder, SumsFile), Sums(folder));
                if (Directory.Exists(target)) Directory.Delete(target, recursive: true); // damaged, or it would have been found
                Directory.Move(folder, target);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                Dispose();
            }
        }

        public void Dispose()
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }
}
