using System.Security.Cryptography;
using Reverie.Onnx;

namespace Reverie.Models.Catalogue;

/// <summary>
/// Fetches a network of the catalogue into the store: resumed where an earlier try was cut off, checked against the published hash, imported where it
/// is weights alone, and put in place in one step.
/// </summary>
public sealed class ModelPull
{
    /// <summary>The network to fetch.</summary>
    public required CatalogueEntry Entry { get; init; }

    /// <summary>A folder of downloads, or the address of one, to use instead of the published addresses.</summary>
    public string? From { get; init; }

    /// <summary>Whether the classifier is cut off: dreams and styles need only the layers before it, in VGG a seventh of the file.</summary>
    public bool Strip { get; init; }

    /// <summary>How HTTP requests are made; by default with the system's proxy.</summary>
    public Func<HttpMessageHandler> Handler { get; init; } = () => new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(15), MaxAutomaticRedirections = 8 };

    /// <summary>How long a server may send nothing.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long to wait before a second try.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Called once if another process is fetching the same network, which is then waited for.</summary>
    public Action? Waiting { get; init; }

    /// <summary>Fetches the network; does nothing where the store has it.</summary>
    /// <returns>The file.</returns>
    /// <exception cref="ReverieException">It cannot be fetched, is not what was published, or the disk is full.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; what has arrived is kept for the next try.</exception>
    public async Task<string> RunAsync(ModelStore store, IProgress<DownloadProgress>? progress = null, CancellationToken cancellation = default)
    {
        store.Prepare();
        using var held = await StoreLock.TakeAsync(store.Folder, Entry.Name, Waiting, cancellation).ConfigureAwait(false);
        if (store.Has(Entry.Name)) return store.PathOf(Entry.Name);
        var partial = store.PartialOf(Entry.Name);
        try
        {
            var (hash, from) = await FetchAsync(partial, progress, cancellation).ConfigureAwait(false);
            Install(store, partial, hash, from);
        }
        catch (IOException exception)
        {
            throw new ReverieException($"{Entry.Name} cannot be written to {store.Folder}: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
        catch (ReverieException exception) when (exception.InnerException is null && exception.Message.StartsWith("the file could not", StringComparison.Ordinal))
        {
            throw new ReverieException($"{Entry.Name}: {exception.Message}; without a network, put {Entry.FileName} into a folder and name it with --from", exception);
        }
        return store.PathOf(Entry.Name);
    }

    private async Task<(string Hash, string From)> FetchAsync(string partial, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        if (From is not null && !IsAddress(From)) return (Copy(partial, progress, cancellation), From);
        using var client = new HttpClient(Handler(), disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("reverie");
        var addresses = From is null ? Entry.Urls : [$"{From.TrimEnd('/')}/{Entry.FileName}"];
        var download = new Download(client, partial, Entry.Bytes, Entry.Sha256, Entry.Sha256Prefix) { Patience = Patience, Pause = Pause };
        return (await download.FetchAsync([.. addresses.Select(address => new Uri(address))], progress, cancellation).ConfigureAwait(false), addresses[0]);
    }

    private string Copy(string partial, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        var path = File.Exists(From) ? From : Path.Combine(From!, Entry.FileName);
        using var source = InputFile.Open(path, "model");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using (var target = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 16))
        {
            var buffer = new byte[1 << 20];
            for (int read; (read = source.Read(buffer)) > 0;)
            {
                cancellation.ThrowIfCancellationRequested();
                hash.AppendData(buffer.AsSpan(0, read));
                target.Write(buffer.AsSpan(0, read));
                progress?.Report(new(target.Position, source.Length, path));
            }
        }
        var found = Convert.ToHexStringLower(hash.GetHashAndReset());
        if ((Entry.Sha256 is { } expected && found != expected) || (Entry.Sha256Prefix is { } prefix && !found.StartsWith(prefix, StringComparison.Ordinal)))
        {
            File.Delete(partial);
            throw new ReverieException($"{path} is not the file that is published as {Entry.Name} (its SHA-256 is {found})");
        }
        return found;
    }

    private void Install(ModelStore store, string partial, string hash, string from)
    {
        try
        {
            var asItIs = Entry.FileName.EndsWith(".onnx", StringComparison.Ordinal) && !Strip;
            var model = ModelImport.Read(partial);
            // What cannot be read is of no use in the store, whatever its hash.
            var graph = CanonicalModel.From(model).Graph;
            // The catalogue knows good layers from documents, which may tell of another version of the file.
            var card = Entry.Card is { } known ? known with { Layers = known.Layers.Within(graph) } : null;
            if (Strip) model = Classifier.CutOff(model, card);
            var source = new ModelSource { From = from, FetchedSha256 = hash, Sha256 = hash, Published = Entry.Sha256 is not null, Stripped = Strip };
            if (asItIs)
            {
                store.Put(Entry.Name, card, source, path => File.Move(partial, path, overwrite: true));
                return;
            }
            var made = store.Beside(Entry.Name, ".onnx") + $".{Guid.NewGuid():N}.tmp";
            try
            {
                model.Write(made);
                using var stream = File.OpenRead(made);
                source = source with { Sha256 = Convert.ToHexStringLower(SHA256.HashData(stream)) };
                store.Put(Entry.Name, Strip ? null : card, source, path => File.Move(made, path, overwrite: true));
            }
            finally
            {
                File.Delete(made);
            }
            File.Delete(partial);
        }
        catch (ReverieException exception)
        {
            File.Delete(partial);
            throw new ReverieException($"what was fetched as {Entry.Name} cannot be used: {exception.Message}", exception);
        }
    }

    private static bool IsAddress(string text) => text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
}
