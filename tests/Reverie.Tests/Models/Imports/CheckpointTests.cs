using System.IO.Compression;
using System.Text;
using CsCheck;
using Reverie.Models.Weights;

namespace Reverie.Tests.Models.Imports;

/// <summary>Checkpoints of PyTorch in every form in which it writes them, and in some that only an attacker writes.</summary>
public class CheckpointTests
{
    [Theory]
    [InlineData("zip.pth")]
    [InlineData("legacy.pth")]
    [InlineData("training.pth")]
    public void Tensors_of_every_type_and_layout_are_read(string file)
    {
        var weights = StateDict.Load(Stored(file));
        float[] values = [.. Enumerable.Range(0, 24).Select(value => value / 8f)];
        Assert.Equal(["a", "b", "brain", "c", "count", "double", "empty", "half", "scalar"], weights.Names.Order(StringComparer.Ordinal));
        Assert.Equal([4, 6], weights.ShapeOf("a")!);
        foreach (var name in new[] { "a", "half", "brain", "double" }) Assert.Equal(values, weights[name].Span<float>().ToArray());
        Assert.Equal([6, 4], weights.ShapeOf("b")!);
        Assert.Equal(Enumerable.Range(0, 24).Select(index => values[index % 4 * 6 + index / 4]), weights["b"].Span<float>().ToArray());
        Assert.Equal([values[6], values[8], values[10], values[12], values[14], values[16]], weights["c"].Span<float>().ToArray());
        Assert.Equal([1.5f], weights["scalar"].Span<float>().ToArray());
        Assert.Empty(weights.ShapeOf("scalar")!);
        Assert.Equal([0, 3], weights.ShapeOf("empty")!);
        Assert.Contains("only floating-point weights", Assert.Throws<ReverieException>(() => weights["count"]).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("parameters.pth")]
    [InlineData("requires-grad.pth")]
    public void Parameters_are_read(string file)
    {
        var weights = StateDict.Load(Stored(file));
        Assert.Equal([0, 1, 2, 3, 4, 5f], weights["weight"].Span<float>().ToArray());
        Assert.Equal([0.25f, -0.25f], weights["bias"].Span<float>().ToArray());
    }

    [Theory]
    [InlineData("malicious.pth", "wants to run 'posix.system'")]
    [InlineData("malicious-legacy.pth", "wants to run 'posix.system'")]
    [InlineData("module.pth", "wants to run 'torch.nn.modules.linear.Linear'")]
    [InlineData("script.pt", "TorchScript")]
    public void Whatever_is_not_a_table_of_weights_is_refused(string file, string expected)
    {
        var message = Assert.Throws<ReverieException>(() => StateDict.Load(Stored(file))).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.False(File.Exists("pwned"));
    }

    [Theory]
    [InlineData("zip.pth")]
    [InlineData("legacy.pth")]
    [InlineData("parameters.pth")]
    public void Damaged_checkpoints_are_refused_or_read_but_never_crash(string file)
    {
        using var folder = new TempFolder();
        var (bytes, path) = (File.ReadAllBytes(Stored(file)), folder["damaged.pth"]);
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte, Gen.Int[0, 9]).Sample((at, value, kind) =>
        {
            byte[] damaged = kind == 0 ? bytes[..at] : [.. bytes[..at], value, .. bytes[(at + 1)..]];
            File.WriteAllBytes(path, damaged);
            try
            {
                StateDict.Load(path);
            }
            catch (ReverieException exception)
            {
                Assert.DoesNotContain('\n', exception.Message);
            }
        }, iter: 300, threads: 1);
    }

    [Fact]
    public void A_compressed_archive_is_refused()
    {
        using var folder = new TempFolder();
        var path = folder["bomb.pth"];
        using (var archive = ZipFile.Open(path, ZipArchiveMode.Create))
        {
            using var entry = archive.CreateEntry("bomb/data.pkl", CompressionLevel.SmallestSize).Open();
            entry.Write(new byte[1 << 20]);
        }
        Assert.Contains("compressed", Assert.Throws<ReverieException>(() => StateDict.Load(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Safetensors_are_read()
    {
        using var folder = new TempFolder();
        var path = Safetensors(folder, """{"__metadata__":{"format":"pt"},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"h":{"dtype":"F16","shape":[1,2],"data_offsets":[8,12]}}""",
            [.. BitConverter.GetBytes(1f), .. BitConverter.GetBytes(-2f), .. BitConverter.GetBytes((Half)0.5), .. BitConverter.GetBytes((Half)4)]);
        var weights = StateDict.Load(path);
        Assert.Equal([1, -2f], weights["w"].Span<float>().ToArray());
        Assert.Equal([1, 2], weights.ShapeOf("h")!);
        Assert.Equal([0.5f, 4], weights["h"].Span<float>().ToArray());
    }

    [Theory]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4)]
    [InlineData("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 8)]
    [InlineData("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8)]
    [InlineData("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"v":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4)]
    [InlineData("""{"w":{"dtype":"F32","shape":[1000],"data_offsets":[0,4000]}}""", 8)]
    [InlineData("""{"w":{"dtype":"F8","shape":[4],"data_offsets":[0,4]}}""", 4)]
    [InlineData("""{"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4)]
    [InlineData("""{"w":{"dtype":"F32","data_offsets":[0,4]}}""", 4)]
    [InlineData("""{"w":3}""", 4)]
    [InlineData("""{"w":""", 4)]
    public void Safetensors_that_break_the_rules_are_refused(string header, int bytes)
    {
        using var folder = new TempFolder();
        Assert.Throws<ReverieException>(() => StateDict.Load(Safetensors(folder, header, new byte[bytes])));
    }

    private static string Safetensors(TempFolder folder, string header, byte[] data)
    {
        var path = folder["weights.safetensors"];
        var text = Encoding.UTF8.GetBytes(header);
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((ulong)text.Length), .. text, .. data]);
        return path;
    }

    private static string Stored(string file) => Shared.InRepository("tests", "references", "weights", file);
}
