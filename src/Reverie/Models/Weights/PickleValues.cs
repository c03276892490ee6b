using Reverie.Onnx;

namespace Reverie.Models.Weights;

/// <summary>A class or function that a pickle names, such as <c>torch._utils._rebuild_tensor_v2</c>. It is only ever compared with a list, never looked up or called.</summary>
internal sealed record PickleGlobal(string Module, string Name)
{
    public override string ToString() => $"{Module}.{Name}";
}

/// <summary>A dictionary of a pickle, in its order.</summary>
internal sealed class PickleDict
{
    private readonly List<KeyValuePair<object?, object?>> _items = [];

    /// <summary>Everything in it, as it was put there.</summary>
    public IEnumerable<KeyValuePair<object?, object?>> Items => _items;

    /// <summary>The value under a text, or null.</summary>
    public object? this[string key] => _items.FindLast(item => item.Key is string text && text == key).Value;

    public void Set(object? key, object? value) => _items.Add(new(key, value));

    /// <summary>The tensors among the values; of two under one name the later one counts.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> Tensors() => _items
        .Where(item => item is { Key: string, Value: Tensor })
        .GroupBy(item => (string)item.Key!, StringComparer.Ordinal)
        .Select(group => KeyValuePair.Create(group.Key, (Tensor)group.Last().Value!));
}
