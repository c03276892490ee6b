using System.Text.Json;
using Reverie.Autodiff;
using Reverie.Autodiff.Float64;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Onnx;
using Reverie.Runtime;
using Reverie.Tests.Autodiff;

namespace Reverie.Tests.References;

/// <summary>Whole gradients of real networks against PyTorch's float64 autograd, as tests/references/make_gradient_references.py stored them.</summary>
public sealed class NetworkGradientTests
{
    public static TheoryData<string> Models => ["googlenet", "squeezenet1.1", "vgg19-16x", "reverie-s"];

    // float64: the network and its smooth twin, at 224x224 and 257x193, for a logit and for 1/2 ||layer||^2
    [Theory]
    [MemberData(nameof(Models))]
    public void The_float64_gradient_is_PyTorchs(string model)
    {
        using var reference = Reference(model);
        var root = reference.RootElement;
        using var network = Network.Load(Shared.Require("models", $"{model}.onnx"));
        Assert.Equal(root.GetProperty("sha256").GetString(), network.Sha256);
        foreach (var kind in root.GetProperty("cases").EnumerateArray().GroupBy(each => (Smooth: each.GetProperty("network").GetString() == "smooth", Tensor: Tensor(each))))
        {
            var graph = kind.Key.Smooth ? SmoothTwin.Of(network.Graph) : network.Graph;
            var product = VectorJacobian.Build(graph, kind.Key.Tensor);
            using var exact = CompiledGraph.Compile(Float64Lowering.Lower(product.Graph));
            using var single = CompiledGraph.Compile(product.Graph);
            foreach (var each in kind)
            {
                var input = root.GetProperty("inputs").GetProperty(each.GetProperty("input").GetString()!);
                var (height, width) = (input.GetProperty("height").GetInt32(), input.GetProperty("width").GetInt32());
                var x = Input(network, HashPicture.Levels(height, width, input.GetProperty("seed").GetUInt64()), height, width);
                var index = each.GetProperty("target").TryGetProperty("index", out var place) ? place.GetInt32() : (int?)null;
                var (value, gradient) = Run(exact, product, x, index);
                var what = $"{model} {each.GetProperty("input")} {each.GetProperty("network")} {kind.Key.Tensor}";
                var expected = each.GetProperty("value").GetDouble();
                Assert.True(Math.Abs(value - expected) <= 1e-9 * Math.Abs(expected), $"{what}: value {value:R}, PyTorch {expected:R}");
                var truth = Digest.Of(each.GetProperty("gradient"));
                Assert.True(truth.ErrorOf(gradient.Data) <= 1e-9, $"{what}: float64 gradient differs by {truth.ErrorOf(gradient.Data):E2}");
                var error = Run(single, product, x, index).Gradient.RelativeError(gradient);
                Assert.True(error <= (kind.Key.Smooth ? 1e-5 : 5e-2), $"{what}: float32 gradient differs by {error:E2}");
            }
        }
    }

    // float32 over twelve real pictures: no worse than three times PyTorch's own float32, in the median
    [Theory]
    [MemberData(nameof(Models))]
    public void The_float32_gradient_is_as_good_as_PyTorchs(string model)
    {
        using var reference = Reference(model);
        using var network = Network.Load(Shared.Require("models", $"{model}.onnx"));
        var pictures = Directory.GetFiles(Shared.Require("media", "imagenet"), "*.JPEG").Order(StringComparer.Ordinal).Select(Picture.Load).ToList();
        Assert.Equal(12, pictures.Count);
        foreach (var tensor in reference.RootElement.GetProperty("pictures").EnumerateArray().GroupBy(each => each.GetProperty("target").GetProperty("tensor").GetString()!))
        {
            var product = VectorJacobian.Build(network.Graph, tensor.Key);
            using var exact = CompiledGraph.Compile(Float64Lowering.Lower(product.Graph));
            using var single = CompiledGraph.Compile(product.Graph);
            foreach (var each in tensor)
            {
                var (height, width) = (each.GetProperty("height").GetInt32(), each.GetProperty("width").GetInt32());
                var isLogit = each.GetProperty("target").GetProperty("kind").GetString() == "logit";
                var errors = pictures.ConvertAll(picture =>
                {
                    var x = Input(network, Levels(picture, height, width), height, width);
                    int? top = isLogit ? Top(exact, product, x) : null;
                    return Run(single, product, x, top).Gradient.RelativeError(Run(exact, product, x, top).Gradient);
                });
                errors.Sort();
                var (median, theirs) = ((errors[5] + errors[6]) / 2, each.GetProperty("median").GetDouble());
                TestContext.Current.TestOutputHelper?.WriteLine($"{model} {height}x{width} {tensor.Key}: median {median:E2} (PyTorch {theirs:E2}), worst {errors[^1]:E2}");
                Assert.True(median <= 3 * theirs, $"{model} {height}x{width} {tensor.Key}: median float32 error {median:E2}, PyTorch's is {theirs:E2}");
                Assert.True(errors[^1] <= 5e-2, $"{model} {height}x{width} {tensor.Key}: worst float32 error {errors[^1]:E2}");
            }
        }
    }

    // A batch of three is three single pictures.
    [Theory]
    [MemberData(nameof(Models))]
    public void A_batch_of_three_equals_three_singles(string model)
    {
        using var network = Network.Load(Shared.Require("models", $"{model}.onnx"));
        var tensor = network.Card.Output.Logits ?? "relu4_1";
        var product = VectorJacobian.Build(SmoothTwin.Of(network.Graph), tensor);
        using var compiled = CompiledGraph.Compile(product.Graph);
        var singles = Enumerable.Range(1, 3).Select(seed => Input(network, HashPicture.Levels(96, 112, (ulong)seed), 96, 112)).ToList();
        var gradients = singles.ConvertAll(x => Run(compiled, product, x, null));
        var batch = new Array64([.. singles.SelectMany(x => x.Data)], [3, .. singles[0].Shape[1..]]);
        var (_, together) = Run(compiled, product, batch, null);
        var apart = new Array64([.. gradients.SelectMany(each => each.Gradient.Data)], batch.Shape);
        Assert.True(together.RelativeError(apart) <= 1e-6, $"{together.RelativeError(apart):E2}");
    }

    private static JsonDocument Reference(string model) =>
        JsonDocument.Parse(File.ReadAllText(Shared.InRepository("tests", "references", "gradients", $"{model}.json")));

    private static string Tensor(JsonElement each) => each.GetProperty("target").GetProperty("tensor").GetString()!;

    private static int Top(CompiledGraph graph, VectorJacobian product, Array64 x)
    {
        using var results = Forward(graph, product, x);
        var logits = results[product.Value].ToDoubles();
        return Array.IndexOf(logits, logits.Max());
    }

    // The cotangent has the tensor's shape, which a first run with a cotangent of zeros would cost as much to find: shape inference tells.
    private static RunResults Forward(CompiledGraph graph, VectorJacobian product, Array64 x, double[]? cotangent = null)
    {
        var shapes = Reverie.Onnx.Shapes.ShapeInference.Resolve(product.Graph.Cut([product.Value]), new Dictionary<string, long[]> { [product.Input] = x.Shape });
        var shape = shapes[product.Value];
        cotangent ??= new double[Reverie.Onnx.Tensor.CountOf(shape)];
        var isDouble = graph.Inputs[0].Type.Element == ElementType.Double;
        return graph.Run(new Dictionary<string, RuntimeTensor> { [product.Input] = Of(x.Data, x.Shape), [product.Cotangent] = Of(cotangent, shape) });

        RuntimeTensor Of(double[] data, long[] dims) =>
            isDouble ? RuntimeTensor.Of(data, dims) : RuntimeTensor.Of(Array.ConvertAll(data, value => (float)value), dims);
    }

    private static (double Value, Array64 Gradient) Run(CompiledGraph graph, VectorJacobian product, Array64 x, int? index)
    {
        double[] cotangent;
        double value;
        using (var first = Forward(graph, product, x))
        {
            var tensor = first[product.Value].ToDoubles();
            cotangent = index is null ? tensor : new double[tensor.Length];
            if (index is { } at) cotangent[at] = 1;
            value = index is { } place ? tensor[place] : 0.5 * tensor.Sum(each => each * each);
        }
        using var results = Forward(graph, product, x, cotangent);
        return (value, new(results[product.Gradient].ToDoubles(), x.Shape));
    }

    private static Array64 Input(Network network, byte[] levels, int height, int width)
    {
        var card = network.Card.Input;
        var pixels = height * width;
        var input = new double[3 * pixels];
        for (var channel = 0; channel < 3; channel++)
            for (var pixel = 0; pixel < pixels; pixel++)
            {
                double value = levels[network.Preprocessing.PlaneOf(channel) * pixels + pixel];
                if (card.Range is not [0, 255]) value = value / 255 * ((double)card.Range[1] - card.Range[0]) + card.Range[0];
                // the decimal that the card states, as the script reads it, not the float nearest to it
                input[channel * pixels + pixel] = (float)((value - (double)(decimal)card.Mean[channel]) / (double)(decimal)card.Std[channel]);
            }
        return new(input, [1, 3, height, width]);
    }

    private static byte[] Levels(Picture picture, int height, int width)
    {
        var scale = Math.Max((double)height / picture.Height, (double)width / picture.Width);
        var covering = picture.Resize(Math.Max(height, (int)Math.Round(picture.Height * scale)), Math.Max(width, (int)Math.Round(picture.Width * scale)), ResampleKernel.CatmullRom);
        return Array.ConvertAll(covering.CenterCrop(height, width).Rgb, value => (byte)Math.Clamp(Math.Round(value * 255), 0, 255));
    }
}
