using Reverie.Onnx.Wire;

namespace Reverie.Tests.Onnx;

/// <summary>Files that change while they are in use: touching a page that a mapped file has lost would end the process.</summary>
public class MappedFileTests
{
    private const int Large = (32 << 20) + 4096;

    [Fact]
    public void A_small_file_can_be_cut_at_will()
    {
        using var folder = new TempFolder();
        var path = folder.Write("small", [1, 2, 3]);
        var memory = MappedFile.Map(path);
        File.WriteAllBytes(path, []);
        Assert.Equal([1, 2, 3], memory.ToArray());
    }

    [Fact]
    public void A_large_file_that_is_cut_is_refused_at_the_next_look()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not let a mapped file be cut");
        using var folder = new TempFolder();
        var path = folder.Write("large", new byte[Large]);
        var memory = MappedFile.Map(path)[(Large - 8)..];
        Assert.Equal(0, memory.Span[7]);
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) file.SetLength(4096);
        Assert.Contains("was changed by another program", Assert.Throws<ReverieException>(() => memory.Span[7]).Message, StringComparison.Ordinal);
        Assert.Throws<ReverieException>(() => memory.Pin());
    }

    [Fact]
    public void A_large_file_that_is_replaced_stays_what_it_was()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not let a mapped file be replaced");
        using var folder = new TempFolder();
        var bytes = new byte[Large];
        bytes[^1] = 7;
        var path = folder.Write("large", bytes);
        var memory = MappedFile.Map(path);
        File.Move(folder.Write("other", [1]), path, overwrite: true);
        Assert.Equal(7, memory.Span[^1]);
    }
}
