using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using CsCheck;
using Reverie.Tensors;

namespace Reverie.Tests.Tensors;

public class NpyTests
{
    private static readonly JsonElement[] Samples =
        [.. JsonDocument.Parse(File.ReadAllBytes(Shared.InRepository("tests", "references", "npy.json"))).RootElement.GetProperty("samples").EnumerateArray()];

    [Fact]
    public void Files_that_numpy_wrote_are_read_or_refused_in_one_line()
    {
        var (read, refused) = (0, 0);
        using var folder = new TempFolder();
        foreach (var sample in Samples)
        {
            var path = folder.Write("x.npy", sample.GetProperty("file").GetBytesFromBase64());
            if (sample.GetProperty("values").ValueKind == JsonValueKind.Null)
            {
                AssertRefused(path, "");
                refused++;
                continue;
            }
            var array = Npy.Read(path);
            Assert.Equal(sample.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64()), array.Shape);
            // As text and back: -0 and 0 are different, too.
            Assert.Equal(sample.GetProperty("values").EnumerateArray().Select(v => BitConverter.DoubleToInt64Bits(v.GetDouble())),
                array.ToFloat64().Select(BitConverter.DoubleToInt64Bits));
            read++;
        }
        Assert.Equal((9, 11), (read, refused));
    }

    [Theory]
    [InlineData("Fortran order", "Fortran order")]
    [InlineData("big-endian float32", "'>f4'")]
    [InlineData("float16", "'<f2'")]
    [InlineData("truth values", "'|b1'")]
    [InlineData("a structure", "structured")]
    [InlineData("objects", "'|O'")]
    public void The_refusal_names_the_reason(string name, string says)
    {
        using var folder = new TempFolder();
        AssertRefused(folder.Write("x.npy", Sample(name).GetProperty("file").GetBytesFromBase64()), says);
    }

    [Theory]
    [InlineData("float32")]
    [InlineData("float64")]
    public void What_is_written_is_what_numpy_would_write(string name)
    {
        using var folder = new TempFolder();
        var bytes = Sample(name).GetProperty("file").GetBytesFromBase64();
        var array = Npy.Read(folder.Write("x.npy", bytes));
        if (array.Values is float[] single) Npy.Write(folder["y.npy"], single, array.Shape.ToArray());
        else Npy.Write(folder["y.npy"], array.ToFloat64(), array.Shape.ToArray());
        Assert.Equal(bytes, File.ReadAllBytes(folder["y.npy"]));
    }

    [Fact]
    public void Arrays_come_back_to_the_bit() => Gen.Select(Gen.Long[0, 5].Array[0, 5], Gen.UInt, Gen.Bool).Sample((shape, seed, wide) =>
    {
        using var folder = new TempFolder();
        var random = new CounterRandom(seed);
        var count = shape.Aggregate(1L, (a, b) => a * b);
        // Any bits: infinities, denormals and every kind of NaN among them.
        var bits = Enumerable.Range(0, (int)count).Select(_ => random.NextUInt64()).ToArray();
        if (wide) Npy.Write(folder["x.npy"], [.. bits.Select(BitConverter.UInt64BitsToDouble)], shape);
        else Npy.Write(folder["x.npy"], [.. bits.Select(b => BitConverter.UInt32BitsToSingle((uint)b))], shape);
        var back = Npy.Read(folder["x.npy"]);
        Assert.Equal(shape, back.Shape);
        Assert.Equal(wide ? NpyType.Float64 : NpyType.Float32, back.Type);
        Assert.Equal(bits.Select(b => wide ? b : (uint)b),
            back.Values is double[] d ? d.Select(BitConverter.DoubleToUInt64Bits) : ((float[])back.Values).Select(v => (ulong)BitConverter.SingleToUInt32Bits(v)));
        Assert.Equal(0, (new FileInfo(folder["x.npy"]).Length - count * (wide ? 8 : 4)) % 64);   // the values begin aligned
    }, iter: 60);

    [Fact]
    public void Writing_refuses_an_existing_file_and_a_shape_that_does_not_fit()
    {
        using var folder = new TempFolder();
        Npy.Write(folder["x.npy"], [1f, 2f], [2]);
        Assert.Throws<ReverieException>(() => Npy.Write(folder["x.npy"], [3f], [1]));
        Assert.Equal([1f, 2f], Npy.Read(folder["x.npy"]).ToFloat32());
        Npy.Write(folder["x.npy"], [3f], [1], overwrite: true);
        Assert.Equal([3f], Npy.Read(folder["x.npy"]).ToFloat32());
        Assert.Throws<ArgumentException>(() => Npy.Write(folder["y.npy"], [1f, 2f], [3]));
        Assert.Throws<ArgumentException>(() => Npy.Write(folder["y.npy"], [1f, 2f], [-1, -2]));
        Assert.Single(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Wherever_a_file_is_cut_off_it_is_refused()
    {
        using var folder = new TempFolder();
        var bytes = Sample("float32").GetProperty("file").GetBytesFromBase64();
        for (var length = 0; length < bytes.Length; length++)
            AssertRefused(folder.Write("x.npy", bytes[..length]), length == 0 ? "is empty" : length < 6 ? "not a .npy file" : "cut off");
        AssertRefused(folder.Write("x.npy", [.. bytes, 0]), "1 bytes more");
    }

    [Theory]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000, 1000000), }", "more than one array can")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000, ), }", "cut off")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (9223372036854775807, 9223372036854775807), }", "more than one array can")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (9223372036854775808, ), }", "malformed")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-1, ), }", "malformed")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2, }", "malformed")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': 2, }", "malformed")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, }", "malformed")]
    [InlineData("{'descr': '<f4', 'fortran_order': 0, 'shape': (2, ), }", "malformed")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2, ), 'more': 1, }", "malformed")]
    [InlineData("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2, ), }", "malformed")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2, ), } and more", "malformed")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2, )", "malformed")]
    [InlineData("{'descr': '<f4, 'fortran_order': False, 'shape': (2, ), }", "malformed")]
    [InlineData("{'descr': '\\u003cf4', 'fortran_order': False, 'shape': (2, ), }", "malformed")]
    [InlineData("{'descr': 'x\n\u001b[31m', 'fortran_order': False, 'shape': (2, ), }", "'x??[31m'")]
    [InlineData("__import__('os').system('true')", "malformed")]
    [InlineData("", "malformed")]
    public void A_header_that_is_malformed_or_asks_too_much_is_refused(string header, string says)
    {
        using var folder = new TempFolder();
        AssertRefused(folder.Write("x.npy", WithHeader(header, 1, new byte[8])), says);
    }

    [Fact]
    public void A_shape_of_very_many_dimensions_is_refused()
    {
        using var folder = new TempFolder();
        string Header(int dimensions) => $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({string.Concat(Enumerable.Repeat("1, ", dimensions))}), }}";
        Assert.Equal(64, Npy.Read(folder.Write("x.npy", WithHeader(Header(64), 1, new byte[4]))).Shape.Count);
        AssertRefused(folder.Write("x.npy", WithHeader(Header(65), 1, new byte[4])), "malformed");
    }

    [Theory]
    [InlineData(0, "version 0.0")]
    [InlineData(4, "version 4.0")]
    public void Other_versions_are_refused(byte version, string says)
    {
        using var folder = new TempFolder();
        AssertRefused(folder.Write("x.npy", WithHeader("{'descr': '<f4', 'fortran_order': False, 'shape': (2, ), }", version, new byte[8])), says);
    }

    [Fact]
    public void A_header_of_gigabytes_is_refused_before_it_is_read()
    {
        using var folder = new TempFolder();
        AssertRefused(folder.Write("x.npy", [0x93, .. "NUMPY"u8, 2, 0, 0xFF, 0xFF, 0xFF, 0xFF, .. new byte[64]]), "4294967295 bytes");
    }

    [Theory]
    [InlineData("PK\u0003\u0004", "not a .npy file")]
    [InlineData("1.0, 2.0\n", "not a .npy file")]
    public void Another_file_is_refused(string content, string says)
    {
        using var folder = new TempFolder();
        AssertRefused(folder.Write("x.npy", Encoding.ASCII.GetBytes(content)), says);
        AssertRefused(folder["missing.npy"], "does not exist");
        AssertRefused(folder.Path, "is a folder");
    }

    private static void AssertRefused(string path, string says)
    {
        var (before, clock) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.StartNew());
        var error = Assert.Throws<ReverieException>(() => Npy.Read(path));
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 2);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000_000);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(error.Message, char.IsControl);
    }

    private static byte[] WithHeader(string header, byte version, byte[] values)
    {
        var text = Encoding.Latin1.GetBytes(header);
        var length = new byte[version > 1 ? 4 : 2];
        if (version > 1) BinaryPrimitives.WriteInt32LittleEndian(length, text.Length);
        else BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)text.Length);
        return [0x93, .. "NUMPY"u8, version, 0, .. length, .. text, .. values];
    }

    private static JsonElement Sample(string name) => Samples.Single(sample => sample.GetProperty("name").GetString() == name);
}
