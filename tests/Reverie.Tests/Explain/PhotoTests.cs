using Reverie.Explain;
using Reverie.Imaging;
using Reverie.Models;

namespace Reverie.Tests.Explain;

/// <summary>A real network on the photos of things that it knows.</summary>
public sealed class PhotoTests
{
    // files are called by the WordNet id and the name of what they show
    [Fact]
    public void Googlenet_names_what_the_photos_show()
    {
        using var network = Network.Load(Shared.Require("models", "googlenet.onnx"));
        var files = Directory.GetFiles(Shared.Require("media", "imagenet"), "*.JPEG");
        Assert.Equal(12, files.Length);
        var named = files.Count(file =>
        {
            var name = Path.GetFileNameWithoutExtension(file)[10..].Replace('_', ' ');
            using var subject = new PictureSubject(network, Picture.Load(file));
            return subject.Predictions.Any(each => each.Label.Split(", ").Contains(name, StringComparer.OrdinalIgnoreCase));
        });
        Assert.InRange(named, 11, 12);
    }
}
