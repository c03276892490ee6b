using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Reverie.Runtime;

/// <summary>The outputs of a run by name, in memory of ONNX Runtime that <see cref="Dispose"/> gives back.</summary>
public sealed class RunResults : IReadOnlyDictionary<string, RuntimeTensor>, IDisposable
{
    private readonly Dictionary<string, RuntimeTensor> _tensors;

    internal RunResults(Dictionary<string, RuntimeTensor> tensors) => _tensors = tensors;

    /// <inheritdoc/>
    public RuntimeTensor this[string key] => _tensors[key];

    /// <inheritdoc/>
    public IEnumerable<string> Keys => _tensors.Keys;

    /// <inheritdoc/>
    public IEnumerable<RuntimeTensor> Values => _tensors.Values;

    /// <inheritdoc/>
    public int Count => _tensors.Count;

    /// <inheritdoc/>
    public bool ContainsKey(string key) => _tensors.ContainsKey(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out RuntimeTensor value) => _tensors.TryGetValue(key, out value);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, RuntimeTensor>> GetEnumerator() => _tensors.GetEnumerator();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _tensors.Values) tensor.Dispose();
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
