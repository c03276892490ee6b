namespace Reverie.Onnx.Wire;

/// <summary>Recognises files that people give in a model's place, to say so instead of reporting a broken protobuf.</summary>
internal static class FileKind
{
    private static readonly (byte[] Start, string What)[] Others =
    [
        ([0x89, (byte)'P', (byte)'N', (byte)'G'], "a PNG picture"),
        ([0xFF, 0xD8, 0xFF], "a JPEG picture"),
        ("GIF8"u8.ToArray(), "a GIF picture"),
        ("RIFF"u8.ToArray(), "a WebP picture or a sound"),
        ("PK\u0003\u0004"u8.ToArray(), "a zip archive (PyTorch checkpoints are such); export the network to ONNX, or unpack the archive"),
        ([0x1F, 0x8B], "compressed with gzip; unpack it first"),
        ([0x80, 0x02, (byte)'}'], "a Python pickle; export the network to ONNX"),
        ([0x89, (byte)'H', (byte)'D', (byte)'F'], "an HDF5 file (Keras); export the network to ONNX"),
        ("version https://git-lfs"u8.ToArray(), "a Git LFS pointer, not the model itself; fetch it with 'git lfs pull'"),
        ("<!DOCTYPE"u8.ToArray(), "a web page, not a model; the download went wrong"),
        ("<html"u8.ToArray(), "a web page, not a model; the download went wrong"),
    ];

    /// <exception cref="ReverieException">The bytes are those of some other well-known kind of file.</exception>
    public static void RefuseOthers(ReadOnlySpan<byte> file)
    {
        foreach (var (start, what) in Others)
            if (file.StartsWith(start)) throw new ReverieException($"not an ONNX file: it is {what}");
    }
}
