using System.Globalization;

namespace Reverie.Onnx.Rewrites;

/// <summary>
/// Makes the blobs of networks that Caffe2 exported addressable by their Caffe names. The exporter numbers the values that a blob takes in turn: <c>conv1_1</c>
/// before the ReLU in place, <c>conv1_2</c> after it; <c>inception_4c/output_1</c>. What Caffe calls <c>conv1</c> is the last of them.
/// Such are AlexNet, GoogLeNet, SqueezeNet 1.0 and others of the ONNX model zoo.
/// </summary>
internal static class BlobNames
{
    /// <summary>Adds the names as aliases; does nothing to networks from elsewhere, and hides no name.</summary>
    public static void Apply(Graph graph)
    {
        if (!IsFromCaffe2(graph)) return;
        var last = new Dictionary<string, (int Version, string Tensor)>(StringComparer.Ordinal);
        foreach (var tensor in graph.Nodes.SelectMany(node => node.Outputs).Concat(graph.Aliases.Keys))
            if (Split(tensor) is var (blob, version) && (!last.TryGetValue(blob, out var known) || known.Version < version)) last[blob] = (version, tensor);
        foreach (var (blob, (_, tensor)) in last)
            if (!graph.Has(blob)) graph.Aliases.TryAdd(blob, tensor);
    }

    // Only Caffe2 numbers an input and weights from 0 alike: data_0, conv1_w_0.
    private static bool IsFromCaffe2(Graph graph) =>
        graph.Inputs.Exists(input => input.Name.EndsWith("_0", StringComparison.Ordinal)) && graph.Constants.Keys.Any(name => name.EndsWith("_w_0", StringComparison.Ordinal));

    private static (string Blob, int Version)? Split(string tensor)
    {
        var end = tensor.LastIndexOf('_');
        return end > 0 && int.TryParse(tensor.AsSpan(end + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? (tensor[..end], version) : null;
    }
}
