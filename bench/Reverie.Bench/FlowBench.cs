using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Reverie.Imaging;
using Reverie.Video.Flow;

namespace Reverie.Bench;

/// <summary>How many pairs of frames a second optical flow does, and how far it is off, on a textured pan.</summary>
internal static class FlowBench
{
    /// <summary>The command.</summary>
    public static Command Make(Func<Action, int> guarded, Option<int> threads)
    {
        var (height, width) = (new Option<int>("--height") { DefaultValueFactory = _ => 720 }, new Option<int>("--width") { DefaultValueFactory = _ => 1280 });
        var pairs = new Option<int>("--pairs") { Description = "timed pairs", DefaultValueFactory = _ => 10 };
        var command = new Command("flow", "Times optical flow on a textured pan, one direction, pyramids included.") { height, width, pairs, threads };
        command.SetAction(parsed => guarded(() => Measure(parsed.GetValue(height), parsed.GetValue(width), parsed.GetValue(pairs), parsed.GetValue(threads))));
        return command;
    }

    private static void Measure(int height, int width, int pairs, int threads)
    {
        const double Right = 7.3, Down = -3.6;
        var (first, second) = (Draw(height, width, 0, 0), Draw(height, width, Right, Down));
        var exact = new FlowField(height, width);
        Array.Fill(exact.U, (float)Right);
        Array.Fill(exact.V, (float)Down);
        var flow = new OpticalFlow { Threads = threads };
        // the first runs are compiled while they run
        var found = flow.Between(first, second);
        flow.Between(first, second);
        var seconds = new List<double>();
        for (var pair = 0; pair < pairs; pair++)
        {
            var clock = Stopwatch.StartNew();
            flow.Between(first, second);
            seconds.Add(clock.Elapsed.TotalSeconds);
        }
        seconds.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"flow {width} x {height}, {threads} threads: {1 / seconds[seconds.Count / 2]:0.0} pairs/s (median of {pairs}; fastest {1 / seconds[0]:0.0}); end-point error {exact.EndPointError(found, Inner(height, width)):0.000} px"));
    }

    // what has left the picture has no exact place
    private static float[] Inner(int height, int width)
    {
        var inner = new float[height * width];
        for (var y = 16; y < height - 16; y++) inner.AsSpan(y * width + 16, width - 32).Fill(1);
        return inner;
    }

    private static Picture Draw(int height, int width, double right, double down)
    {
        var random = new CounterRandom(1, 78);
        var waves = Enumerable.Range(0, 24).Select(_ => (Length: 6 * Math.Pow(12, random.Uniform()), Angle: random.Uniform(0, 2 * Math.PI), Phase: random.Uniform(0, 2 * Math.PI))).ToArray();
        var picture = new Picture(height, width);
        Parallel.For(0, height, y =>
        {
            for (var x = 0; x < width; x++)
            {
                var sum = waves.Sum(wave => Math.Sqrt(wave.Length) * Math.Sin(2 * Math.PI / wave.Length * ((x - right) * Math.Cos(wave.Angle) + (y - down) * Math.Sin(wave.Angle)) + wave.Phase));
                for (var channel = 0; channel < 3; channel++) picture.Rgb[(channel * height + y) * width + x] = (float)Math.Clamp(0.5 + sum * 0.02, 0, 1);
            }
        });
        return picture;
    }
}
