using Reverie.Models;

namespace Reverie.Tests.Models;

public class ModelCardTests
{
    private const string Full = """
        {"name": "x", "version": "2", "input": {"layout": "NHWC", "channels": "BGR", "range": [0, 255], "mean": [104, 117, 123], "std": [1, 1, 1], "size": [10, 20]},
         "output": {"logits": "l", "probabilities": "p"}, "labels": "imagenet1k", "layers": {"dream": ["a"], "style": ["b"], "content": ["c"]}, "sha256": "00"}
        """;

    [Fact]
    public void A_card_survives_writing()
    {
        var card = ModelCard.Parse(Full, "of a test");
        Assert.Equal((InputLayout.NHWC, ChannelOrder.BGR, "l", "imagenet1k", "00"), (card.Input.Layout, card.Input.Channels, card.Output.Logits, card.Labels, card.Sha256));
        Assert.Equal([104f, 117f, 123f], card.Input.Mean);
        Assert.Equal([10, 20], card.Input.Size);
        Assert.Equal(["a"], card.Layers.Dream);
        Assert.Equal(card.ToJson(), ModelCard.Parse(card.ToJson(), "again").ToJson());
    }

    [Theory]
    [InlineData("", "not valid")]
    [InlineData("null", "not valid")]
    [InlineData("[]", "not valid")]
    [InlineData("{\"name\": ", "line 1")]
    [InlineData("{\"name\": 3}", "$.name")]
    [InlineData("{\"name\": null}", "$.name")]
    [InlineData("{\"input\": {\"channels\": \"RBG\"}}", "$.input.channels")]
    [InlineData("{\"input\": {\"mean\": [0]}}", "input.mean must be 3 numbers")]
    [InlineData("{\"input\": {\"std\": [1, 0, 1]}}", "input.std must be 3 positive numbers")]
    [InlineData("{\"input\": {\"range\": [1, 1]}}", "input.range")]
    [InlineData("{\"input\": {\"size\": [224]}}", "input.size")]
    [InlineData("{\"input\": {\"size\": [224, -1]}}", "input.size")]
    [InlineData("{\"input\": {\"channels\": \"GRAY\"}}", "input.mean must be 1 number")]
    [InlineData("{\"layers\": {\"dream\": null}}", "$.layers.dream")]
    public void A_malformed_card_gives_one_line_that_says_where(string json, string expected)
    {
        var message = Assert.Throws<ReverieException>(() => ModelCard.Parse(json, "of a test")).Message;
        Assert.Contains("the model card of a test is not valid", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Theory]
    [InlineData("281", 281)]
    [InlineData("tabby", 281)]
    [InlineData("tabby cat", 281)]
    [InlineData("TABBY, tabby cat", 281)]
    [InlineData("tiger cat", 282)]
    [InlineData("golden ret", 207)]
    public void A_class_is_found_by_index_name_or_part(string text, int expected) => Assert.Equal(expected, ClassLabels.ImageNet.Find(text));

    [Theory]
    [InlineData("crane", "134 (crane), 517 (crane)")]
    [InlineData("1000", "there is no class 1000")]
    [InlineData("", "empty")]
    [InlineData("tabbi", "did you mean tabby")]
    public void A_class_that_is_not_clear_is_refused(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<ReverieException>(() => ClassLabels.ImageNet.Find(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(InputLayout.NCHW, ChannelOrder.RGB)]
    [InlineData(InputLayout.NCHW, ChannelOrder.BGR)]
    [InlineData(InputLayout.NHWC, ChannelOrder.RGB)]
    [InlineData(InputLayout.NHWC, ChannelOrder.BGR)]
    public void Preprocessing_follows_the_card_and_can_be_undone(InputLayout layout, ChannelOrder channels)
    {
        var preprocessing = new Preprocessing(new() { Layout = layout, Channels = channels, Range = [0, 255], Mean = [10, 20, 30], Std = [1, 2, 5] });
        // two pixels: red 0 and 1, green 0.2 and 0.4, blue 0.6 and 0.8
        float[] rgb = [0, 1, 0.2f, 0.4f, 0.6f, 0.8f];
        var input = new float[6];
        preprocessing.ToInput(rgb, input);
        float At(int channel, int pixel) => input[layout == InputLayout.NCHW ? channel * 2 + pixel : pixel * 3 + channel];
        var (red, blue) = channels == ChannelOrder.RGB ? (0, 2) : (2, 0);
        Assert.Equal((255f - (red == 0 ? 10 : 30)) / (red == 0 ? 1 : 5), At(red, 1), 1e-3f);
        Assert.Equal((0.4f * 255 - 20) / 2, At(1, 1), 1e-3f);
        Assert.Equal((0.6f * 255 - (blue == 0 ? 10 : 30)) / (blue == 0 ? 1 : 5), At(blue, 0), 1e-3f);
        var back = new float[6];
        preprocessing.ToPlanes(input, back);
        Assert.All(back.Zip(rgb), pair => Assert.Equal(pair.Second, pair.First, 1e-5f));
    }

    [Theory]
    [InlineData(ChannelOrder.BGR)]
    [InlineData(ChannelOrder.GRAY)]
    public void Pulling_back_is_the_transpose(ChannelOrder channels)
    {
        var count = channels == ChannelOrder.GRAY ? 1 : 3;
        var preprocessing = new Preprocessing(new() { Channels = channels, Range = [-1, 1], Mean = new float[count], Std = [.. Enumerable.Range(1, count).Select(i => (float)i)] });
        var random = new Random(3);
        float[] Draw(int size) => [.. Enumerable.Range(0, size).Select(_ => random.NextSingle())];
        var (left, right, gradient) = (Draw(12), Draw(12), Draw(4 * count));
        var (a, b, pulled) = (new float[4 * count], new float[4 * count], new float[12]);
        preprocessing.ToInput(left, a);
        preprocessing.ToInput(right, b);
        preprocessing.PullBack(gradient, pulled);
        var change = a.Zip(b, (x, y) => x - y).Zip(gradient, (d, g) => d * g).Sum();
        Assert.Equal(change, left.Zip(right, (x, y) => x - y).Zip(pulled, (d, g) => d * g).Sum(), 1e-4f);
    }
}
