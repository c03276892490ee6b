using Reverie.Models.Architectures;
using Reverie.Models.Caffe;
using Reverie.Models.Weights;
using Reverie.Onnx;

namespace Reverie.Models;

/// <summary>Makes an ONNX model, with its card in the metadata, of the files in which networks are published.</summary>
public static class ModelImport
{
    /// <summary>
    /// Reads <c>.onnx</c>, weights in torchvision's naming (<c>.safetensors</c>, <c>.pth</c>), or a <c>.caffemodel</c> with its <c>.prototxt</c>.
    /// The kind is told from the content, except for Caffe's.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="prototxt">The description of a Caffe network; null for all other kinds, or for the one beside <paramref name="path"/>.</param>
    /// <exception cref="ReverieException">The file cannot be read, is damaged, or holds a network that is not known; one line says what to do.</exception>
    public static Model Read(string path, string? prototxt = null)
    {
        if (prototxt is not null || path.EndsWith(".caffemodel", StringComparison.OrdinalIgnoreCase)) return CaffeNetwork.Import(prototxt ?? Description(path), path);
        if (path.EndsWith(".prototxt", StringComparison.OrdinalIgnoreCase)) throw new ReverieException($"{path} describes a network without its weights; give the .caffemodel, and this file with --prototxt");
        if (!path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) && LooksLikeWeights(path)) return Named(path, () => Architecture.Import(StateDict.Load(path)));
        return Model.Read(path);
    }

    private static string Description(string caffemodel)
    {
        var folder = Path.GetDirectoryName(caffemodel) is { Length: > 0 } parent ? parent : ".";
        string[] beside = [Path.ChangeExtension(caffemodel, ".prototxt"), Path.Combine(folder, "deploy.prototxt")];
        return Array.Find(beside, File.Exists) ?? throw new ReverieException($"{caffemodel} holds weights alone; give the network's description with --prototxt FILE");
    }

    private static bool LooksLikeWeights(string path)
    {
        using var stream = InputFile.Open(path, "model");
        Span<byte> start = stackalloc byte[9];
        var read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        return read > 2 && (start.StartsWith("PK"u8) || (start[0] == 0x80 && start[1] is >= 2 and <= 5) || start[8] == (byte)'{');
    }

    private static Model Named(string path, Func<Model> read)
    {
        try
        {
            return read();
        }
        catch (ReverieException exception) when (!exception.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new ReverieException($"{path}: {exception.Message}", exception);
        }
    }
}
