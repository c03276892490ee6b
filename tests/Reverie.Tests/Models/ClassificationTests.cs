using Reverie.Imaging;
using Reverie.Models;
using Reverie.Runtime;

namespace Reverie.Tests.Models;

public class ClassificationTests
{
    [Theory]
    [InlineData("googlenet.onnx")]
    [InlineData("squeezenet1.1.onnx")]
    public void The_class_in_a_pictures_name_is_among_the_five_likeliest(string file)
    {
        using var network = Network.Load(Shared.Require("models", file));
        var missed = new List<string>();
        var pictures = Directory.GetFiles(Shared.Require("media", "imagenet"), "*.JPEG");
        Assert.Equal(12, pictures.Length);
        foreach (var path in pictures)
        {
            var name = Path.GetFileNameWithoutExtension(path);
            var label = name[(name.IndexOf('_', StringComparison.Ordinal) + 1)..].Replace('_', ' ');
            var wanted = network.Labels!.Find(label);
            if (!network.Classify(Picture.Load(path)).Any(prediction => prediction.Class == wanted)) missed.Add(label);
        }
        Assert.True(missed.Count == 0, $"not among the first five: {string.Join(", ", missed)}");
    }

    [Fact]
    public void Probabilities_are_the_softmax_and_a_batch_is_its_items()
    {
        using var network = Network.Load(Shared.Require("models", "squeezenet1.1.onnx"));
        var (cat, dark) = (network.Crop(CardCheck.Sample()), new Picture(224, 224));
        var both = network.Classify(network.ToInput(cat, dark), 1000);
        Assert.Equal(1, both[0].Sum(prediction => prediction.Probability), 1e-9);
        using var results = network.CompiledTo("prob").Run(new Dictionary<string, RuntimeTensor> { [network.Input] = network.ToInput(cat) });
        Assert.All(both[0], prediction => Assert.Equal(results["prob"].Span<float>()[prediction.Class], prediction.Probability, 1e-5));
        Assert.Equal(network.Classify(dark)[0].Class, both[1][0].Class);
    }

    [Fact]
    public void The_crop_has_the_cards_size_and_keeps_the_shape_of_things()
    {
        var network = Network.Embedded;
        var wide = new Picture(100, 300);
        for (var y = 0; y < 100; y++)
            for (var x = 0; x < 300; x++) wide.Plane(0)[y * 300 + x] = x is >= 100 and < 200 ? 1 : 0;
        var crop = network.Crop(wide);
        Assert.Equal((160, 160), (crop.Height, crop.Width));
        // the middle third is the whole crop, but for the kernel's reach at its borders
        for (var x = 8; x < 152; x++) Assert.InRange(crop.Plane(0)[80 * 160 + x], 0.99f, 1.01f);
    }
}
