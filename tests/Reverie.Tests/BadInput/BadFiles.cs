using System.Text;

namespace Reverie.Tests.BadInput;

/// <summary>Files that are not protobuf, or a protobuf cut off or hit by a flipped bit.</summary>
internal static class BadFiles
{
    public static IEnumerable<BadModel> All =>
    [
        new("a file that does not exist", "does not exist", folder => Path.Combine(folder, "missing.onnx")),
        new("a folder", "is a folder", folder => Directory.CreateDirectory(Path.Combine(folder, "model.onnx")).FullName),
        BadModel.OfBytes("an empty file", "is empty", () => []),
        BadModel.OfBytes("a text file", "not a valid ONNX file", () => Encoding.UTF8.GetBytes("conv1: weights follow\nthe quick brown fox\n")),
        BadModel.OfBytes("a PNG picture", "a PNG picture", () => [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, 0, 0, 0, 13]),
        BadModel.OfBytes("a JPEG picture", "a JPEG picture", () => [0xFF, 0xD8, 0xFF, 0xE0, 0, 16]),
        BadModel.OfBytes("a GIF picture", "a GIF picture", () => "GIF89a.."u8.ToArray()),
        BadModel.OfBytes("a WebP picture", "WebP", () => "RIFF....WEBP"u8.ToArray()),
        BadModel.OfBytes("a PyTorch checkpoint", "zip archive", () => "PK\u0003\u0004archive/data.pkl"u8.ToArray()),
        BadModel.OfBytes("a pickle", "pickle", () => [0x80, 2, (byte)'}', (byte)'q']),
        BadModel.OfBytes("a gzip file", "gzip", () => [0x1F, 0x8B, 8, 0, 0]),
        BadModel.OfBytes("a Keras file", "HDF5", () => [0x89, (byte)'H', (byte)'D', (byte)'F', 13, 10]),
        BadModel.OfBytes("a Git LFS pointer", "git lfs pull", () => "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"u8.ToArray()),
        BadModel.OfBytes("a web page", "web page", () => "<!DOCTYPE html><html><body>404</body></html>"u8.ToArray()),
        BadModel.OfBytes("a kilobyte of zeros", "not a valid ONNX file", () => new byte[1024]),
        BadModel.OfBytes("a kilobyte of ones", "not a valid ONNX file", () => [.. Enumerable.Repeat((byte)0xFF, 1024)]),
        .. Enumerable.Range(1, 6).Select(seed => BadModel.OfBytes($"random bytes {seed}", "not a valid ONNX file", () =>
        {
            var bytes = new byte[4096];
            new Random(seed).NextBytes(bytes);
            return bytes;
        })),
        .. Enumerable.Range(0, 24).Select(part => BadModel.OfBytes($"cut off after {part + 1}/25 of the file", "not a valid ONNX file", () => GoodModel.Bytes[..(GoodModel.Bytes.Length * (part + 1) / 25)])),
        BadModel.OfBytes("cut off by one byte", "cut off", () => GoodModel.Bytes[..^1]),
        BadModel.OfBytes("bytes appended", "not a valid ONNX file", () => [.. GoodModel.Bytes, 0x3A, 0xFF]),
        BadModel.OfBytes("the graph's length is too large", "cut off", () => Changed(LengthOfGraph + 1, value => (byte)(value + 64))),
        BadModel.OfBytes("the graph's length is too small", "not a valid ONNX file", () => Changed(LengthOfGraph, value => (byte)(value ^ 4))),
        BadModel.OfBytes("the graph is written as a number", "not a valid ONNX file", () => Changed(LengthOfGraph - 1, value => (byte)(value & 0xF8))),
        BadModel.OfBytes("the graph is written as a group", "not a valid ONNX file", () => Changed(LengthOfGraph - 1, value => (byte)((value & 0xF8) | 3))),
        BadModel.OfBytes("the graph is another field", "no graph", () => Changed(LengthOfGraph - 1, value => (byte)(value ^ 0x40))),
        BadModel.OfBytes("a field of number zero", "impossible number", () => [0x02, 0x00]),
        BadModel.OfBytes("a number of eleven bytes", "longer than 64 bits", () => [0x08, .. Enumerable.Repeat((byte)0xFF, 11)]),
        BadModel.OfBytes("a length of 2^63", "cut off", () => [0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]),
        BadModel.OfBytes("a length of 4 GB", "cut off", () => [0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 1, 2, 3]),
    ];

    // version (2 bytes), producer (2), then the graph's tag and its length of two bytes
    private static int LengthOfGraph => 5;

    private static byte[] Changed(int position, Func<byte, byte> change)
    {
        var bytes = (byte[])GoodModel.Bytes.Clone();
        Assert.Equal(0x3A, bytes[LengthOfGraph - 1]);
        bytes[position] = change(bytes[position]);
        return bytes;
    }
}
