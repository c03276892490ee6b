using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Runtime;
using Reverie.Tensors;

namespace Reverie.Bench.Explain;

/// <summary>
/// `explain`: attributions against Captum's algorithms stated again on PyTorch (pytorch/attribution.py), in turn, in fresh processes: Integrated Gradients of 50 steps on GoogLeNet, occlusion 15/8 on SqueezeNet; and the
/// memory of 10 and 1000 steps.
/// </summary>
internal static class ExplainBench
{
    private static readonly string[] Parts = ["integrated-gradients", "occlusion", "memory"];

    public static Command Make(Func<Action, int> guarded)
    {
        var parts = new Argument<string[]>("parts") { Description = $"what is measured: {string.Join(", ", Parts)}; all where none is named", Arity = ArgumentArity.ZeroOrMore };
        var shared = new Option<string?>("--shared") { Description = "the folder that holds models/ and media/; the one beside the repository by default" };
        var python = new Option<string>("--python") { Description = "a Python that has PyTorch and onnx", DefaultValueFactory = _ => "/usr/bin/python3" };
        var rounds = Count("--rounds", "processes of each side, in turn", 2);
        var runs = Count("--runs", "timed runs in each process", 2);
        var steps = Count("--steps", "the many steps of 'memory'", 1000);
        var threads = Count("--threads", "threads of each side", Machine.PhysicalCores);
        var command = new Command("explain", "Times attributions against Captum's algorithms on PyTorch, and measures the memory of many steps.") { parts, shared, python, rounds, runs, steps, threads };
        command.SetAction(parsed => guarded(() =>
        {
            string[] asked = parsed.GetValue(parts) is { Length: > 0 } named ? named : Parts;
            if (asked.Except(Parts).FirstOrDefault() is { } unknown) throw new ReverieException($"'{unknown}' is not measured; there are: {string.Join(", ", Parts)}");
            var folder = Directory.CreateTempSubdirectory("reverie-explain-bench-").FullName;
            try
            {
                var bench = new Bench(parsed.GetValue(shared) ?? Harness.DefaultShared, folder, parsed.GetValue(python)!, parsed.GetValue(rounds), parsed.GetValue(runs), parsed.GetValue(threads));
                if (asked.Contains("integrated-gradients")) bench.Compare("integrated-gradients", "googlenet");
                if (asked.Contains("occlusion")) bench.Compare("occlusion", "squeezenet1.1");
                if (asked.Contains("memory")) bench.Memory("googlenet", 10, parsed.GetValue(steps));
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }));

        var (model, method, input) = (new Argument<string>("model"), new Argument<string>("method"), new Option<string>("--input") { Required = true });
        var (logit, few, map) = (new Option<int>("--logit"), Count("--steps", "steps", 50), new Option<string?>("--map"));
        var warmups = Count("--warmups", "runs before the timed ones", 1);
        var measure = new Command("measure", "Measures one attribution in this process; what the harness starts.") { model, method, input, logit, few, threads, runs, warmups, map };
        measure.SetAction(parsed => guarded(() => ExplainSide.Measure(new(parsed.GetValue(model)!, parsed.GetValue(method)!, parsed.GetValue(input)!, parsed.GetValue(logit), parsed.GetValue(few),
            parsed.GetValue(threads), parsed.GetValue(runs), parsed.GetValue(warmups), parsed.GetValue(map)))));
        command.Subcommands.Add(measure);
        command.Subcommands.Add(CompletenessTable.Make(guarded));
        return command;
    }

    private static Option<int> Count(string name, string description, int value) => new(name) { Description = description, DefaultValueFactory = _ => value };

    private sealed class Bench(string shared, string folder, string python, int rounds, int runs, int threads)
    {
        public void Compare(string method, string name)
        {
            var (model, input, logit, tensor) = Prepare(name);
            var (ours, theirs) = (new List<Measurement>(), new List<Measurement>());
            var (ourMap, theirMap) = (Path.Combine(folder, "ours.npy"), Path.Combine(folder, "theirs.npy"));
            for (var round = 0; round < rounds; round++)
            {
                ours.Add(Read(Processes.Self(["explain", "measure", .. Common(model, method, input, logit, runs, 1, ourMap)]), "Reverie"));
                theirs.Add(Read(Processes.Run(python, [Path.Combine(Harness.Scripts, "attribution.py"), .. Common(model, method, input, logit, runs, 1, theirMap), "--tensor", tensor]), "PyTorch"));
            }
            var (our, their) = (Measurement.Join(ours), Measurement.Join(theirs));
            var (a, b) = (Npy.Read(ourMap).ToFloat32(), Npy.Read(theirMap).ToFloat32());
            var distance = Math.Sqrt(a.Zip(b, (one, other) => ((double)one - other) * ((double)one - other)).Sum() / b.Sum(value => (double)value * value));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{method} {name}: {our.Median:0.000} s against {their.Median:0.000} s, ratio {our.Median / their.Median:0.000}; peak {our.PeakRssBytes / 1e6:0} MB against {their.PeakRssBytes / 1e6:0} MB; maps differ by {distance:0.0e0} (torch {their.Torch}, {their.Blas}; ONNX Runtime {our.Onnxruntime}; {threads} threads)"));
        }

        public void Memory(string name, int few, int many)
        {
            var (model, input, logit, _) = Prepare(name);
            var peaks = new[] { few, many }.Select(steps =>
                Read(Processes.Self(["explain", "measure", .. Common(model, "integrated-gradients", input, logit, 1, 0, null), "--steps", steps.ToString(CultureInfo.InvariantCulture)]), "Reverie").PeakRssBytes).ToList();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"integrated-gradients {name}: peak {peaks[0] / 1e6:0} MB at {few} steps, {peaks[1] / 1e6:0} MB at {many}, ratio {(double)peaks[1] / peaks[0]:0.000}"));
        }

        private string[] Common(string model, string method, string input, int logit, int count, int warmups, string? map)
        {
            string[] common = [model, method, "--input", input, "--logit", Text(logit), "--threads", Text(threads), "--runs", Text(count), "--warmups", Text(warmups)];
            return map is null ? common : [.. common, "--map", map];
        }

        private (string Model, string Input, int Logit, string Tensor) Prepare(string name)
        {
            var model = Path.Combine(shared, "models", $"{name}.onnx");
            if (!File.Exists(model)) throw new ReverieException($"there is no '{model}'; name the folder that holds models/ by --shared");
            using var network = Network.Load(model);
            using var subject = new Reverie.Explain.PictureSubject(network, Picture.Load(Path.Combine(shared, "media", "imagenet", "n02123045_tabby.JPEG")));
            var file = Path.Combine(folder, $"{name}.npy");
            Npy.Write(file, Array.ConvertAll(subject.Input.Values, value => (float)value), subject.Input.Shape, overwrite: true);
            return (model, file, subject.Class!.Value, network.Logits);
        }

        private static Measurement Read(Processes.Outcome outcome, string side) =>
            outcome.ExitCode == 0 ? JsonSerializer.Deserialize<Measurement>(outcome.Output, Measurement.Json)! : throw new ReverieException($"{side}: {outcome.Complaint}");

        private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
    }
}
