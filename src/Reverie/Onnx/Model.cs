using Reverie.Onnx.Wire;

namespace Reverie.Onnx;

/// <summary>An ONNX model: its graph, the operator sets it was written for, and its metadata.</summary>
public sealed class Model
{
    /// <summary>The version of the ONNX file format.</summary>
    public long IrVersion { get; set; } = 8;

    /// <summary>The version of the standard operator set that the graph's nodes follow.</summary>
    public long Opset { get; set; } = CanonicalOpset;

    /// <summary>The versions of the other operator sets that the model imports, by domain.</summary>
    public Dictionary<string, long> OtherOpsets { get; } = new(StringComparer.Ordinal);

    /// <summary>The tool that wrote the model.</summary>
    public string Producer { get; set; } = "";

    /// <summary>Free text by key; <c>reverie.card</c> holds the model card.</summary>
    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    /// <summary>The files from which weights were read, by their path relative to the model's folder; empty where all weights are in the model file.</summary>
    public Dictionary<string, ReadOnlyMemory<byte>> ExternalFiles { get; } = new(StringComparer.Ordinal);

    /// <summary>The computation.</summary>
    public Graph Graph { get; set; } = new();

    /// <summary>The one operator set that every model is upgraded to on load, and that every rule is written for.</summary>
    public const long CanonicalOpset = 18;

    /// <summary>
    /// Reads a model as it is in the file: nothing upgraded or folded. Weights are slices of the memory-mapped file, which stays mapped as long as they live.
    /// </summary>
    /// <exception cref="ReverieException">The file cannot be read or is not a valid ONNX model; one line says why.</exception>
    public static Model Read(string path) => ModelReader.Read(path);

    /// <summary>Reads a model from memory, without copying weights. External data, if any, is looked for in <paramref name="folder"/>.</summary>
    /// <exception cref="ReverieException">The bytes are not a valid ONNX model.</exception>
    public static Model Read(ReadOnlyMemory<byte> bytes, string? folder = null) => ModelReader.Read(bytes, folder);

    /// <summary>Writes the model with its weights into one file (a temporary file first, then renamed).</summary>
    /// <exception cref="ReverieException">The file cannot be written.</exception>
    public void Write(string path) => ModelWriter.Write(this, path);

    /// <summary>The model as bytes, weights included.</summary>
    public byte[] ToBytes() => ModelWriter.ToBytes(this);
}
