using System.Diagnostics;
using Reverie.Models;
using Reverie.Tests.BadInput;

namespace Reverie.Tests.Cli;

/// <summary>Every kind of bad file through the command line: exit code 2 and one line, soon and in little memory. Alone, so that the process's time and memory are the test's own.</summary>
[CollectionDefinition(nameof(BadInputTests), DisableParallelization = true)]
public sealed class BadInputCollection;

[Collection(nameof(BadInputTests))]
public class BadInputTests
{
    private const double MostSeconds = 2;
    private const long MostBytes = 500_000_000;

    public static TheoryData<string> ModelNames => [.. BadModels.All.Select(bad => bad.Name)];

    public static TheoryData<string> PictureNames => [.. BadPictures.All.Select(bad => bad.Name)];

    /// <summary>A handful of each kind, for the executable itself: its exit code, streams, time and memory.</summary>
    public static TheoryData<string> Sample =>
    [
        "a file that does not exist", "an empty file", "a PyTorch checkpoint", "cut off by one byte", "bomb: ConstantOfShape", "bomb: the tensor doubles forty times",
        .. BadPictures.All.Where((_, index) => index % 40 == 7).Select(bad => bad.Name),
    ];

    [Fact]
    public void There_are_at_least_200_kinds() => Assert.InRange(ModelNames.Count + PictureNames.Count, 200, int.MaxValue);

    [Theory]
    [MemberData(nameof(ModelNames))]
    public async Task A_bad_model_is_refused_by_every_command_that_takes_one(string name)
    {
        using var folder = new TempFolder();
        var bad = BadModels.All.Single(bad => bad.Name == name);
        var path = bad.Write(folder.Path);
        Assert.Contains(bad.Says, await Refused("models", "show", path), StringComparison.Ordinal);
        Assert.Contains(bad.Says, await Refused("gradient", "--model", path, "--input", folder["x.npy"], "--of", "y", "--index", "0", "--out", folder["g.npy"]), StringComparison.Ordinal);
        Assert.False(File.Exists(folder["g.npy"]));
    }

    [Theory]
    [MemberData(nameof(PictureNames))]
    public async Task A_bad_picture_is_refused_by_every_command_that_takes_one(string name)
    {
        using var folder = new TempFolder();
        var bad = BadPictures.All.Single(bad => bad.Name == name);
        var path = bad.Write(folder.Path);
        var output = folder["out.png"];
        Assert.Contains(bad.Says, await Refused("dream", path, "-o", output), StringComparison.Ordinal);
        await Refused("replay", path, "-o", output);
        Assert.False(File.Exists(output));
    }

    [Theory]
    [MemberData(nameof(Sample))]
    public async Task The_executable_refuses_it_too(string name)
    {
        using var folder = new TempFolder();
        var picture = BadPictures.All.SingleOrDefault(bad => bad.Name == name);
        string[] arguments = picture is not null ? ["dream", picture.Write(folder.Path), "-o", folder["out.png"]] : ["models", "show", BadModels.All.Single(bad => bad.Name == name).Write(folder.Path)];
        var outcome = await Executable.Run(arguments);
        Assert.Equal((2, ""), (outcome.Code, outcome.Output));
        AssertOneLine(outcome.Error);
        Assert.InRange(outcome.Time.TotalSeconds, 0, MostSeconds);
        Assert.InRange(outcome.PeakBytes, 1, MostBytes);
        TestContext.Current.TestOutputHelper?.WriteLine($"{outcome.Time.TotalSeconds:0.00} s, {outcome.PeakBytes / 1e6:0} MB: {outcome.Error.TrimEnd()}");
    }

    /// <summary>Runs a command in this process that must refuse; returns its one line.</summary>
    private static async Task<string> Refused(params string[] arguments)
    {
        // The embedded network loads once in a process; that is not this file's time.
        _ = Network.Embedded;
        var (allocated, processor, clock) = (GC.GetTotalAllocatedBytes(), Environment.CpuUsage.TotalTime, Stopwatch.StartNew());
        var outcome = await Command.Run(arguments);
        var (bytes, work) = (GC.GetTotalAllocatedBytes() - allocated, Environment.CpuUsage.TotalTime - processor);
        Assert.Equal((2, ""), (outcome.Code, outcome.Output));
        AssertOneLine(outcome.Error);
        // Processor time, since a busy machine stretches the clock's; and the clock's, loosely, since waiting takes no processor.
        Assert.InRange(work.TotalSeconds, 0, MostSeconds);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 5 * MostSeconds);
        Assert.InRange(bytes, 0, MostBytes);
        return outcome.Error;
    }

    private static void AssertOneLine(string error)
    {
        Assert.StartsWith("reverie: ", error, StringComparison.Ordinal);
        Assert.EndsWith("\n", error, StringComparison.Ordinal);
        Assert.DoesNotContain(error.TrimEnd('\r', '\n'), char.IsControl);
        Assert.DoesNotContain("internal error", error, StringComparison.Ordinal);
    }
}
