using Reverie.Autodiff;
using Reverie.Onnx;
using Reverie.Onnx.Shapes;

namespace Reverie.Tests.Tiling;

/// <summary>Random networks of local operators, with branches, odd strides and every kind of padding; made to be taken apart into tiles.</summary>
internal sealed class RandomNetwork
{
    private readonly CounterRandom _random;
    private readonly Emitter _emitter;
    private int _stride = 1;

    private RandomNetwork(ulong seed)
    {
        _random = new(seed);
        Graph.Inputs.Add(new("x", new(ElementType.Float, [Dim.Of(1), Dim.Of(2), Dim.Symbol("H"), Dim.Symbol("W")])));
        _emitter = new(Graph) { Prefix = "net" };
    }

    public Graph Graph { get; } = new();

    /// <summary>The layers worth an objective: the deepest first.</summary>
    public List<string> Layers { get; } = [];

    public static RandomNetwork Make(ulong seed, bool hasEdges = true)
    {
        var network = new RandomNetwork(seed);
        var value = network._emitter["x"];
        for (var layers = network._random.Next(3, 6); layers > 0; layers--)
        {
            value = network.Layer(value, hasEdges);
            // types as they grow: rules ask for channels
            ShapeInference.Infer(network.Graph);
            network.Layers.Insert(0, value.Name);
        }
        network.Graph.Outputs.AddRange(network.Layers.Select(layer => network.Graph.TypeOf(layer) is { } type ? new GraphValue(layer, type) : throw new InvalidOperationException(layer)));
        network.Graph.Refresh();
        return network;
    }

    private Value Layer(Value x, bool hasEdges)
    {
        ShapeInference.Infer(Graph);
        var channels = (int)Graph.TypeOf(x.Name)!.Shape![1].Value!.Value;
        switch (_random.Next(0, hasEdges ? 13 : 9))
        {
            case 0: return Conv(x, channels, stride: Stride(), same: false).Apply("Softplus");
            case 1: return Conv(x, channels, stride: 1, same: true).Apply("Relu");
            case 2: return Pool(x, "MaxPool");
            case 3: return Pool(x, "AveragePool");
            case 4: return _emitter.Op("LRN", [x], ("size", 3), ("alpha", 0.1f), ("beta", 0.75f), ("bias", 1f));
            case 5:
                // branches that reach differently far
                return _emitter.Op("Concat", [Conv(x, channels, 1, same: true), Residual(Conv(x, channels, 1, same: true, filters: 2).Apply("Tanh"), 2)], ("axis", 1)).Apply("Relu");
            case 6: return Residual(x, channels);
            case 7: return Transposed(x, channels).Apply("Softplus");
            case 8: return _random.Next(0, 1) == 0 ? Resized(x) : _emitter.Op("SpaceToDepth", [x], ("blocksize", Halved()));
            case 9:
            case 10: return Padded(x);
            case 11: return Conv(x, channels, Stride(), same: false, auto: _random.Next(0, 1) == 0 ? "SAME_UPPER" : "SAME_LOWER");
            default: return Pool(x, "MaxPool", "SAME_UPPER");
        }
    }

    // total strides beyond 8 leave nothing of small pictures
    private int Stride()
    {
        var stride = _stride >= 6 ? 1 : _random.Next(1, 3);
        _stride *= stride;
        return stride;
    }

    private long Halved()
    {
        if (_stride >= 6) return 1;
        _stride *= 2;
        return 2;
    }

    private Value Conv(Value x, int channels, int stride, bool same, string? auto = null, int filters = 4)
    {
        var group = channels % 2 == 0 && _random.Next(0, 3) == 0 ? 2 : 1;
        long[] kernel = same ? [_random.Next(0, 2) * 2 + 1, _random.Next(0, 2) * 2 + 1] : [_random.Next(1, 5), _random.Next(1, 5)];
        long[] dilations = [_random.Next(1, 2), _random.Next(1, 2)];
        var node = _emitter.Op("Conv", [x, Weights(filters, channels / group, kernel), Constant(filters)], ("kernel_shape", kernel), ("dilations", dilations),
            ("strides", (long[])[stride, stride == 1 ? 1 : stride]), ("group", group));
        var pads = same ? Same(kernel, dilations) : [.. Enumerable.Range(0, 4).Select(axis => (long)_random.Next(0, (int)kernel[axis % 2]))];
        if (auto is null) _emitter.Nodes[^1].Attributes["pads"] = pads;
        else _emitter.Nodes[^1].Attributes["auto_pad"] = auto;
        return node;
    }

    private Value Pool(Value x, string op, string? auto = null)
    {
        long[] kernel = [_random.Next(1, 3), _random.Next(1, 3)];
        var stride = Stride();
        var pool = _emitter.Op(op, [x], ("kernel_shape", kernel), ("strides", (long[])[stride, stride]), ("ceil_mode", _random.Next(0, 1)));
        if (op == "AveragePool") _emitter.Nodes[^1].Attributes["count_include_pad"] = _random.Next(0, 1);
        if (auto is null) _emitter.Nodes[^1].Attributes["pads"] = (long[])[.. Enumerable.Range(0, 4).Select(axis => (long)_random.Next(0, (int)kernel[axis % 2] - 1))];
        else
        {
            _emitter.Nodes[^1].Attributes["auto_pad"] = auto;
            _emitter.Nodes[^1].Attributes["ceil_mode"] = 0L;
        }
        return pool;
    }

    private Value Residual(Value x, int channels)
    {
        long[] kernel = [3, 5], dilations = [1, 1];
        var branch = _emitter.Op("Conv", [x, Weights(channels, channels, kernel)], ("kernel_shape", kernel), ("pads", Same(kernel, dilations)));
        return (x + branch.Apply("Softplus")).Apply("Relu");
    }

    private Value Transposed(Value x, int channels)
    {
        long[] kernel = [_random.Next(2, 4), _random.Next(2, 4)];
        return _emitter.Op("ConvTranspose", [x, Weights(channels, 2, kernel)], ("kernel_shape", kernel), ("strides", (long[])[2, 2]),
            ("pads", (long[])[_random.Next(0, 1), _random.Next(0, 1), _random.Next(0, 1), _random.Next(0, 1)]));
    }

    private Value Resized(Value x)
    {
        var (mode, coordinates) = _random.Next(0, 2) switch { 0 => ("nearest", "asymmetric"), 1 => ("linear", "half_pixel"), _ => ("cubic", "half_pixel") };
        var factor = _random.Next(2, 3);
        var scales = _emitter.Constant("scales", Tensor.Of([1f, 1f, factor, factor], 4));
        return _emitter.Op("Resize", [x, Value.None, scales], ("mode", mode), ("coordinate_transformation_mode", coordinates), ("nearest_mode", "floor"));
    }

    private Value Padded(Value x)
    {
        string[] modes = ["constant", "reflect", "edge"];
        var pads = _emitter.Ints(0, 0, _random.Next(0, 3), _random.Next(0, 3), 0, 0, _random.Next(0, 3), _random.Next(0, 3));
        return _emitter.Op("Pad", [x, pads], ("mode", modes[_random.Next(0, 2)]));
    }

    private static long[] Same(long[] kernel, long[] dilations) =>
        [.. Enumerable.Range(0, 4).Select(axis => (kernel[axis % 2] - 1) * dilations[axis % 2] / 2)];

    private Value Weights(long filters, long channels, long[] kernel)
    {
        var count = filters * channels * kernel[0] * kernel[1];
        return _emitter.Constant("w", Tensor.Of<float>(Normals(count, 1.5 / Math.Sqrt(channels * kernel[0] * kernel[1])), filters, channels, kernel[0], kernel[1]));
    }

    private Value Constant(long count) => _emitter.Constant("b", Tensor.Of<float>(Normals(count, 0.3), count));

    private float[] Normals(long count, double deviation) => [.. Enumerable.Range(0, (int)count).Select(_ => (float)_random.Normal(0, deviation))];
}
