using System.Diagnostics;
using Reverie.Imaging;
using Reverie.Tests.Imaging;

namespace Reverie.Tests.BadInput;

public sealed class BadPictureTests
{
    public static TheoryData<string> Names => [.. BadPictures.All.Select(bad => bad.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_bad_picture_gives_one_clear_line_soon_and_in_little_memory(string name)
    {
        using var folder = new TempFolder();
        var bad = BadPictures.All.Single(bad => bad.Name == name);
        var path = bad.Write(folder.Path);
        var (before, clock) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.StartNew());
        var error = Assert.Throws<ReverieException>(() => Picture.Load(path));
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 2);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000_000);
        Assert.Contains(bad.Says, error.Message, StringComparison.Ordinal);
        Assert.StartsWith($"'{path}' ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(error.Message, char.IsControl);
        Assert.InRange(error.Message.Length, path.Length + 12, path.Length + 200);
    }

    [Fact]
    public void There_are_many_kinds_each_with_a_name_of_its_own()
    {
        Assert.InRange(BadPictures.All.Count, 150, int.MaxValue);
        Assert.Equal(BadPictures.All.Count, BadPictures.All.DistinctBy(bad => bad.Name).Count());
        Assert.Empty(BadPictures.All.Select(bad => bad.Name).Intersect(BadModels.All.Select(bad => bad.Name)));
    }

    [Fact]
    public void The_pictures_that_are_damaged_are_valid()
    {
        using var folder = new TempFolder();
        foreach (var (name, extension, bytes) in GoodPictures.All)
            Assert.Equal(name == "GIF" ? 3 : 32, Picture.Load(folder.Write("picture." + extension, bytes)).Width);
    }

    [Fact]
    public void A_flipped_bit_is_harmless_or_refused()
    {
        using var folder = new TempFolder();
        foreach (var (name, _, good) in GoodPictures.All)
        {
            var refused = 0;
            var step = Math.Max(1, good.Length / 300);
            for (var position = 0; position < good.Length; position += position < 64 ? 1 : step)
            {
                var bytes = (byte[])good.Clone();
                bytes[position] ^= (byte)(1 << (position * 5 % 8));
                var path = folder.Write("picture", bytes);
                try
                {
                    // A width or height may have grown: what comes is a picture within the limits.
                    Assert.InRange(Picture.Load(path).Rgb.Length, 1, 3 * Picture.MaxPixels);
                    Picture.ReadMetadata(path);
                }
                catch (ReverieException)
                {
                    refused++;
                }
            }
            Assert.True(refused > 10, $"{name}: only {refused} flips were refused");
        }
    }

    [Fact]
    public void Pixels_that_unpack_to_far_more_than_the_picture_are_not_unpacked()
    {
        // 200 MB of zeros behind a picture of 4 x 4: decoders ignore what follows the last row.
        var bomb = TestPictures.Deflate(new byte[200_000_000]);
        foreach (var bits in new[] { 8, 16 })
        {
            var (before, clock) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.StartNew());
            Assert.Equal(4, TestPictures.Load(TestPictures.PngOfData(2, bits, 4u, 4u, bomb)).Width);
            Assert.InRange(clock.Elapsed.TotalSeconds, 0, 1);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000_000);
        }
    }

    [Fact]
    public void A_profile_that_is_a_bomb_is_not_unpacked()
    {
        var bomb = TestPictures.Deflate(new byte[200_000_000]);
        foreach (var bits in new[] { 8, 16 })
        {
            var png = TestPictures.Png(2, bits, 4, 4, new byte[4 * (1 + 12 * bits / 8)], chunks: [("iCCP", [.. "bomb\0\0"u8, .. bomb])]);
            var (before, clock) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.StartNew());
            Assert.Equal(4, TestPictures.Load(png).Width);
            Assert.InRange(clock.Elapsed.TotalSeconds, 0, 1);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000_000);
        }
    }
}
