using System.Text;
using Reverie.Models;
using Reverie.Onnx;
using Reverie.Runtime;

namespace Reverie.Tests.Models.Imports;

/// <summary>Networks of Caffe: both files, in the current form and in the first one.</summary>
public class CaffeTests
{
    [Fact]
    public void GoogLeNet_written_as_Caffe_files_comes_back_with_equal_logits()
    {
        using var original = Network.Load(Shared.Require("models", "googlenet.onnx"));
        using var folder = new TempFolder();
        var (description, weights) = CaffeFiles.Of(original.Graph);
        File.WriteAllText(folder["deploy.prototxt"], description);
        File.WriteAllBytes(folder["googlenet.caffemodel"], weights);
        using var imported = Network.Load(ModelImport.Read(folder["googlenet.caffemodel"]).ToBytes(), "imported");
        Assert.Equal(original.Card.Input.Mean, imported.Card.Input.Mean);
        Assert.Equal(original.Card.Input.Channels, imported.Card.Input.Channels);
        Assert.Equal(original.Card.Input.Size, imported.Card.Input.Size);
        Assert.True(imported.IsLayer("inception_4c/output"));

        float[] picture = [.. FormulaWeights.Fill("picture", 3 * 224 * 224).Select(value => value * 1000)];
        Assert.Equal(Logits(original, picture), Logits(imported, picture));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Small_layers_compute_what_Caffe_documents(bool first)
    {
        // 2 x 2 picture with one channel: convolution 1x1 (weight 2, bias 1), normalisation with total 2 (mean 3/2, variance 8/2), gain 3 and shift 5, ReLU in place
        var kind = first ? "layers" : "layer";
        string Type(string now, string then) => first ? then : $"\"{now}\"";
        var text = $$"""
            name: "tiny"
            input: "data" input_dim: 1 input_dim: 1 input_dim: 2 input_dim: 2
            {{kind}} { name: "conv" type: {{Type("Convolution", "CONVOLUTION")}} bottom: "data" top: "conv"
              convolution_param { num_output: 1 kernel_size: 1 } }
            {{kind}} { name: "relu" type: {{Type("ReLU", "RELU")}} bottom: "conv" top: "conv" }
            {{kind}} { name: "drop" type: {{Type("Dropout", "DROPOUT")}} bottom: "conv" top: "conv" dropout_param { dropout_ratio: 0.5 } }
            {{kind}} { name: "loss" type: {{Type("Accuracy", "ACCURACY")}} bottom: "conv" top: "accuracy" } # training only
            {{kind}} { name: "ip" type: {{Type("InnerProduct", "INNER_PRODUCT")}} bottom: "conv" top: "ip" inner_product_param { num_output: 1 } }
            """;
        var weights = CaffeFiles.Weights(first, ("conv", [Tensor.Of<float>([2], 1, 1, 1, 1), Tensor.Of<float>([1], 1)]), ("ip", [Tensor.Of<float>([1, 2, 3, 4], 1, 4), Tensor.Of<float>([0.5f], 1)]));
        var model = Import(text, weights);
        Assert.Equal("conv", model.Graph.Nodes.Single(node => node.Op == "Relu").Output);
        // conv + ReLU: 3, 0, 7, 9; product: 3 + 0 + 21 + 36 + 0.5
        Assert.Equal([60.5f], Run(model, [1, -2, 3, 4], 1, 1, 2, 2));
    }

    [Fact]
    public void Normalisation_divides_its_sums_and_scale_follows()
    {
        var model = Import("""
            layer { name: "data" type: "Input" top: "data" input_param { shape: { dim: 1 dim: 1 dim: 1 dim: 2 } } }
            layer { name: "bn" type: "BatchNorm" bottom: "data" top: "bn" batch_norm_param { eps: 0 } }
            layer { name: "scale" type: "Scale" bottom: "bn" top: "scale" scale_param { bias_term: true } }
            layer { name: "sum" type: "Eltwise" bottom: "scale" bottom: "data" top: "sum" eltwise_param { operation: SUM } }
            """, CaffeFiles.Weights(false, ("bn", [Tensor.Of<float>([3], 1), Tensor.Of<float>([8], 1), Tensor.Of<float>([2], 1)]), ("scale", [Tensor.Of<float>([3], 1), Tensor.Of<float>([5], 1)])));
        // (x - 1.5) / 2 * 3 + 5 + x
        Assert.Equal([5.25f, 12.75f], Run(model, [1, 4], 1, 1, 1, 2));
    }

    [Theory]
    [InlineData("layer { name: \"x\" type: \"LSTM\" bottom: \"data\" top: \"x\" }", "the layer 'x' of type LSTM cannot be imported: layers of this type are not supported")]
    [InlineData("layer { name: \"x\" type: \"ReLU\" bottom: \"nowhere\" top: \"x\" }", "its input 'nowhere' is made by no layer before it")]
    [InlineData("layer { name: \"x\" type: \"Convolution\" bottom: \"data\" top: \"x\" convolution_param { num_output: 4 } }", "its weights are missing")]
    [InlineData("layer { name: \"x\" type: \"ReLU\" bottom: \"data\" top: \"x\"", "a closing brace is missing (line 2)")]
    [InlineData("layer { name: \"x }", "a text is not closed (line 2)")]
    [InlineData("layer { name: \"c\" type: \"Pooling\" bottom: \"data\" top: \"c\" pooling_param { pool: STOCHASTIC kernel_size: 2 } }", "stochastic")]
    [InlineData("layer { name: \"c\" type: \"Pooling\" bottom: \"data\" top: \"c\" pooling_param { pool: MAX kernel_size: huge } }", "'huge' is not a whole number")]
    public void What_cannot_be_imported_is_named(string layer, string expected)
    {
        var weights = CaffeFiles.Weights(false, ("conv", [Tensor.Of<float>([2], 1, 1, 1, 1)]));
        var message = Assert.Throws<ReverieException>(() => Import($"input: \"data\" input_dim: 1 input_dim: 3 input_dim: 8 input_dim: 8\n{layer}", weights)).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_without_a_description_are_refused_with_the_way_out()
    {
        using var folder = new TempFolder();
        folder.Write("net.caffemodel", [1, 2, 3]);
        Assert.Contains("--prototxt", Assert.Throws<ReverieException>(() => ModelImport.Read(folder["net.caffemodel"])).Message, StringComparison.Ordinal);
        folder.Write("net.prototxt", Encoding.UTF8.GetBytes("name: \"x\""));
        Assert.Contains("not a valid .caffemodel", Assert.Throws<ReverieException>(() => ModelImport.Read(folder["net.caffemodel"])).Message, StringComparison.Ordinal);
    }

    private static Model Import(string description, byte[] weights)
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["net.prototxt"], description);
        File.WriteAllBytes(folder["net.caffemodel"], weights);
        return ModelImport.Read(folder["net.caffemodel"]);
    }

    private static float[] Run(Model model, float[] picture, params long[] shape)
    {
        using var compiled = CompiledGraph.Compile(CanonicalModel.From(model).Graph);
        using var input = RuntimeTensor.Of(picture, shape);
        using var results = compiled.Run(new Dictionary<string, RuntimeTensor> { [compiled.Inputs[0].Name] = input });
        return [.. results[compiled.Outputs[0]].ToDoubles().Select(value => (float)value)];
    }

    private static double[] Logits(Network network, float[] picture)
    {
        using var input = RuntimeTensor.Of(picture, 1, 3, 224, 224);
        using var results = network.CompiledTo(network.Card.Output.Logits!).Run(new Dictionary<string, RuntimeTensor> { [network.Input] = input });
        return results[network.Graph.Resolve(network.Card.Output.Logits!)].ToDoubles();
    }
}
