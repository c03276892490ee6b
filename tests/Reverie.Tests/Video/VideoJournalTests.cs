using CsCheck;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Video;
using Reverie.Video.Frames;

namespace Reverie.Tests.Video;

/// <summary>A job that ends anywhere is gone on with to the same bytes.</summary>
public sealed class VideoJournalTests
{
    private const int Frames = 7;

    [Fact]
    public void WhereverItEndsTheSameJobMakesTheSameFrames()
    {
        using var folder = new TempFolder();
        var source = Source(folder);
        var expected = Whole(source, folder["whole"]);
        var run = 0;
        Gen.Int[0, Frames - 1].Array[1, 2].Sample(ends =>
        {
            var output = folder[$"out{run++}"];
            foreach (var end in ends) Assert.ThrowsAny<InvalidOperationException>(() => Job(source, output).Run(new TestMethod { Memory = 0.5f, Before = number => Crash(number, end) }, Network.Embedded));
            Job(source, output).Run(new TestMethod { Memory = 0.5f }, Network.Embedded);
            return expected.SequenceEqual(Files(output));
        }, iter: 8, threads: 1);

        // a later run may begin beyond the frame at which this one is to end
        static void Crash(int number, int end)
        {
            if (number >= end) throw new InvalidOperationException("the process ends");
        }
    }

    [Fact]
    public void SoItIsWithSeveralPassesAndLooksBack()
    {
        using var folder = new TempFolder();
        var source = Source(folder);
        var run = 0;
        foreach (var method in (TestMethod[])[new() { Memory = 0.5f, Passes = 3 }, new() { Memory = 0.25f, LookBack = [2, 4] }])
        {
            var whole = folder[$"whole{run}"];
            Job(source, whole).Run(method, Network.Embedded);
            Gen.Int[1, Frames * method.Passes - 1].Array[1, 3].Sample(ends =>
            {
                var output = folder[$"out{run++}"];
                // each run ends after so many frames of its own
                foreach (var end in ends)
                {
                    var left = end;
                    try
                    {
                        Job(source, output).Run(method with { Before = _ => { if (left-- == 0) throw new InvalidOperationException("the process ends"); } }, Network.Embedded);
                        return Files(whole).SequenceEqual(Files(output));
                    }
                    catch (InvalidOperationException)
                    {
                        Assert.False(Directory.Exists(output));
                    }
                }
                Job(source, output).Run(method, Network.Embedded);
                return Files(whole).SequenceEqual(Files(output)) && !Directory.Exists($"{output}.journal");
            }, iter: 6, threads: 1);
        }
    }

    [Fact]
    public void PassesGoThereAndBack()
    {
        using var folder = new TempFolder();
        var order = new List<int>();
        Job(Source(folder), folder["out"]).Run(new TestMethod { Memory = 0.5f, Passes = 3, Before = order.Add }, Network.Embedded);
        Assert.Equal([.. Enumerable.Range(0, Frames), .. Enumerable.Range(0, Frames).Reverse(), .. Enumerable.Range(0, Frames)], order);
    }

    [Fact]
    public void WhatIsCutOffOrDamagedIsMadeAgain()
    {
        using var folder = new TempFolder();
        var source = Source(folder);
        var expected = Whole(source, folder["whole"]);
        Assert.ThrowsAny<InvalidOperationException>(() => Job(source, folder["part"]).Run(new TestMethod { Memory = 0.5f, Before = number => { if (number == 5) throw new InvalidOperationException("the process ends"); } }, Network.Embedded));
        var (frames, state) = (File.ReadAllBytes(folder["part.journal/frames.journal"]), File.ReadAllBytes(folder["part.journal/state.bin"]));
        var run = 0;
        (from cut in Gen.Int[0, frames.Length] from wrong in Gen.Int[-1, frames.Length - 1] from hurt in Gen.Int[-8, state.Length - 1] select (cut, wrong, hurt)).Sample(damage =>
        {
            var output = folder[$"out{run++}"];
            Directory.CreateDirectory($"{output}.journal");
            File.Copy(folder["part.journal/run.json"], $"{output}.journal/run.json");
            var (hurtFrames, hurtState) = ((byte[])frames.Clone(), (byte[])state.Clone());
            if (damage.wrong >= 0) hurtFrames[damage.wrong] ^= 0x10;
            if (damage.hurt >= 0) hurtState[damage.hurt] ^= 0x10;
            File.WriteAllBytes($"{output}.journal/frames.journal", hurtFrames[..damage.cut]);
            File.WriteAllBytes($"{output}.journal/state.bin", hurtState);
            Job(source, output).Run(new TestMethod { Memory = 0.5f }, Network.Embedded);
            return expected.SequenceEqual(Files(output));
        }, iter: 10, threads: 1);
    }

    [Fact]
    public void TheJournalOfAnotherJobIsLeftAlone()
    {
        using var folder = new TempFolder();
        var source = Source(folder);
        Assert.ThrowsAny<InvalidOperationException>(() => Job(source, folder["out"]).Run(new TestMethod { Before = number => { if (number == 3) throw new InvalidOperationException("the process ends"); } }, Network.Embedded));
        var refused = Assert.Throws<ReverieException>(() => Job(source, folder["out"]).Run(new TestMethod { Memory = 0.25f }, Network.Embedded));
        Assert.Contains("other settings", refused.Message, StringComparison.Ordinal);
        new VideoJob(source, new() { Height = 32, Width = 48 }, folder["out"], overwrite: true).Run(new TestMethod { Memory = 0.25f }, Network.Embedded);
        Assert.Equal(Frames, Files(folder["out"]).Count);
    }

    [Fact]
    public void FramesThatDoNotDependOnEachOtherAreMadeTwoAtATime()
    {
        using var folder = new TempFolder();
        var source = Source(folder);
        var (working, most, fails) = (0, 0, true);
        var method = new TestMethod
        {
            Baseline = VideoBaseline.Framewise,
            Before = number =>
            {
                // each waits for company; the last may have none
                Interlocked.Increment(ref working);
                SpinWait.SpinUntil(() => Volatile.Read(ref working) == 2, TimeSpan.FromSeconds(number == Frames - 1 ? 0.1 : 5));
                lock (folder) most = Math.Max(most, working);
                Thread.Sleep(30);
                Interlocked.Decrement(ref working);
                if (number == 5 && fails) throw new ReverieException("the sixth is damaged");
            },
        };
        Assert.Contains("the 5 frames made so far are kept", Assert.Throws<ReverieException>(() => Run(4)).Message, StringComparison.Ordinal);
        Assert.Equal(2, most);
        fails = false;
        Run(4);
        // with two threads there is no room for two
        (working, most) = (0, 0);
        Job(source, folder["one"]).Run(method with { Before = One }, Network.Embedded, options: new() { Threads = 2 });
        Assert.Equal(1, most);
        Assert.Equal(Files(folder["one"]), Files(folder["out"]));

        void Run(int threads) => Job(source, folder["out"]).Run(method, Network.Embedded, options: new() { Threads = threads });

        void One(int number)
        {
            most = Math.Max(most, Interlocked.Increment(ref working));
            Thread.Sleep(10);
            Interlocked.Decrement(ref working);
        }
    }

    // A full disk, as Linux plays it.
    [Fact]
    public void AFullDiskEndsClearlyAndTheSameJobGoesOn()
    {
        if (!OperatingSystem.IsLinux()) Shared.Skip("needs /dev/full, which Linux has");
        using var folder = new TempFolder();
        var source = Source(folder);
        Assert.ThrowsAny<InvalidOperationException>(() => Job(source, folder["out"]).Run(new TestMethod { Before = _ => throw new InvalidOperationException("the process ends") }, Network.Embedded));
        var frames = folder["out.journal/frames.journal"];
        File.Delete(frames);
        File.CreateSymbolicLink(frames, "/dev/full");
        var ended = Assert.Throws<ReverieException>(() => Job(source, folder["out"]).Run(new TestMethod(), Network.Embedded));
        Assert.Contains("free some space", ended.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', ended.Message);
        Assert.False(Directory.Exists(folder["out"]));
        File.Delete(frames);
        Job(source, folder["out"]).Run(new TestMethod(), Network.Embedded);
        Assert.Equal(Frames, Files(folder["out"]).Count);
    }

    [Fact]
    public void ACancelledJobKeepsItsFrames()
    {
        using var folder = new TempFolder();
        var source = Source(folder);
        using var stop = new CancellationTokenSource();
        var result = Job(source, folder["out"]).Run(new TestMethod { Memory = 0.5f, Before = number => { if (number == 4) stop.Cancel(); } }, Network.Embedded, cancellation: stop.Token);
        Assert.True(result.Cancelled);
        Assert.InRange(result.Notes.Count, 4, 5);
        Assert.False(Directory.Exists(folder["out"]));
        Assert.False(Job(source, folder["out"]).Run(new TestMethod { Memory = 0.5f }, Network.Embedded).Cancelled);
        Assert.Equal(Whole(source, folder["whole"]), Files(folder["out"]));
    }

    private static VideoInfo Source(TempFolder folder)
    {
        var texture = new MovingTexture(11);
        return FrameSource.Probe(Clip.Frames(folder, "in", Enumerable.Range(0, Frames).Select(number => MovingTexture.Draw(32, 48, (x, y) => texture.At(x + number, y)))));
    }

    private static VideoJob Job(VideoInfo source, string output) => new(source, new() { Height = 32, Width = 48 }, output);

    private static List<string> Whole(VideoInfo source, string output)
    {
        Job(source, output).Run(new TestMethod { Memory = 0.5f }, Network.Embedded);
        return Files(output);
    }

    private static List<string> Files(string folder) => [.. Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Select(file => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file))))];
}
