namespace Reverie.Models;

/// <summary>A network that can be loaded by name.</summary>
/// <param name="Name">The name.</param>
/// <param name="Path">Its file; null for the embedded network.</param>
public sealed record ModelEntry(string Name, string? Path);

/// <summary>Knows the networks that can be loaded by name: the embedded one, and the .onnx files in the folders for models.</summary>
public static class ModelRegistry
{
    /// <summary>The name of the embedded network.</summary>
    public const string EmbeddedName = "reverie-s";

    /// <summary>The environment variable with further folders for models, separated like those of PATH.</summary>
    public const string FoldersVariable = "REVERIE_MODELS";

    /// <summary>The folder in the user's cache where models are kept; it may not exist.</summary>
    public static string CacheFolder
    {
        get
        {
            if (OperatingSystem.IsWindows()) return Under(Environment.SpecialFolder.LocalApplicationData, "Reverie", "models");
            if (OperatingSystem.IsMacOS()) return Under(Environment.SpecialFolder.UserProfile, "Library", "Caches", "reverie", "models");
            return Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache && Path.IsPathRooted(cache)
                ? Path.Combine(cache, "reverie", "models")
                : Under(Environment.SpecialFolder.UserProfile, ".cache", "reverie", "models");
        }
    }

    /// <summary>The folders that are looked through for models, in this order: those of <c>REVERIE_MODELS</c>, then the cache.</summary>
    public static IReadOnlyList<string> Folders =>
        [.. (Environment.GetEnvironmentVariable(FoldersVariable) ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), CacheFolder];

    /// <summary>All networks that can be loaded by name; where two folders hold a name, the first one counts.</summary>
    public static IReadOnlyList<ModelEntry> List()
    {
        var entries = new List<ModelEntry> { new(EmbeddedName, null) };
        foreach (var folder in Folders.Where(Directory.Exists))
            foreach (var file in Files(folder))
            {
                var name = Path.GetFileNameWithoutExtension(file);
                if (!entries.Exists(entry => entry.Name == name)) entries.Add(new(name, file));
            }
        return entries;
    }

    /// <summary>Finds a network by name or file.</summary>
    /// <exception cref="ReverieException">There is no such file or name; the message says which names there are.</exception>
    public static ModelEntry Find(string nameOrFile)
    {
        if (nameOrFile.Length == 0) throw new ReverieException("the name of the model is empty");
        if (nameOrFile == EmbeddedName) return new(EmbeddedName, null);
        if (File.Exists(nameOrFile)) return new(Path.GetFileNameWithoutExtension(nameOrFile), nameOrFile);
        var isPath = nameOrFile.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) || nameOrFile.AsSpan().IndexOfAny(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar) >= 0;
        if (isPath) throw new ReverieException(Directory.Exists(nameOrFile) ? $"{nameOrFile} is a folder, not a model file" : $"{nameOrFile} does not exist");
        var entries = List();
        if (!entries.Any(entry => entry.Name == nameOrFile) && Catalogue.ModelCatalogue.Find(nameOrFile) is { } published)
            throw new ReverieException($"{published.Title} is not on this machine yet; fetch it with 'reverie models pull {nameOrFile}'");
        return entries.FirstOrDefault(entry => entry.Name == nameOrFile)
            ?? throw new ReverieException($"{Onnx.Names.Unknown("model", nameOrFile, entries.Select(entry => entry.Name))}; give an .onnx file, or one of the names that 'reverie models list' shows");
    }

    private static IEnumerable<string> Files(string folder)
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder, "*.onnx").Order(StringComparer.Ordinal)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ReverieException($"the folder for models {folder} cannot be read: {exception.Message}", exception);
        }
    }

    private static string Under(Environment.SpecialFolder folder, params string[] parts) => Path.Combine([Environment.GetFolderPath(folder), .. parts]);
}
