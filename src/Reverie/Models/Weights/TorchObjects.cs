using Reverie.Onnx;

namespace Reverie.Models.Weights;

/// <summary>A run of numbers that tensors of a checkpoint are views of.</summary>
/// <param name="Type">The type of the numbers.</param>
/// <param name="Key">The name under which its data lie.</param>
/// <param name="Count">How many numbers it holds.</param>
internal sealed record TorchStorage(ElementType Type, string Key, long Count)
{
    /// <summary>The data; filled when they have been read.</summary>
    public byte[] Data { get; set; } = [];
}

/// <summary>A tensor of a checkpoint before its storage's data are known.</summary>
internal sealed record TorchView(TorchStorage Storage, long Offset, long[] Shape, long[] Strides)
{
    /// <summary>The tensor in C order.</summary>
    /// <exception cref="ReverieException">The view reaches outside its storage.</exception>
    public Tensor ToTensor()
    {
        var (size, count) = (Storage.Type.Size(), Tensor.CountOf(Shape));
        Int128 last = Offset;
        for (var axis = 0; axis < Shape.Length; axis++)
        {
            if (Strides[axis] < 0) throw Outside();
            last += (Int128)Math.Max(0, Shape[axis] - 1) * Strides[axis];
        }
        if (Offset < 0 || (count > 0 && last >= Storage.Data.Length / size) || count > Tensor.MaxBytes / size) throw Outside();
        // an empty view may begin anywhere, even beyond its data
        if (count == 0) return new(Storage.Type, Shape, ReadOnlyMemory<byte>.Empty);
        if (IsContiguous()) return new(Storage.Type, Shape, Storage.Data.AsMemory((int)Offset * size, (int)count * size));
        var data = new byte[count * size];
        var index = new long[Shape.Length];
        var from = Offset;
        for (long at = 0; at < count; at++)
        {
            Storage.Data.AsSpan((int)from * size, size).CopyTo(data.AsSpan((int)at * size));
            for (var axis = Shape.Length - 1; axis >= 0; axis--)
            {
                from += Strides[axis];
                if (++index[axis] < Shape[axis]) break;
                from -= Shape[axis] * Strides[axis];
                index[axis] = 0;
            }
        }
        return new(Storage.Type, Shape, data);
    }

    private bool IsContiguous()
    {
        long expected = 1;
        for (var axis = Shape.Length - 1; axis >= 0; axis--)
        {
            if (Shape[axis] != 1 && Strides[axis] != expected) return false;
            expected *= Math.Max(1, Shape[axis]);
        }
        return true;
    }

    private ReverieException Outside() => new($"a tensor [{string.Join(",", Shape)}] of the checkpoint reaches outside its data");
}

/// <summary>The few functions that a checkpoint of weights may name, and what each of them means. Everything else is refused.</summary>
internal sealed class TorchObjects
{
    private readonly Dictionary<string, TorchStorage> _storages = new(StringComparer.Ordinal);

    /// <summary>The storages that the pickle refers to.</summary>
    public IReadOnlyDictionary<string, TorchStorage> Storages => _storages;

    /// <summary>What a function makes of its arguments.</summary>
    /// <exception cref="ReverieException">The function is not on the list.</exception>
    public static object? Reduce(PickleGlobal function, object?[] arguments) => (function.ToString(), arguments) switch
    {
        ("collections.OrderedDict", []) => new PickleDict(),
        ("collections.OrderedDict", [List<object?> pairs]) => Table(pairs),
        ("torch._utils._rebuild_tensor_v2" or "torch._utils._rebuild_tensor", [TorchStorage storage, long offset, object?[] shape, object?[] strides, ..]) => View(storage, offset, shape, strides),
        ("torch._utils._rebuild_parameter", [var tensor, ..]) => tensor,
        ("torch.Size", [object?[] sizes]) => sizes,
        ("torch._utils._rebuild_tensor_v2" or "torch._utils._rebuild_tensor" or "torch._utils._rebuild_parameter" or "collections.OrderedDict", _) =>
            throw new ReverieException($"the checkpoint calls {function} in a way that is not known"),
        _ => throw new ReverieException($"the checkpoint wants to run '{function}'; only tables of weights are read, and nothing is ever run: save 'model.state_dict()' with torch.save, or as .safetensors"),
    };

    /// <summary>The storage that a persistent identification <c>('storage', type, key, location, count, ...)</c> names.</summary>
    public object? Persistent(object? id)
    {
        if (id is not object?[] and not List<object?>) throw Unknown();
        object?[] parts = [.. (IEnumerable<object?>)id];
        if (parts is not ["storage", PickleGlobal type, string key, _, long count, ..] || count < 0) throw Unknown();
        // Checkpoints of old let a storage be a part of another one; none of the classic ones does.
        if (parts.Length > 5 && parts[5] is object?[]) throw new ReverieException("the checkpoint shares storages in a way that is not supported; load it in PyTorch and save it again");
        if (!_storages.TryGetValue(key, out var storage)) _storages[key] = storage = new(Type(type), key, count);
        return storage;
    }

    /// <summary>The object with its views made into tensors, once the data are there.</summary>
    public static object? Finish(object? root)
    {
        // Tables within the table (such as an optimiser's) are of use only where they hold weights; one level is as deep as these lie.
        if (root is not PickleDict dict) return root;
        return Copy(dict, value => value is PickleDict inner ? Copy(inner, Leaf) : Leaf(value));

        static object? Leaf(object? value) => value is TorchView view ? view.ToTensor() : value;
    }

    private static PickleDict Copy(PickleDict dict, Func<object?, object?> convert)
    {
        var copy = new PickleDict();
        foreach (var (key, value) in dict.Items) copy.Set(key, convert(value));
        return copy;
    }

    private static PickleDict Table(List<object?> pairs)
    {
        var table = new PickleDict();
        foreach (var pair in pairs)
        {
            object?[] items = pair is List<object?> list ? [.. list] : pair as object?[] ?? [];
            if (items is not [var key, var value]) throw new ReverieException("the checkpoint's table is damaged");
            table.Set(key, value);
        }
        return table;
    }

    private static TorchView View(TorchStorage storage, long offset, object?[] shape, object?[] strides)
    {
        if (shape.Length != strides.Length || !shape.Concat(strides).All(size => size is long)) throw new ReverieException("a tensor of the checkpoint has a damaged shape");
        return new(storage, offset, [.. shape.Cast<long>()], [.. strides.Cast<long>()]);
    }

    private static ElementType Type(PickleGlobal type) => type.ToString() switch
    {
        "torch.FloatStorage" => ElementType.Float,
        "torch.DoubleStorage" => ElementType.Double,
        "torch.HalfStorage" => ElementType.Float16,
        "torch.BFloat16Storage" => ElementType.BFloat16,
        "torch.LongStorage" => ElementType.Int64,
        "torch.IntStorage" => ElementType.Int32,
        "torch.ShortStorage" => ElementType.Int16,
        "torch.CharStorage" => ElementType.Int8,
        "torch.ByteStorage" => ElementType.UInt8,
        "torch.BoolStorage" => ElementType.Bool,
        _ => throw new ReverieException($"the checkpoint holds numbers of the type '{type}', which cannot be imported"),
    };

    private static ReverieException Unknown() => new("the checkpoint refers to something outside it that is no data of a tensor");
}
