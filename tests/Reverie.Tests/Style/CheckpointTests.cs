using CsCheck;
using Reverie.Models;
using Reverie.Runtime;
using Reverie.Style;
using Reverie.Style.Optimisation;

namespace Reverie.Tests.Style;

/// <summary>Runs that are paused and resumed, as if there had been no pause.</summary>
public class CheckpointTests
{
    private static readonly RuntimeOptions OneThread = new() { Threads = 1 };

    private static readonly StyleTransfer[] Kinds =
    [
        new() { Scales = [new(40, 6), new(56, 8)], Seed = 3, Tolerance = 0, History = 3 },
        new() { Scales = [new(40, 5), new(48, 4), new(56, 5)], Optimizer = StyleOptimizer.Adam, Init = StyleInit.Style, Seed = 5, Tolerance = 0 },
        new() { Scales = [new(48, 14)], Form = StyleForm.Gatys, Init = StyleInit.Grey, History = 2, Tolerance = 0 },
    ];

    private static readonly StyleInputs Inputs = new() { Content = StyleTransferTests.Picture(42, 56, 1), Styles = [StyleTransferTests.Picture(56, 40, 2)] };

    private static readonly Lazy<StyleResult[]> Whole = new(() => [.. Kinds.Select(kind => kind.Run(Network.Embedded, Inputs, options: OneThread))]);

    // 14 evaluations each; a stop at 0 is one before the first.
    [Fact]
    public void A_run_paused_twice_anywhere_ends_in_the_same_bytes() => Gen.Select(Gen.Int[0, Kinds.Length - 1], Gen.Int[0, 13], Gen.Int[0, 13]).Sample((kind, first, second) =>
    {
        using var folder = new TempFolder();
        var file = folder["run.checkpoint"];
        var (settings, whole) = (Kinds[kind], Whole.Value[kind]);
        var stops = new[] { Math.Min(first, second), Math.Max(first, second) };
        for (var pause = 0; pause < 2; pause++)
        {
            var paused = Run(settings, new(file) { Resume = pause > 0 }, pause == 0 ? stops[0] : stops[1] - stops[0]);
            Assert.True(paused.Cancelled);
            Assert.True(File.Exists(file));
        }
        var resumed = settings.Run(Network.Embedded, Inputs, options: OneThread, checkpoint: new(file) { Resume = true });
        Assert.False(resumed.Cancelled);
        Assert.Equal(whole.Picture.Rgb, resumed.Picture.Rgb);
        Assert.Equal(whole.Evaluations, resumed.Evaluations);
        Assert.Equal(whole.Scales.SelectMany(scale => scale.Values), resumed.Scales.SelectMany(scale => scale.Values));
        Assert.Equal(whole.Terms, resumed.Terms);
    }, iter: 12, threads: 1);

    [Fact]
    public void Writing_from_time_to_time_changes_nothing_and_the_last_writing_can_be_resumed()
    {
        using var folder = new TempFolder();
        var checkpoint = new StyleCheckpoint(folder["run"]) { Every = TimeSpan.Zero, Memo = "hello" };
        Assert.Equal(Whole.Value[0].Picture.Rgb, Kinds[0].Run(Network.Embedded, Inputs, options: OneThread, checkpoint: checkpoint).Picture.Rgb);
        Assert.True(checkpoint.IsWritten);
        var (settings, memo) = StyleCheckpoint.Read(checkpoint.File);
        Assert.Equal("hello", memo);
        Assert.Equal(Whole.Value[0].Picture.Rgb, settings.Run(Network.Embedded, Inputs, options: OneThread, checkpoint: new(checkpoint.File) { Resume = true }).Picture.Rgb);
    }

    [Fact]
    public void Another_run_and_damage_are_refused()
    {
        using var folder = new TempFolder();
        var file = folder["run"];
        Run(Kinds[0], new(file), 9);
        var good = File.ReadAllBytes(file);
        Refused("other settings", Kinds[0] with { Seed = 4 }, Inputs);
        Refused("other pictures", Kinds[0], Inputs with { Styles = [StyleTransferTests.Picture(56, 40, 3)] });
        Gen.Int[0, good.Length - 1].Sample(place =>
        {
            File.WriteAllBytes(file, [.. good[..place], (byte)(good[place] ^ 4), .. good[(place + 1)..]]);
            Refused("checkpoint", Kinds[0], Inputs);
            File.WriteAllBytes(file, good[..place]);
            Refused("checkpoint", Kinds[0], Inputs);
        }, iter: 10, threads: 1);
        File.Delete(file);
        Refused("cannot be read", Kinds[0], Inputs);

        void Refused(string what, StyleTransfer settings, StyleInputs inputs) =>
            Assert.Contains(what, Assert.Throws<ReverieException>(() => settings.Run(Network.Embedded, inputs, options: OneThread, checkpoint: new(file) { Resume = true })).Message, StringComparison.Ordinal);
    }

    // A crooked function with walls, so that steps are shortened, memories dropped and values not finite.
    [Fact]
    public void Optimisers_resume_in_the_middle_of_a_step() => Gen.Select(Gen.Bool, Gen.Int[1, 119], Gen.ULong).Sample((isLbfgs, stop, seed) =>
    {
        var whole = Walk(120);
        using var state = new MemoryStream();
        Walk(stop, state);
        if (state.Length == 0) return;   // it was at the minimum before
        state.Position = 0;
        var optimizer = New();
        var x = new float[8];
        int rested;
        using (var reader = new BinaryReader(state))
        {
            rested = reader.ReadInt32();
            for (var index = 0; index < x.Length; index++) x[index] = reader.ReadSingle();
            optimizer.Restore(reader);
        }
        var left = 120 - rested;
        optimizer.Minimize(x, (ReadOnlySpan<float> at, Span<float> gradient, out double value) => Crooked(at, gradient, out value, left-- > 0));
        Assert.Equal(whole, x);

        Optimizer New() => isLbfgs ? new Lbfgs(8, 3) { FirstStep = 0.5 } : new Adam(8) { StepSize = 0.1 };

        float[] Walk(int evaluations, Stream? into = null)
        {
            var walker = New();
            var random = new CounterRandom(seed);
            var point = new float[8];
            random.FillNormal(point, 0.5f, 0.05f);
            var (done, atRest) = (0, 0);
            walker.Rested = () => atRest = done;
            walker.Minimize(point, (ReadOnlySpan<float> at, Span<float> gradient, out double value) =>
            {
                if (done >= evaluations && into is not null)
                {
                    using var writer = new BinaryWriter(into, System.Text.Encoding.UTF8, leaveOpen: true);
                    writer.Write(atRest);
                    foreach (var each in point) writer.Write(each);
                    walker.Save(writer);
                    into = null;
                }
                return Crooked(at, gradient, out value, done++ < evaluations);
            });
            return point;
        }
    }, iter: 60);

    private static bool Crooked(ReadOnlySpan<float> at, Span<float> gradient, out double value, bool goesOn)
    {
        value = 0;
        if (!goesOn) return false;
        for (var index = 0; index < at.Length; index++)
        {
            var (u, stretch) = (at[index] - 0.1 * index, Math.Pow(3, index));
            if (at[index] > 0.95f)
            {
                value = double.NaN;
                return true;
            }
            value += stretch * u * u + Math.Abs(u) + 0.3 * Math.Cos(20 * u);
            gradient[index] = (float)(2 * stretch * u + Math.Sign(u) - 6 * Math.Sin(20 * u));
        }
        return true;
    }

    private static StyleResult Run(StyleTransfer settings, StyleCheckpoint checkpoint, int evaluations)
    {
        using var cancellation = new CancellationTokenSource();
        if (evaluations <= 0) cancellation.Cancel();
        return settings.Run(Network.Embedded, Inputs, new CancelAt(evaluations, cancellation), OneThread, checkpoint, cancellation: cancellation.Token);
    }

    private sealed class CancelAt(int evaluation, CancellationTokenSource cancellation) : IProgress<StyleProgress>
    {
        private int _evaluations;

        public void Report(StyleProgress value)
        {
            if (++_evaluations == evaluation) cancellation.Cancel();
        }
    }
}
