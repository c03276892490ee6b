using System.Security.Cryptography;

namespace Reverie.Models.Catalogue;

/// <summary>Puts a network of the user's own into the store.</summary>
public sealed class ModelAddition
{
    /// <summary>An .onnx file, or weights that <see cref="ModelImport"/> reads.</summary>
    public required string File { get; init; }

    /// <summary>The name to use it by.</summary>
    public required string Name { get; init; }

    /// <summary>A card, or null for the model's own or an inferred one.</summary>
    public string? CardFile { get; init; }

    /// <summary>The description of a Caffe network, or null.</summary>
    public string? Prototxt { get; init; }

    /// <summary>Whether a network of that name is replaced.</summary>
    public bool Replace { get; init; }

    /// <summary>Adds it.</summary>
    /// <returns>The file in the store.</returns>
    /// <exception cref="ReverieException">The file or card cannot be used, or the name is taken.</exception>
    public string Run(ModelStore store, CancellationToken cancellation = default)
    {
        var path = store.PathOf(Name);
        var model = ModelImport.Read(File, Prototxt);
        var card = CardFile ?? Path.ChangeExtension(File, ".card.json");
        var known = CardFile is null && !System.IO.File.Exists(card) ? null : ModelCard.Parse(Text(card), card);
        // Loaded with its card before anything is written: what cannot be used is not put there.
        var bytes = model.ToBytes();
        using (var network = Network.Load(bytes, Name))
            if (known is not null) network.With(known).Dispose();
        store.Prepare();
        using var held = StoreLock.TakeAsync(store.Folder, Name, null, cancellation).GetAwaiter().GetResult();
        if (store.Has(Name) && !Replace) throw new ReverieException($"the store has a network '{Name}' already; choose another name with --name, or replace it with --force");
        var hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        store.Put(Name, known, new ModelSource { From = File, FetchedSha256 = hash, Sha256 = hash },
            target => AtomicFile.Write(target, overwrite: true, stream => stream.Write(bytes)));
        return path;
    }

    private static string Text(string card)
    {
        using var stream = InputFile.Open(card, "model card");
        if (stream.Length > 1 << 20) throw new ReverieException($"{card} is too large for a model card");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
