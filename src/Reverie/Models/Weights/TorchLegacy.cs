using System.Buffers.Binary;
using System.Numerics;
using Reverie.Onnx;

namespace Reverie.Models.Weights;

/// <summary>
/// Reads what <c>torch.save</c> wrote before PyTorch 1.6, as many published weights still are: a magic number, a protocol number, facts about the
/// machine, the objects and the list of storages, each pickled, then every storage's length and data.
/// </summary>
internal static class TorchLegacy
{
    private const long Protocol = 1001;

    private static readonly BigInteger Magic = BigInteger.Parse("119547037146038801333356", System.Globalization.CultureInfo.InvariantCulture);

    /// <exception cref="ReverieException">The file is no checkpoint of weights.</exception>
    public static object? Read(Stream stream)
    {
        var objects = new TorchObjects();
        if (Pickle(stream, objects) is not BigInteger magic || magic != Magic) throw new ReverieException("it is a pickle, but no checkpoint of PyTorch");
        if (Pickle(stream, objects) is not Protocol) throw new ReverieException("the checkpoint is of a protocol that is not known; load it in PyTorch and save it again");
        if (Pickle(stream, objects) is PickleDict machine && machine["little_endian"] is false)
            throw new ReverieException("the checkpoint was written on a big-endian machine; load it in PyTorch and save it again");
        var root = Pickle(stream, objects);
        if (Pickle(stream, objects) is not List<object?> keys) throw new ReverieException("the checkpoint lacks the list of its data");
        Span<byte> length = stackalloc byte[8];
        foreach (var key in keys)
        {
            stream.ReadExactly(length);
            var count = BinaryPrimitives.ReadInt64LittleEndian(length);
            if (key is not string name || !objects.Storages.TryGetValue(name, out var storage)) throw new ReverieException("the checkpoint holds data that no tensor uses");
            var size = storage.Type.Size();
            if (count != storage.Count || count > Tensor.MaxBytes / size || count * size > stream.Length - stream.Position) throw new EndOfStreamException();
            storage.Data = new byte[count * size];
            stream.ReadExactly(storage.Data);
        }
        return TorchObjects.Finish(root);
    }

    private static object? Pickle(Stream stream, TorchObjects objects) => new PickleReader(stream, TorchObjects.Reduce, objects.Persistent).Read();
}
