using Reverie.Explain;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Tests.References;

namespace Reverie.Tests.Explain;

/// <summary>A small photo-like picture of soft noise, and a network that takes it, so that tests are fast.</summary>
internal static class TestPhoto
{
    private const int Side = 64;

    /// <summary>The embedded network, looking at pictures of 64 x 64.</summary>
    public static Network Network { get; } = Network.Embedded.With(Network.Embedded.Card with { Input = Network.Embedded.Card.Input with { Size = [Side, Side] } });

    public static Picture Small { get; } = new(Side, Side, Array.ConvertAll(HashPicture.Levels(Side, Side, 7), level => level / 255f));
}

/// <summary>The photo and the network ready to be asked, for all tests of a class: compiling takes longer than asking.</summary>
public sealed class SmallSubject : IDisposable
{
    public PictureSubject Subject { get; } = new(TestPhoto.Network, TestPhoto.Small);

    public void Dispose() => Subject.Dispose();
}
