using Reverie.Onnx;

namespace Reverie.Models.Caffe;

/// <summary>
/// Makes a model of a network of Caffe (Jia et al., 2014): the layers from its <c>.prototxt</c>, the weights from its <c>.caffemodel</c>.
/// Layers that only training needs are passed over. Tensors bear Caffe's names; where a layer works in place, the name is that of the last result.
/// </summary>
public static class CaffeNetwork
{
    private const long MaxPrototxt = 16 << 20;

    /// <summary>Reads both files.</summary>
    /// <param name="prototxt">The description, best the one for deployment.</param>
    /// <param name="caffemodel">The weights.</param>
    /// <exception cref="ReverieException">A file is damaged, the two do not fit, or a layer is of a type that is not supported.</exception>
    public static Model Import(string prototxt, string caffemodel)
    {
        var description = Parse(prototxt);
        Dictionary<string, List<Tensor>> weights;
        using (var stream = InputFile.Open(caffemodel, "weights"))
        {
            if (stream.Length > Tensor.MaxBytes) throw new ReverieException($"{caffemodel} is larger than 2 GiB");
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            weights = Named(caffemodel, () => CaffeWeights.Read(bytes));
        }
        return Named(prototxt, () => new CaffeTranslator(description, weights).Translate());
    }

    private static PrototxtMessage Parse(string path)
    {
        using var stream = InputFile.Open(path, "description");
        if (stream.Length > MaxPrototxt) throw new ReverieException($"{path} is too large for a .prototxt");
        using var reader = new StreamReader(stream);
        var text = reader.ReadToEnd();
        return Named(path, () => PrototxtReader.Parse(text));
    }

    private static TResult Named<TResult>(string path, Func<TResult> read)
    {
        try
        {
            return read();
        }
        catch (ReverieException exception)
        {
            throw new ReverieException($"{path}: {exception.Message}", exception);
        }
    }
}
