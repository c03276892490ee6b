using Reverie.Imaging;
using SkiaSharp;

namespace Reverie.Tests.Imaging;

public class OrientationTests
{
    private const int Height = 16, Width = 24;   // whole JPEG blocks: a corner's colour does not leak into another's

    public static TheoryData<int, string, bool> Cases
    {
        get
        {
            var data = new TheoryData<int, string, bool>();
            for (var orientation = 0; orientation <= 9; orientation++)
                foreach (var kind in new[] { "jpeg", "png", "png16", "webp" })
                    data.Add(orientation, kind, orientation % 2 == 0);
            return data;
        }
    }

    /// <summary>The stored picture has four colours at its four corners; EXIF says which of them is at the upper left for the viewer, and which way the rows run.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Pictures_come_upright(int orientation, string kind, bool little)
    {
        // Corners of the stored picture A B / C D, as the viewer must see them (CIPA DC-008, 4.6.4 A, Orientation).
        var seen = orientation switch { 2 => "BADC", 3 => "DCBA", 4 => "CDAB", 5 => "ACBD", 6 => "CADB", 7 => "DBCA", 8 => "BDAC", _ => "ABCD" };
        var picture = TestPictures.Load(File(kind, TestPictures.Orientation(orientation, little)));
        var (h, w) = orientation is >= 5 and <= 8 ? (Width, Height) : (Height, Width);
        Assert.Equal((h, w), (picture.Height, picture.Width));
        var corners = new[] { (2, 2), (2, w - 3), (h - 3, 2), (h - 3, w - 3) }.Select(at => Letter(picture, at.Item1, at.Item2));
        Assert.Equal(seen, string.Concat(corners));
    }

    private static byte[] File(string kind, byte[] exif)
    {
        var rgba = new byte[Height * Width * 4];
        for (var i = 0; i < Height * Width; i++)
        {
            var corner = (i / Width < Height / 2 ? 0 : 2) + (i % Width < Width / 2 ? 0 : 1);   // A red, B green, C blue, D white
            for (var c = 0; c < 3; c++) rgba[4 * i + c] = corner == c || corner == 3 ? (byte)255 : (byte)0;
            rgba[4 * i + 3] = 255;
        }
        switch (kind)
        {
            case "jpeg":
                return TestPictures.WithExif(TestPictures.Encoded(Height, Width, rgba, SKEncodedImageFormat.Jpeg), exif);
            case "png":
                return TestPictures.WithChunk(TestPictures.Encoded(Height, Width, rgba, SKEncodedImageFormat.Png), "eXIf", exif);
            case "png16":
                var rows = Enumerable.Range(0, Height).SelectMany(y => rgba[(y * Width * 4)..((y + 1) * Width * 4)].SelectMany(v => new[] { v, v }).Prepend((byte)0));
                return TestPictures.Png(6, 16, Width, Height, [.. rows], chunks: [("eXIf", exif)]);
            default:
                var webp = TestPictures.Encoded(Height, Width, rgba, SKEncodedImageFormat.Webp);
                return WebpContainer.WithExif(webp, exif, Height, Width, alpha: false);
        }
    }

    private static char Letter(Picture picture, int y, int x)
    {
        var bits = Enumerable.Range(0, 3).Sum(c => picture.Plane(c)[y * picture.Width + x] > 0.5f ? 1 << c : 0);
        return bits switch { 1 => 'A', 2 => 'B', 4 => 'C', 7 => 'D', _ => '?' };
    }
}
