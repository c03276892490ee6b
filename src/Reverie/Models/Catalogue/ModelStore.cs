namespace Reverie.Models.Catalogue;

/// <summary>
/// The folder of the user's cache where models are kept: <c>NAME.onnx</c>, with <c>NAME.card.json</c> and <c>NAME.source.json</c> beside it.
/// A model is there whole or not at all, whatever happens while it is put there, and any number of processes may work on one folder.
/// </summary>
public sealed class ModelStore
{
    /// <summary>Uses a folder; it is created when something is put there.</summary>
    /// <param name="folder">The folder; the one in the user's cache where null.</param>
    public ModelStore(string? folder = null) => Folder = Path.GetFullPath(folder ?? ModelRegistry.CacheFolder);

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>The file of a model, which may not exist.</summary>
    /// <exception cref="ReverieException">The name cannot be the name of a file.</exception>
    public string PathOf(string name) => Path.Combine(Folder, Checked(name) + ".onnx");

    /// <summary>Whether a model is there.</summary>
    public bool Has(string name) => File.Exists(PathOf(name));

    /// <summary>The names of the models that are there.</summary>
    public IReadOnlyList<string> Names => !Directory.Exists(Folder) ? []
        : [.. Directory.EnumerateFiles(Folder, "*.onnx").Select(file => Path.GetFileNameWithoutExtension(file)).Where(name => !name.StartsWith('.')).Order(StringComparer.Ordinal)];

    /// <summary>Where a model came from, or null where it was put there by hand.</summary>
    /// <exception cref="ReverieException">The note is damaged.</exception>
    public ModelSource? SourceOf(string name)
    {
        var path = Beside(name, ".source.json");
        return File.Exists(path) ? ModelSource.Parse(File.ReadAllText(path), path) : null;
    }

    /// <summary>Removes a model and what belongs to it, even what an interrupted download left.</summary>
    /// <returns>Whether there was anything.</returns>
    /// <exception cref="ReverieException">It may not be removed.</exception>
    public bool Remove(string name)
    {
        // The model goes first, so that no card or hash is ever missing beside one.
        string[] files = [PathOf(name), Beside(name, ".card.json"), Beside(name, ".source.json"), PartialOf(name)];
        var existing = Array.FindAll(files, File.Exists);
        try
        {
            foreach (var file in existing) File.Delete(file);
            File.Delete(Path.Combine(Folder, $".{name}.lock"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (existing.Length > 0) throw new ReverieException($"{name} cannot be removed: {exception.Message}", exception);
        }
        return existing.Length > 0;
    }

    /// <summary>The file in which a download grows.</summary>
    internal string PartialOf(string name) => Path.Combine(Folder, $".{Checked(name)}.part");

    internal string Beside(string name, string extension) => Path.Combine(Folder, Checked(name) + extension);

    /// <summary>Makes sure that the folder is there.</summary>
    /// <exception cref="ReverieException">It cannot be created.</exception>
    internal void Prepare()
    {
        try
        {
            Directory.CreateDirectory(Folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ReverieException($"the folder for models {Folder} cannot be created: {exception.Message}", exception);
        }
    }

    /// <summary>Puts a model there: its card and its source first, the model last, each in one step.</summary>
    internal void Put(string name, ModelCard? card, ModelSource source, Action<string> place)
    {
        if (card is not null) Text(Beside(name, ".card.json"), card.ToJson());
        Text(Beside(name, ".source.json"), source.ToJson());
        place(PathOf(name));

        static void Text(string path, string text) => AtomicFile.Write(path, overwrite: true, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));
    }

    private static string Checked(string name) =>
        name.Length is > 0 and <= 100 && !name.StartsWith('.') && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.')
            ? name
            : throw new ReverieException($"'{name}' cannot be the name of a model; use letters, digits, '-', '_' and '.'");
}
