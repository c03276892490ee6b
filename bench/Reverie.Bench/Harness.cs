using System.Globalization;
using System.Text.Json;
using Reverie.Tensors;

namespace Reverie.Bench;

/// <summary>What the command line asks for.</summary>
internal sealed record Options
{
    public required string Shared { get; init; }
    public required string Python { get; init; }
    public required string Scratch { get; init; }
    public required int Rounds { get; init; }
    public required int Runs { get; init; }
    public required int Warmups { get; init; }
    public required int Threads { get; init; }
    public required bool InplaceRelu { get; init; }
}

/// <summary>Measures works: ours, PyTorch's, ours, PyTorch's, ..., each in a process of its own, on the same input.</summary>
internal sealed class Harness(Options options)
{
    private const int NotInstalled = 3; // yardstick.py's exit code

    private static readonly string PyTorchScripts = Path.Combine(Repository(), "bench", "pytorch");

    /// <summary>The folder with PyTorch's side.</summary>
    public static string Scripts => PyTorchScripts;

    private bool _pyTorch = true;

    /// <summary>Why PyTorch's side was not measured; null where it was.</summary>
    public string? WithoutPyTorch { get; private set; }

    /// <summary>Measures one work.</summary>
    /// <exception cref="ReverieException">A file is missing, or one side failed.</exception>
    public Comparison Measure(Work work)
    {
        var model = ModelFile(work);
        var input = Path.Combine(options.Scratch, $"{work.Name}.npy");
        work.WriteInput(model, input);
        List<Measurement> ours = [], theirs = [];
        string ourGradient = Scratch("ours"), theirGradient = Scratch("pytorch");
        for (var round = 0; round < options.Rounds; round++)
        {
            Console.Error.WriteLine($"{work.Name}: round {round + 1} of {options.Rounds}");
            ours.Add(Read(Processes.Self([work.IsDream ? "measure-dream" : "measure", .. Arguments(ourGradient)]), "Reverie"));
            if (!_pyTorch) continue;
            string[] more = [.. options.InplaceRelu ? ["--inplace-relu"] : Array.Empty<string>(), .. work.IsDream ? Clip(model) : []];
            var outcome = Start([Path.Combine(PyTorchScripts, "yardstick.py"), .. Arguments(theirGradient), .. more]);
            if (outcome is null) theirs.Clear();
            else theirs.Add(Read(outcome, "PyTorch"));
        }
        if (theirs.Count == 0) return new(work, ours, null, null);
        if (work.IsDream) return new(work, ours, theirs, null); // each side shifts the picture by its own random numbers
        return new(work, ours, theirs, Comparison.Difference(Npy.Read(ourGradient).ToFloat32(), Npy.Read(theirGradient).ToFloat32()));

        string Scratch(string side) => Path.Combine(options.Scratch, $"{work.Name}.{side}.npy");
        string[] Arguments(string gradient) =>
        [
            model, "--target", work.Target, "--input", input, "--gradient", gradient, "--threads", Text(options.Threads),
            "--runs", Text(options.Runs), "--warmups", Text(options.Warmups),
        ];
    }

    private static string[] Clip(string model)
    {
        var (low, high) = Work.Bounds(model);
        return [$"--dream-low={Join(low)}", $"--dream-high={Join(high)}"];

        static string Join(double[] values) => string.Join(',', values.Select(value => value.ToString(CultureInfo.InvariantCulture)));
    }

    private string ModelFile(Work work)
    {
        if (work.Model is { } name)
        {
            var path = Path.Combine(options.Shared, "models", name);
            return File.Exists(path) ? path : throw new ReverieException($"{work.Name} needs {path}; say with --shared where the models are");
        }
        var made = Path.Combine(options.Scratch, "vgg19-random.onnx");
        if (File.Exists(made)) return made;
        var outcome = Start([Path.Combine(PyTorchScripts, "make_vgg19.py"), made]);
        if (outcome is null) throw new ReverieException($"{work.Name} needs a network that make_vgg19.py writes: {WithoutPyTorch}");
        return outcome.ExitCode == 0 ? made : throw new ReverieException($"make_vgg19.py: {outcome.Complaint}");
    }

    /// <summary>Runs a script; null where Python or its packages are not installed.</summary>
    private Processes.Outcome? Start(string[] arguments)
    {
        if (!OnPath(options.Python)) WithoutPyTorch = $"there is no {options.Python}; say with --python where Python with PyTorch is";
        else
        {
            var outcome = Processes.Run(options.Python, arguments);
            if (outcome.ExitCode != NotInstalled) return outcome;
            WithoutPyTorch = outcome.Complaint;
        }
        _pyTorch = false;
        return null;
    }

    private static bool OnPath(string program) =>
        Path.IsPathRooted(program) ? File.Exists(program)
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));

    private static Measurement Read(Processes.Outcome outcome, string side) => outcome.ExitCode == 0
        ? JsonSerializer.Deserialize<Measurement>(outcome.Output, Measurement.Json)!
        : throw new ReverieException($"{side}: {outcome.Complaint}");

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>The folder that holds the repository.</summary>
    public static string Repository()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "global.json"))) return folder;
        throw new ReverieException("the bench must be run from within the repository, whose scripts it needs");
    }

    /// <summary>The shared folder beside the repository.</summary>
    public static string DefaultShared => Path.GetFullPath(Path.Combine(Repository(), "..", "shared"));
}
