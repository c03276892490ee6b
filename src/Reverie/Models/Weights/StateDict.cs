using Reverie.Onnx;

namespace Reverie.Models.Weights;

/// <summary>
/// The weights of a network by name, as PyTorch saves them (<c>features.0.weight</c>). They say nothing about how the layers are connected:
/// that is what <see cref="Architectures.Architecture"/> knows.
/// </summary>
public sealed class StateDict
{
    // Names under which training scripts keep the weights beside the epoch and the optimiser's state.
    private static readonly string[] Wrappers = ["state_dict", "model_state_dict", "model", "net", "network"];

    private readonly Dictionary<string, Tensor> _tensors;

    /// <summary>Takes tensors by name; the prefix <c>module.</c>, which training on several devices leaves, is dropped.</summary>
    public StateDict(IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        _tensors = new(tensors, StringComparer.Ordinal);
        if (_tensors.Count > 0 && _tensors.Keys.All(name => name.StartsWith("module.", StringComparison.Ordinal)))
            _tensors = _tensors.ToDictionary(pair => pair.Key["module.".Length..], pair => pair.Value, StringComparer.Ordinal);
    }

    /// <summary>The names, in the file's order.</summary>
    public IReadOnlyCollection<string> Names => _tensors.Keys;

    /// <summary>Whether there is a tensor of that name.</summary>
    public bool Has(string name) => _tensors.ContainsKey(name);

    /// <summary>The shape of a tensor, or null where there is none of that name.</summary>
    public long[]? ShapeOf(string name) => _tensors.TryGetValue(name, out var tensor) ? tensor.Shape.ToArray() : null;

    /// <summary>A tensor in float32.</summary>
    /// <exception cref="ReverieException">It is missing, or holds no floating-point numbers.</exception>
    public Tensor this[string name]
    {
        get
        {
            if (!_tensors.TryGetValue(name, out var tensor)) throw new ReverieException($"the weights lack '{name}': {Onnx.Names.Unknown("tensor", name, Names)}");
            if (tensor.Type == ElementType.Float) return tensor;
            if (!tensor.Type.IsFloating()) throw new ReverieException($"the weight '{name}' holds {tensor.Type}; only floating-point weights can be imported");
            return Tensor.Of<float>(Array.ConvertAll(tensor.ToDoubles(), value => (float)value), tensor.Shape);
        }
    }

    /// <summary>Reads weights from a <c>.safetensors</c> file or a checkpoint of PyTorch (<c>.pth</c>, <c>.pt</c>, <c>.bin</c>), told apart by their content.</summary>
    /// <exception cref="ReverieException">The file cannot be read, is damaged, is neither kind, or asks for code to be run.</exception>
    public static StateDict Load(string path)
    {
        using var stream = InputFile.Open(path, "weights");
        try
        {
            Span<byte> start = stackalloc byte[16];
            var read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
            stream.Position = 0;
            if (start.StartsWith("PK\u0003\u0004"u8)) return FromTorch(TorchArchive.Read(stream));
            if (start[0] == 0x80 && start[1] is >= 2 and <= 5) return FromTorch(TorchLegacy.Read(stream));
            if (read > 8 && start[8] == (byte)'{') return new(Safetensors.Read(stream));
            throw new ReverieException("neither a .safetensors file nor a checkpoint of PyTorch");
        }
        catch (Exception exception) when (exception is EndOfStreamException or InvalidDataException)
        {
            throw new ReverieException($"{path} is cut off or damaged; fetch it again", exception);
        }
        catch (ReverieException exception)
        {
            throw new ReverieException($"{path}: {exception.Message}", exception);
        }
    }

    private static StateDict FromTorch(object? root)
    {
        if (root is not PickleDict dict) throw new ReverieException("the checkpoint holds no table of weights; save 'model.state_dict()' with torch.save");
        foreach (var wrapper in Wrappers)
            if (dict[wrapper] is PickleDict inner && inner.Tensors().Any()) return new(inner.Tensors());
        var weights = new StateDict(dict.Tensors());
        if (weights.Names.Count == 0) throw new ReverieException("the checkpoint holds no weights; save 'model.state_dict()' with torch.save");
        return weights;
    }
}
