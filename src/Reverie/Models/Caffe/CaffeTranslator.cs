using Reverie.Onnx;

namespace Reverie.Models.Caffe;

/// <summary>Turns the layers of a Caffe network into ONNX nodes, in their order; <see cref="CaffeLayers"/> knows each kind of layer.</summary>
internal sealed class CaffeTranslator(PrototxtMessage net, Dictionary<string, List<Tensor>> weights)
{
    // The layers' kinds had numbers, written as upper-case names, before they had texts.
    private static readonly Dictionary<string, string> FirstNames = new(StringComparer.Ordinal)
    {
        ["CONVOLUTION"] = "Convolution",
        ["RELU"] = "ReLU",
        ["PRELU"] = "PReLU",
        ["POOLING"] = "Pooling",
        ["LRN"] = "LRN",
        ["INNER_PRODUCT"] = "InnerProduct",
        ["DROPOUT"] = "Dropout",
        ["SOFTMAX"] = "Softmax",
        ["CONCAT"] = "Concat",
        ["ELTWISE"] = "Eltwise",
        ["FLATTEN"] = "Flatten",
        ["SPLIT"] = "Split",
        ["SIGMOID"] = "Sigmoid",
        ["TANH"] = "TanH",
        ["POWER"] = "Power",
        ["DECONVOLUTION"] = "Deconvolution",
        ["DATA"] = "Data",
        ["IMAGE_DATA"] = "ImageData",
        ["SOFTMAX_LOSS"] = "SoftmaxWithLoss",
        ["ACCURACY"] = "Accuracy",
        ["SILENCE"] = "Silence",
        ["DUMMY_DATA"] = "Data",
        ["HDF5_DATA"] = "Data",
        ["MEMORY_DATA"] = "Data",
    };

    private static readonly string[] Sources = ["Input", "Data", "ImageData", "MemoryData", "HDF5Data", "DummyData", "Python"];
    private static readonly string[] OnlyTraining = ["Accuracy", "Silence", "EuclideanLoss", "SigmoidCrossEntropyLoss", "HingeLoss"];

    // The mean of ImageNet's training pictures by channel (blue, green, red), which Caffe's published classifiers subtract.
    private static readonly float[] ImageNetMean = [104, 117, 123];

    private readonly Graph _graph = new();
    private readonly Dictionary<string, string> _current = new(StringComparer.Ordinal);

    /// <exception cref="ReverieException">The network cannot be translated; the message names the layer.</exception>
    public Model Translate()
    {
        var layers = net.Messages("layer", "layers").Where(layer => !ForTrainingOnly(layer)).ToList();
        if (layers.Count == 0) throw new ReverieException("it describes no layers");
        var (input, shape) = FindInput(layers);
        _graph.Name = net.Text("name") ?? "caffe";
        _graph.Inputs.Add(new(input, new(ElementType.Float, [Dim.Symbol("N"), Dim.Of(shape[1]), Dim.Symbol("H"), Dim.Symbol("W")])));
        _current[input] = input;
        var lastWriter = LastWriters(layers);
        foreach (var layer in layers) Translate(layer, lastWriter);
        var read = _graph.Nodes.SelectMany(node => node.Inputs).ToHashSet(StringComparer.Ordinal);
        // Of several ends (auxiliary classifiers) the last is the network's own.
        var output = _graph.Nodes.Where(node => !read.Contains(node.Output)).Select(node => node.Output).LastOrDefault() ?? throw new ReverieException("its layers compute nothing from the picture");
        _graph.Outputs.Add(new(output, new(ElementType.Float, null)));
        var model = new Model { Graph = _graph, Opset = 13, Producer = "reverie" };
        model.Metadata[ModelCard.MetadataKey] = Card(shape, output).ToJson();
        return model;
    }

    private void Translate(PrototxtMessage layer, Dictionary<string, PrototxtMessage> lastWriter)
    {
        var (name, type, tops) = (layer.Text("name") ?? "", Kind(layer), layer.Texts("top"));
        if (Sources.Contains(type)) return;
        try
        {
            if (type == "SoftmaxWithLoss") (type, tops) = ("Softmax", ["prob"]);
            string[] inputs = [.. layer.Texts("bottom").Where(bottom => bottom != "label").Select(bottom =>
                _current.TryGetValue(bottom, out var tensor) ? tensor : throw new ReverieException($"its input '{bottom}' is made by no layer before it"))];
            if (inputs.Length == 0 || tops.Count == 0) throw new ReverieException("it lacks an input or an output");
            var own = !lastWriter.TryGetValue(tops[0], out var last) || last == layer;
            var output = _graph.Fresh(own ? tops[0] : $"{tops[0]}/{type.ToLowerInvariant()}");
            var made = CaffeLayers.Add(_graph, type, name, layer, inputs, weights.GetValueOrDefault(name) ?? [], output);
            foreach (var top in tops) _current[top] = made;
        }
        catch (ReverieException exception)
        {
            throw new ReverieException($"the layer '{name}' of type {type} cannot be imported: {exception.Message}", exception);
        }
    }

    // The layer that writes each blob last: a ReLU in place of a convolution's result.
    private static Dictionary<string, PrototxtMessage> LastWriters(List<PrototxtMessage> layers)
    {
        var writers = new Dictionary<string, PrototxtMessage>(StringComparer.Ordinal);
        foreach (var layer in layers.Where(layer => Kind(layer) is not ("Dropout" or "Split")))
            foreach (var top in layer.Texts("top")) writers[top] = layer;
        return writers;
    }

    private (string Name, int[] Shape) FindInput(List<PrototxtMessage> layers)
    {
        if (net.Text("input") is { } input)
            return (input, Four(net.Messages("input_shape").Any() ? net.Message("input_shape").Ints("dim") : net.Ints("input_dim")));
        if (layers.Find(layer => Sources.Contains(Kind(layer))) is not { } source) throw new ReverieException("it describes no input; give the .prototxt for deployment");
        var declared = source.Message("input_param").Message("shape").Ints("dim");
        var crop = source.Message("transform_param").Int("crop_size") ?? source.Message("data_param").Int("crop_size") ?? 224;
        return (source.Text("top") ?? "data", declared.Count > 0 ? Four(declared) : [1, 3, crop, crop]);
    }

    private static int[] Four(IReadOnlyList<int> dims) => dims is [_, 1 or 3, > 0, > 0] ? [.. dims] : throw new ReverieException($"its input is not a picture with one or three channels, but [{string.Join(",", dims)}]");

    private static bool ForTrainingOnly(PrototxtMessage layer)
    {
        var phases = layer.Messages("include").Select(rule => rule.Text("phase")).OfType<string>().ToList();
        return OnlyTraining.Contains(Kind(layer)) || (phases.Count > 0 && !phases.Contains("TEST") && !phases.Contains("1"));
    }

    private static string Kind(PrototxtMessage layer) => layer.Text("type") is { } type ? FirstNames.GetValueOrDefault(type, type) : throw new ReverieException($"the layer '{layer.Text("name")}' has no type");

    private ModelCard Card(int[] shape, string output)
    {
        var softmax = _graph.Nodes.Find(node => node.Output == output && node.Op == "Softmax");
        var scores = softmax?.Inputs[0] ?? output;
        var classes = _graph.Nodes.Find(node => node.Output == scores) is { Op: "Gemm" } gemm ? _graph.Constants[gemm.Inputs[1]].Shape[0] : 0;
        return new()
        {
            Name = _graph.Name,
            Source = "imported from Caffe",
            Notes = "the meaning of the input is what Caffe's published classifiers expect: blue, green, red from 0 to 255, less the mean of ImageNet",
            Input = new()
            {
                Channels = shape[1] == 1 ? ChannelOrder.GRAY : ChannelOrder.BGR,
                Range = [0, 255],
                Mean = shape[1] == 1 ? [0] : ImageNetMean,
                Std = shape[1] == 1 ? [1] : [1, 1, 1],
                Size = [shape[2], shape[3]],
            },
            Output = softmax is not null ? new() { Logits = scores, Probabilities = output } : classes > 0 ? new() { Logits = scores } : new(),
            Labels = classes == 1000 ? "imagenet1k" : null,
        };
    }
}
