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
