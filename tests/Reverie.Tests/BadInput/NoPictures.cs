using System.Text;

namespace Reverie.Tests.BadInput;

/// <summary>What is no picture file, or one of a format that is not read.</summary>
internal static class NoPictures
{
    public static IEnumerable<BadPicture> All =>
    [
        new("a picture that does not exist", "does not exist", folder => Path.Combine(folder, "missing.png")),
        new("a picture in a folder that does not exist", "does not exist", folder => Path.Combine(folder, "no", "missing.png")),
        new("a folder named as a picture", "is a folder", folder => Directory.CreateDirectory(Path.Combine(folder, "picture.png")).FullName),
        BadPicture.OfBytes("an empty picture", "is empty", () => []),
        BadPicture.OfBytes("one byte", "no picture", () => [0x89]),
        BadPicture.OfBytes("text as PNG", "a text file", () => [.. "the quick brown fox\n"u8]),
        BadPicture.OfBytes("text as JPEG", "a text file", () => [.. "[section]\r\nkey = value\r\n"u8], "jpg"),
        BadPicture.OfBytes("a web page as a picture", "a text file", () => [.. "<!DOCTYPE html><html><body>404</body></html>"u8], "jpg"),
        BadPicture.OfBytes("a PDF", "a PDF document", () => [.. "%PDF-1.7\n%\xE2\xE3\n"u8]),
        BadPicture.OfBytes("an SVG", "an SVG drawing", () => [.. "<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\"/>"u8], "svg"),
        BadPicture.OfBytes("a TIFF, little-endian", "a TIFF", () => [.. "II*\0\u0008\0\0\0\0\0\0\0\0\0"u8], "tif"),
        BadPicture.OfBytes("a TIFF, big-endian", "a TIFF", () => [.. "MM\0*\0\0\0\u0008\0\0\0\0\0\0"u8], "tif"),
        BadPicture.OfBytes("a HEIC", "a HEIC picture", () => [.. "\0\0\0\u0018ftypheic\0\0\0\0mif1heic"u8], "heic"),
        BadPicture.OfBytes("a HEIC named JPEG", "a HEIC picture", () => [.. "\0\0\0\u0018ftypmif1\0\0\0\0mif1heic"u8], "jpg"),
        BadPicture.OfBytes("an AVIF", "an AVIF picture", () => [.. "\0\0\0\u0018ftypavif\0\0\0\0avifmif1"u8], "avif"),
        BadPicture.OfBytes("an MP4 video", "video", () => [.. "\0\0\0\u0018ftypisom\0\0\0\0isommp42"u8], "mp4"),
        BadPicture.OfBytes("a WebM video", "video", () => [0x1A, 0x45, 0xDF, 0xA3, 0x9F, 0x42, 0x86], "webm"),
        BadPicture.OfBytes("a JPEG XL", "a JPEG XL picture", () => [0xFF, 0x0A, 0xFA, 0x7F, 0x01], "jxl"),
        BadPicture.OfBytes("a JPEG 2000", "a JPEG 2000 picture", () => [.. "\0\0\0\u000CjP  \r\n"u8], "jp2"),
        BadPicture.OfBytes("a Photoshop document", "a Photoshop document", () => [.. "8BPS\0\u0001"u8, .. new byte[32]], "psd"),
        BadPicture.OfBytes("an icon", "an icon file", () => [0, 0, 1, 0, 1, 0, 16, 16, 0, 0], "ico"),
        BadPicture.OfBytes("a ZIP archive", "a ZIP archive", () => [.. "PK\u0003\u0004photos/1.png"u8]),
        BadPicture.OfBytes("a NumPy array", "a NumPy array", () => [0x93, .. "NUMPY\u0001\0v\0{'descr': '<f4'}"u8], "npy"),
        BadPicture.OfBytes("a model", "no picture", () => GoodModel.Bytes),
        BadPicture.OfBytes("a WAVE sound", "no picture", () => [.. "RIFF\u0024\0\0\0WAVEfmt \u0010\0\0\0"u8], "wav"),
        BadPicture.OfBytes("a kilobyte of zeros as a picture", "no picture", () => new byte[1024]),
        .. Enumerable.Range(1, 3).Select(seed => BadPicture.OfBytes($"random bytes {seed} as a picture", "no picture", () =>
        {
            var bytes = new byte[4096];
            new Random(seed).NextBytes(bytes);
            return bytes;
        })),
        BadPicture.OfBytes("a text that begins as a BMP does", "BMP", () => Encoding.ASCII.GetBytes("BMW is a maker of cars in Munich, Bavaria, since 1916."), "bmp"),
        BadPicture.OfBytes("a PNG sent as text, its line ends changed", "no picture", () =>
            [.. Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(GoodPictures.Png).Replace("\r\n", "\n", StringComparison.Ordinal))]),
        BadPicture.OfBytes("a JPEG without its first byte", "no picture", () => GoodPictures.Jpeg[1..], "jpg"),
    ];
}
