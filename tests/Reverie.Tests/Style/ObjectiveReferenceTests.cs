using System.Text.Json;
using Reverie.Autodiff.Float64;
using Reverie.Models;
using Reverie.Onnx;
using Reverie.Runtime;
using Reverie.Style;
using Reverie.Tests.References;

namespace Reverie.Tests.Style;

/// <summary>The peers' objectives and their gradients against a restatement in PyTorch, in float64 (tests/references/style.py).</summary>
public class ObjectiveReferenceTests
{
    private static readonly JsonDocument Stored = JsonDocument.Parse(File.ReadAllText(Tests.Shared.InRepository("tests", "references", "style.json")));

    public static TheoryData<string, string> Cases =>
        [.. Stored.RootElement.GetProperty("cases").EnumerateArray().Select(each => (each.GetProperty("model").GetString()!, each.GetProperty("objective").GetString()!))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Value_and_gradient_are_the_peers(string model, string objective)
    {
        var stored = Stored.RootElement.GetProperty("cases").EnumerateArray().First(each => each.GetProperty("model").GetString() == model && each.GetProperty("objective").GetString() == objective);
        using var network = Network.Load(Tests.Shared.Require("models", $"{model}.onnx"));
        var (value, gradient) = Evaluate(network, objective);
        Assert.Equal(stored.GetProperty("sha256").GetString(), network.Sha256);
        var expected = stored.GetProperty("value").GetDouble();
        // the card's standard deviations, by which pixels are measured, are 32-bit numbers
        var tolerance = objective == "variation" ? 1e-6 : 1e-9;
        Assert.Equal(expected, value, Math.Abs(expected) * tolerance);
        Assert.InRange(Digest.Of(stored.GetProperty("gradient")).ErrorOf(gradient), 0, tolerance);
    }

    private static (double Value, double[] Gradient) Evaluate(Network network, string objective)
    {
        var settings = new StyleTransfer
        {
            Form = objective switch { "gatys" => StyleForm.Gatys, "neural-style" => StyleForm.NeuralStyle, "lg" => StyleForm.Lg, _ => StyleForm.Spst },
        };
        var resolved = new StyleObjective(settings, network, 1);
        IReadOnlyList<StyleTerm> terms = objective switch
        {
            "nearest" => [new(StyleTermKind.Nearest, "relu3_1"), new(StyleTermKind.Nearest, "relu4_1")],
            "variation" => [new(StyleTermKind.Variation)],
            _ => resolved.Terms,
        };
        var built = StyleGraph.Build(network, network.Graph, terms);
        var layers = terms.Where(term => term.Layer.Length > 0).Select(term => term.Layer).Distinct().ToList();
        var x = Input(network, "x");
        var inputs = new Dictionary<string, RuntimeTensor> { [network.Input] = x };
        var shapes = new Dictionary<string, long[]>();
        if (layers.Count > 0)
        {
            using var measuring = CompiledGraph.Compile(Float64Lowering.Lower(TargetGraph.Build(network.Graph, layers, layers)));
            var content = measuring.Run(new Dictionary<string, RuntimeTensor> { [network.Input] = Input(network, "content") });
            var style = measuring.Run(new Dictionary<string, RuntimeTensor> { [network.Input] = Input(network, "style") });
            foreach (var layer in layers) shapes[layer] = content[layer].Shape.ToArray();
            foreach (var term in terms) AddTarget(inputs, term, content, style);
        }
        var weights = objective is "nearest" or "variation" ? [.. terms.Select(_ => 1.0)]
            : resolved.Weights(layer => shapes[layer][1], layer => shapes[layer][2] * shapes[layer][3], []);
        inputs[StyleGraph.Weights] = RuntimeTensor.Of(weights, weights.Length);
        using var painting = CompiledGraph.Compile(Float64Lowering.Lower(built.Graph));
        using var results = painting.Run(inputs);
        return (results[StyleGraph.Values].ToDoubles().Zip(weights, (value, weight) => value * weight).Sum(), results[built.Gradient].ToDoubles());
    }

    private static void AddTarget(Dictionary<string, RuntimeTensor> inputs, StyleTerm term, RunResults content, RunResults style)
    {
        var layer = term.Layer;
        switch (term.Kind)
        {
            case StyleTermKind.Content:
                inputs[StyleGraph.ContentTarget(layer)] = RuntimeTensor.Of(content[layer].ToDoubles(), content[layer].Shape);
                break;
            case StyleTermKind.Gram:
                inputs[StyleGraph.GramTarget(layer, 0)] = RuntimeTensor.Of(style[TargetGraph.Second(layer)].ToDoubles(), style[TargetGraph.Second(layer)].Shape);
                break;
            case StyleTermKind.Mean:
                inputs[StyleGraph.MeanTarget(layer, 0)] = RuntimeTensor.Of(style[TargetGraph.Mean(layer)].ToDoubles(), style[TargetGraph.Mean(layer)].Shape);
                break;
            case StyleTermKind.Deviation:
                var (second, mean) = (style[TargetGraph.Second(layer)].ToDoubles(), style[TargetGraph.Mean(layer)].ToDoubles());
                var deviation = mean.Select((value, channel) => Math.Sqrt(Math.Max(second[channel * (mean.Length + 1)] - value * value, TermWriter.SmallestVariance))).ToArray();
                inputs[StyleGraph.DeviationTarget(layer, 0)] = RuntimeTensor.Of(deviation, deviation.Length, 1);
                break;
            case StyleTermKind.Nearest:
                var features = style[layer].ToDoubles();
                var channels = (int)style[layer].Shape[1];
                var places = features.Length / channels;
                var units = new double[features.Length];
                for (var place = 0; place < places; place++)
                {
                    var norm = Math.Max(Math.Sqrt(Enumerable.Range(0, channels).Sum(channel => features[channel * places + place] * features[channel * places + place])), 1e-12);
                    for (var channel = 0; channel < channels; channel++) units[place * channels + channel] = features[channel * places + place] / norm;
                }
                inputs[StyleGraph.FeatureTarget(layer, 0)] = RuntimeTensor.Of(units, places, channels);
                break;
        }
    }

    private static RuntimeTensor Input(Network network, string name)
    {
        var picture = Stored.RootElement.GetProperty("pictures").GetProperty(name);
        var (height, width) = (picture.GetProperty("height").GetInt32(), picture.GetProperty("width").GetInt32());
        var levels = HashPicture.Levels(height, width, picture.GetProperty("seed").GetUInt64());
        var card = network.Card.Input;
        // as tests/references/hash_picture.py: in float64, rounded once to float32
        var values = levels.Select((level, index) =>
        {
            var channel = index / (height * width);
            var scaled = level / 255.0 * ((double)card.Range[1] - card.Range[0]) + card.Range[0];
            return (double)(float)((scaled - Decimal(card.Mean[channel])) / Decimal(card.Std[channel]));
        }).ToArray();
        return RuntimeTensor.Of(values, 1, 3, height, width);
    }

    // a card's 0.485 is a decimal number, in PyTorch's script too
    private static double Decimal(float value) => double.Parse(value.ToString("R", System.Globalization.CultureInfo.InvariantCulture), System.Globalization.CultureInfo.InvariantCulture);
}
