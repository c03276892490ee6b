using Reverie.Imaging;

namespace Reverie.Tests.Imaging;

/// <summary>A file is written whole or not at all, and nothing is overwritten unasked.</summary>
public class AtomicSaveTests
{
    [Theory]
    [InlineData("p.png")]
    [InlineData("p.jpg")]
    [InlineData("p.webp")]
    public void An_existing_file_stays_unless_overwriting_is_asked_for(string name)
    {
        using var folder = new TempFolder();
        folder.Write(name, [1, 2, 3]);
        var picture = new Picture(2, 2);
        Assert.Contains("exists already", Assert.Throws<ReverieException>(() => picture.Save(folder[name])).Message, StringComparison.Ordinal);
        Assert.Throws<ReverieException>(() => Picture.EnsureSavable(folder[name], 2, 2));
        Assert.Equal([1, 2, 3], File.ReadAllBytes(folder[name]));
        picture.Save(folder[name], overwrite: true);
        Assert.Equal(2, Picture.Load(folder[name]).Width);
        Assert.Single(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_failure_half_way_leaves_what_was_there_and_nothing_else()
    {
        using var folder = new TempFolder();
        folder.Write("old.bin", [1, 2, 3]);
        foreach (var name in new[] { "old.bin", "new.bin" })
            Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(folder[name], overwrite: true, stream =>
            {
                stream.Write(new byte[100_000]);
                throw new InvalidOperationException("half-way");
            }));
        Assert.Equal([folder["old.bin"]], Directory.GetFileSystemEntries(folder.Path));
        Assert.Equal([1, 2, 3], File.ReadAllBytes(folder["old.bin"]));
    }

    [Fact]
    public void A_file_that_appears_meanwhile_is_not_overwritten()
    {
        using var folder = new TempFolder();
        Assert.Throws<ReverieException>(() => AtomicFile.Write(folder["a.bin"], overwrite: false, stream => folder.Write("a.bin", [7])));
        Assert.Equal([7], File.ReadAllBytes(folder["a.bin"]));
        Assert.Single(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_link_stays_a_link()
    {
        using var folder = new TempFolder();
        folder.Write("target.png", [1]);
        File.CreateSymbolicLink(folder["link.png"], folder["target.png"]);
        new Picture(2, 2).Save(folder["link.png"], overwrite: true);
        Assert.NotNull(new FileInfo(folder["link.png"]).LinkTarget);
        Assert.Equal(2, Picture.Load(folder["target.png"]).Width);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("sub", "is a folder")]
    [InlineData("no/p.png", "does not exist")]
    [InlineData("p", "no extension")]
    [InlineData("p.tiff", "'.tiff' is not supported")]
    [InlineData("p.gif", "'.gif' is not supported")]
    public void A_target_that_cannot_be_written_is_refused_before_any_work(string name, string says)
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["sub"]);
        var path = name.Length == 0 ? "" : folder[name];
        var error = Assert.Throws<ReverieException>(() => Picture.EnsureSavable(path, 2, 2));
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Equal(error.Message, Assert.Throws<ReverieException>(() => new Picture(2, 2).Save(path)).Message);
    }

    [Fact]
    public void A_device_is_no_target()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there are no device files on Windows");
        using var folder = new TempFolder();
        Assert.Throws<ReverieException>(() => AtomicFile.Write("/dev/null", overwrite: true, _ => { }));
        // a name for it counts as much as its own
        File.CreateSymbolicLink(folder["link"], "/dev/null");
        Assert.Contains("device", Assert.Throws<ReverieException>(() => AtomicFile.EnsureWritable(folder["link"], overwrite: true)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_format_cannot_hold_is_refused()
    {
        using var folder = new TempFolder();
        var translucent = new Picture(1, 1, new float[3], [0.5f]);
        Assert.Contains("transparency", Assert.Throws<ReverieException>(() => translucent.Save(folder["p.jpg"])).Message, StringComparison.Ordinal);
        Assert.Contains("16383", Assert.Throws<ReverieException>(() => new Picture(1, 16384).Save(folder["p.webp"])).Message, StringComparison.Ordinal);
        Assert.Contains("65500", Assert.Throws<ReverieException>(() => new Picture(65501, 1).Save(folder["p.jpg"])).Message, StringComparison.Ordinal);
        Assert.Contains("16 as .png", Assert.Throws<ReverieException>(() => new Picture(1, 1).Save(folder["p.webp"], bits: 16)).Message, StringComparison.Ordinal);
        Assert.Contains("12 bits", Assert.Throws<ReverieException>(() => new Picture(1, 1).Save(folder["p.png"], bits: 12)).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
        new Picture(1, 16383).Save(folder["p.webp"]);
        Assert.Equal(16383, Picture.Load(folder["p.webp"]).Width);
    }
}
