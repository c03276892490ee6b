namespace Reverie.Runtime;

/// <summary>
/// Large constants on their way to ONNX Runtime, which maps them from a file: they then cost neither a copy inside a serialised model
/// nor its 2 GiB limit. The file lies in a folder of its own that only this user can open.
/// </summary>
internal sealed class WeightFile
{
    /// <summary>The name by which the model refers to the file.</summary>
    public const string Name = "weights.bin";

    private WeightFile(string folder) => Folder = folder;

    public string Folder { get; }

    /// <summary>Makes the file and lets <paramref name="write"/> fill it.</summary>
    /// <exception cref="ReverieException">The temporary folder cannot be written to, or its disk is full.</exception>
    public static WeightFile Create(Action<Stream> write)
    {
        WeightFile? file = null;
        try
        {
            file = new(Directory.CreateTempSubdirectory("reverie-").FullName);
            using var stream = new FileStream(Path.Combine(file.Folder, Name), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
            write(stream);
            return file;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            file?.TryDelete();
            throw new ReverieException($"weights cannot be written to the temporary folder {Path.GetTempPath()} ({exception.Message}); free space there, or set {Variable} to another folder", exception);
        }
        catch
        {
            file?.TryDelete();
            throw;
        }
    }

    /// <summary>Deletes file and folder. False where the system forbids it while the file is mapped (Windows).</summary>
    public bool TryDelete()
    {
        try
        {
            Directory.Delete(Folder, recursive: true);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string Variable => OperatingSystem.IsWindows() ? "TMP" : "TMPDIR";
}
