using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Runtime;
using Reverie.Style;
using Reverie.Tensors;

namespace Reverie.Bench;

/// <summary>
/// The time that our style transfer takes to the loss that neural-style-pt's L-BFGS has after so many evaluations: same objective, same network, same pictures at the same size, from the content.
/// </summary>
internal static class StyleBench
{
    /// <summary>What is asked for.</summary>
    internal sealed record Options(string Model, IReadOnlyList<string> Contents, IReadOnlyList<string> Styles, int Size, int Evaluations, int Threads, string Python);

    private sealed record Reference(double[] Losses, double[] Seconds, string Torch, string Blas);

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Measures every pair and prints a table.</summary>
    /// <exception cref="ReverieException">A file is missing, or PyTorch's side failed.</exception>
    public static void Run(Options options)
    {
        var folder = Directory.CreateTempSubdirectory("reverie-style-bench-").FullName;
        var ratios = new List<double>();
        try
        {
            using var network = Network.Load(options.Model);
            Console.WriteLine("content x style: PyTorch's loss, seconds; ours: seconds, evaluations at each size; ratio");
            foreach (var content in options.Contents)
                foreach (var style in options.Styles)
                {
                    var (photo, painting) = (Scaled(content, options.Size), Scaled(style, options.Size));
                    var reference = PyTorch(options, network, photo, painting, folder);
                    // a search without a line search may have run away: then what counts is what it had found
                    var target = double.IsFinite(reference.Losses[^1]) ? reference.Losses[^1] : reference.Losses.Where(double.IsFinite).Min();
                    var (seconds, sizes, reached) = Ours(options, network, photo, painting, target);
                    var ratio = seconds / reference.Seconds[^1];
                    ratios.Add(ratio);
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                        $"{Path.GetFileNameWithoutExtension(content)} x {Path.GetFileNameWithoutExtension(style)}: {target:g5}, {reference.Seconds[^1]:0.0} s; {seconds:0.0} s, {sizes}; {ratio:0.000}{(reached ? "" : " (not reached)")} (torch {reference.Torch}, {reference.Blas})"));
                }
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"median ratio {Comparison.Median(ratios):0.000} over {ratios.Count} pairs"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Picture Scaled(string file, int size)
    {
        var picture = Picture.Load(file);
        var (height, width) = Fit.LongSide(picture.Height, picture.Width, size);
        var scaled = picture.Resize(height, width);
        System.Numerics.Tensors.TensorPrimitives.Clamp(scaled.Rgb, 0f, 1f, scaled.Rgb);
        return scaled;
    }

    private static Reference PyTorch(Options options, Network network, Picture content, Picture style, string folder)
    {
        var script = Path.Combine(Harness.Scripts, "style_lbfgs.py");
        string Write(string name, Picture picture)
        {
            var file = Path.Combine(folder, $"{name}.npy");
            var input = network.ToInput(picture);
            Npy.Write(file, input.Span<float>(), input.Shape.ToArray(), overwrite: true);
            return file;
        }
        var outcome = Processes.Run(options.Python,
        [
            script, options.Model, "--content", Write("content", content), "--style", Write("style", style),
            "--evaluations", options.Evaluations.ToString(CultureInfo.InvariantCulture), "--threads", options.Threads.ToString(CultureInfo.InvariantCulture),
        ]);
        return outcome.ExitCode == 0 ? JsonSerializer.Deserialize<Reference>(outcome.Output, Json)! : throw new ReverieException($"PyTorch: {outcome.Complaint}");
    }

    // Everything from the pictures on counts, compiling the graphs too.
    private static (double Seconds, string Sizes, bool Reached) Ours(Options options, Network network, Picture content, Picture style, double target)
    {
        using var cancellation = new CancellationTokenSource();
        var settings = new StyleTransfer
        {
            Form = StyleForm.NeuralStyle,
            Smoothness = 0,
            Tolerance = 0,
            Scales = [new(options.Size / 4, options.Evaluations / 3), new(options.Size / 2, options.Evaluations / 6), new(options.Size, 4 * options.Evaluations)],
        };
        var watch = new Watch(target, cancellation);
        var result = settings.Run(network, content, style, watch, new RuntimeOptions { Threads = options.Threads }, cancellation.Token);
        return (watch.Seconds ?? watch.Elapsed, string.Join(" ", result.Scales.Select(scale => $"{scale.Width}:{scale.Evaluations}")), watch.Seconds is not null);
    }

    private sealed class Watch(double target, CancellationTokenSource cancellation) : IProgress<StyleProgress>
    {
        private readonly long _start = Stopwatch.GetTimestamp();

        public double? Seconds { get; private set; }

        public double Elapsed => Stopwatch.GetElapsedTime(_start).TotalSeconds;

        public void Report(StyleProgress value)
        {
            if (value.Scale < value.Scales || value.Value > target || Seconds is not null) return;
            Seconds = Elapsed;
            cancellation.Cancel();
        }
    }
}
