using System.Runtime.InteropServices;
using Reverie.Onnx;
using Reverie.Onnx.Wire;

namespace Reverie.Models.Caffe;

/// <summary>
/// Reads the weights of a <c>.caffemodel</c>: a NetParameter of Caffe's caffe.proto (github.com/BVLC/caffe), in the current form (field 100) and in the
/// first one (field 2).
/// </summary>
internal static class CaffeWeights
{
    // Field numbers of caffe.proto.
    private const int NetLayersV1 = 2, NetLayers = 100;
    private const int BlobData = 5, BlobShape = 7, BlobDoubles = 8;

    /// <summary>The weights ("blobs") of each layer that has any, by the layer's name.</summary>
    /// <exception cref="ReverieException">The bytes are not a NetParameter.</exception>
    public static Dictionary<string, List<Tensor>> Read(ReadOnlySpan<byte> file)
    {
        var layers = new Dictionary<string, List<Tensor>>(StringComparer.Ordinal);
        try
        {
            var net = new ProtoReader(file);
            while (net.Next())
            {
                if (net.Field == NetLayers) Layer(net.Message(), 1, 7);
                else if (net.Field == NetLayersV1) Layer(net.Message(), 4, 6);
                else net.Skip();
            }
        }
        catch (ReverieException exception)
        {
            // The reader of the wire format speaks of ONNX.
            throw new ReverieException(exception.Message.Replace("not a valid ONNX file", "not a valid .caffemodel", StringComparison.Ordinal), exception);
        }
        if (layers.Count == 0) throw new ReverieException("the .caffemodel holds no weights; give the trained network, not its solver's state");
        return layers;

        void Layer(ProtoReader layer, int nameField, int blobField)
        {
            var (name, blobs) = ("", new List<Tensor>());
            while (layer.Next())
            {
                if (layer.Field == nameField) name = layer.Name();
                else if (layer.Field == blobField) blobs.Add(Blob(layer.Message()));
                else layer.Skip();
            }
            if (blobs.Count > 0) layers[name] = blobs;
        }
    }

    private static Tensor Blob(ProtoReader blob)
    {
        var (shape, old, data) = (new List<long>(), new long[4], Array.Empty<float>());
        var (loose, doubles, hasShape, hasOld) = (new List<float>(), new List<double>(), false, false);
        while (blob.Next())
        {
            switch (blob.Field)
            {
                case >= 1 and <= 4:
                    old[blob.Field - 1] = blob.Int();
                    hasOld = true;
                    break;
                // Weights are written as one packed run: taken whole, not number by number.
                case BlobData when blob.WireType == 2: data = MemoryMarshal.Cast<byte, float>(blob.Bytes()).ToArray(); break;
                case BlobData: blob.Floats(loose); break;
                case BlobDoubles: blob.Doubles(doubles); break;
                case BlobShape:
                    hasShape = true;
                    var inner = blob.Message();
                    while (inner.Next())
                    {
                        if (inner.Field == 1) inner.Ints(shape);
                        else inner.Skip();
                    }
                    break;
                default: blob.Skip(); break;
            }
        }
        if (data.Length == 0) data = doubles.Count > 0 ? [.. doubles.Select(value => (float)value)] : [.. loose];
        return Tensor.Of<float>(data, hasShape ? [.. shape] : hasOld ? old : [data.Length]);
    }
}
