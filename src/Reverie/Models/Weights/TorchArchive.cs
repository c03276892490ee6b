using System.IO.Compression;

namespace Reverie.Models.Weights;

/// <summary>Reads what <c>torch.save</c> writes since PyTorch 1.6: a zip archive with the pickle <c>NAME/data.pkl</c> and the data <c>NAME/data/KEY</c>.</summary>
internal static class TorchArchive
{
    /// <exception cref="ReverieException">The archive is no checkpoint of weights.</exception>
    public static object? Read(Stream stream)
    {
        using var archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
        if (archive.Entries.Any(entry => entry.FullName.EndsWith("/constants.pkl", StringComparison.Ordinal)))
            throw new ReverieException("it is a TorchScript program, not a table of weights; export it with torch.onnx.export, or save 'model.state_dict()'");
        var pickle = archive.Entries.FirstOrDefault(entry => entry.FullName.EndsWith("/data.pkl", StringComparison.Ordinal) || entry.FullName == "data.pkl")
            ?? throw new ReverieException("it is a zip archive, but no checkpoint of PyTorch: it lacks data.pkl");
        var folder = pickle.FullName[..^"data.pkl".Length];
        var objects = new TorchObjects();
        object? root;
        using (var bytes = new BufferedStream(Open(pickle), 1 << 16)) root = new PickleReader(bytes, TorchObjects.Reduce, objects.Persistent).Read();
        CheckOrder(archive, folder);
        foreach (var storage in objects.Storages.Values)
        {
            var entry = archive.GetEntry($"{folder}data/{storage.Key}") ?? throw new ReverieException($"the checkpoint lacks the data '{storage.Key}'");
            if (entry.Length > Onnx.Tensor.MaxBytes) throw new ReverieException($"the checkpoint holds a tensor of {entry.Length} bytes, more than can be handled");
            var data = new byte[entry.Length];
            using var content = Open(entry);
            content.ReadExactly(data);
            storage.Data = data;
        }
        return TorchObjects.Finish(root);
    }

    // torch.save never compresses: an entry that would grow while it is read is a bomb.
    private static Stream Open(ZipArchiveEntry entry) => entry.CompressedLength == entry.Length
        ? entry.Open()
        : throw new ReverieException($"'{entry.FullName}' in the archive is compressed, which torch.save never does; load it in PyTorch and save it again");

    private static void CheckOrder(ZipArchive archive, string folder)
    {
        if (archive.GetEntry($"{folder}byteorder") is not { } entry) return;
        using var reader = new StreamReader(Open(entry));
        if (reader.ReadToEnd().Trim() != "little") throw new ReverieException("the checkpoint was written on a big-endian machine; load it in PyTorch and save it again");
    }
}
