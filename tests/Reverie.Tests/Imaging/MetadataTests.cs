using System.Text;
using Reverie.Imaging;
using SkiaSharp;

namespace Reverie.Tests.Imaging;

/// <summary>Texts kept inside picture files.</summary>
public class MetadataTests
{
    private static readonly PictureMetadata Texts = new()
    {
        [PictureMetadata.Recipe] = """{"layer": "inception_4c/output", "note": "line\nbreak, \"quotes\", back\\slash"}""",
        ["title"] = "Grüße aus Zürich, 夢, 🌀, \u0301",
        ["empty"] = "",
    };

    [Theory]
    [InlineData("p.png")]
    [InlineData("p.jpg")]
    [InlineData("p.webp")]
    public void Texts_come_back(string name)
    {
        using var folder = new TempFolder();
        var picture = new Picture(3, 5);
        picture.Save(folder[name], Texts);
        Assert.Equal(Texts, Picture.ReadMetadata(folder[name]));
        Assert.Equal(picture.Rgb, Picture.Load(folder[name]).Rgb);
        picture.Save(folder["none" + name]);
        Assert.Empty(Picture.ReadMetadata(folder["none" + name]));
    }

    [Fact]
    public void A_translucent_webp_with_texts_keeps_its_alpha()
    {
        using var folder = new TempFolder();
        new Picture(1, 3, new float[9], [0, 0.4f, 1]).Save(folder["p.webp"], Texts);
        Assert.Equal([0, 102 / 255f, 1], Picture.Load(folder["p.webp"]).Alpha!);
        Assert.Equal(Texts, Picture.ReadMetadata(folder["p.webp"]));
    }

    [Theory]
    [InlineData("p.png")]
    [InlineData("p.webp")]
    public void Long_texts_come_back(string name)
    {
        using var folder = new TempFolder();
        var texts = new PictureMetadata { ["long"] = string.Concat(Enumerable.Repeat("夢 dream ", 100_000 / 8)) };
        new Picture(2, 2).Save(folder[name], texts);
        Assert.Equal(texts, Picture.ReadMetadata(folder[name]));
        Assert.Equal(2, Picture.Load(folder[name]).Width);
    }

    [Fact]
    public void A_text_that_fills_a_jpeg_segment_fits_and_a_longer_one_is_refused_leaving_nothing()
    {
        using var folder = new TempFolder();
        var picture = new Picture(2, 2);
        var room = 65533 - 6 - Exif.Write(new PictureMetadata { ["t"] = "" }).Length;
        var texts = new PictureMetadata { ["t"] = new string('x', room) };
        picture.Save(folder["p.jpg"], texts);
        Assert.Equal(texts, Picture.ReadMetadata(folder["p.jpg"]));
        Assert.Equal(2, Picture.Load(folder["p.jpg"]).Width);
        texts["t"] += "x";
        var error = Assert.Throws<ReverieException>(() => picture.Save(folder["q.jpg"], texts));
        Assert.Contains("65534 bytes", error.Message, StringComparison.Ordinal);
        Assert.Contains(".png", error.Message, StringComparison.Ordinal);
        Assert.Equal([folder["p.jpg"]], Directory.GetFileSystemEntries(folder.Path));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" a")]
    [InlineData("a ")]
    [InlineData("a  b")]
    [InlineData("ä")]
    [InlineData("a\nb")]
    [InlineData("1234567890123456789012345678901234567890123456789012345678901234567890123456789x")]
    public void Keys_that_PNG_has_not_are_refused(string key)
    {
        using var folder = new TempFolder();
        Assert.Throws<ArgumentException>(() => new Picture(1, 1).Save(folder["p.png"], new PictureMetadata { [key] = "text" }));
        Assert.Throws<ArgumentException>(() => new Picture(1, 1).Save(folder["p.png"], new PictureMetadata { ["key"] = "a\0b" }));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Other_programs_texts_in_a_png_are_read()
    {
        using var folder = new TempFolder();
        (string, byte[])[] chunks =
        [
            ("tEXt", [.. "plain\0caf"u8, 0xE9]),
            ("zTXt", [.. "packed\0\0"u8, .. TestPictures.Deflate([.. "packed text"u8])]),
            ("iTXt", [.. "both\0\u0001\0de\0beides\0"u8, .. TestPictures.Deflate(Encoding.UTF8.GetBytes("夢"))]),
            ("zTXt", [.. "broken\0\0"u8, 1, 2, 3]),
            ("tEXt", [.. "no end"u8]),
            ("tEXt", [.. "plain\0a second one"u8]),
        ];
        var path = folder.Write("p.png", TestPictures.Png(2, 8, 1, 1, [0, 1, 2, 3], chunks: chunks));
        Assert.Equal(new PictureMetadata { ["plain"] = "café", ["packed"] = "packed text", ["both"] = "夢" }, Picture.ReadMetadata(path));
    }

    [Theory]
    [InlineData("ASCII\0\0\0[1,2]")]
    [InlineData("ASCII\0\0\0{\"a\":1}")]
    [InlineData("ASCII\0\0\0{\"a\":null}")]
    [InlineData("ASCII\0\0\0my holiday")]
    [InlineData("UNICODE\0holiday")]
    [InlineData("x")]
    public void Another_programs_comment_in_a_jpeg_is_none_of_ours(string comment)
    {
        // Our own structure with its comment exchanged: count and content stand at the end.
        var tiff = Exif.Write([]);
        var text = Encoding.ASCII.GetBytes(comment);
        var start = tiff.Length - "ASCII\0\0\0{}".Length;
        var at = tiff.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x86, 0x92]);
        tiff[at + 4] = (byte)text.Length;
        var jpeg = TestPictures.Encoded(1, 1, [1, 2, 3, 255], SKEncodedImageFormat.Jpeg);
        using var folder = new TempFolder();
        var path = folder.Write("p.jpg", TestPictures.WithExif(jpeg, [.. tiff[..start], .. text]));
        Assert.Empty(Picture.ReadMetadata(path));
        Assert.Equal(1, Picture.Load(path).Width);
    }

    [Fact]
    public void Exif_with_any_byte_changed_neither_fails_nor_hangs()
    {
        var tiff = Exif.Write(Texts);
        for (var at = 0; at < 80; at++)
            foreach (byte value in new byte[] { 0, 1, 0x7F, 0x80, 0xFF })
            {
                var changed = (byte[])tiff.Clone();
                changed[at] = value;
                Assert.InRange(Exif.ReadTexts(changed).Count, 0, 3);
                Assert.InRange(Exif.ReadOrientation(changed), 1, 8);
                Assert.InRange(Exif.ReadTexts(changed.AsSpan(0, at)).Count, 0, 3);
            }
    }

    [Fact]
    public void Compressed_texts_that_are_bombs_are_left_out()
    {
        using var folder = new TempFolder();
        var bomb = TestPictures.Deflate(new byte[30_000_000]);
        var chunks = Enumerable.Range(0, 20).Select(i => ("zTXt", (byte[])[.. Encoding.ASCII.GetBytes($"bomb {i}"), 0, 0, .. bomb])).ToArray();
        var path = folder.Write("p.png", TestPictures.Png(2, 8, 1, 1, [0, 1, 2, 3], chunks: chunks));
        Assert.Empty(Picture.ReadMetadata(path));
        Assert.Equal(1, Picture.Load(path).Width);
    }
}
