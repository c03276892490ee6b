using Reverie.Cli;
using Reverie.Explain;
using Reverie.Fuzz.Cases;
using Reverie.Fuzz.Mutation;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Onnx;
using Reverie.Runtime;

namespace Reverie.Fuzz.Running;

/// <summary>
/// Gives one damaged input to the program, in this process, and judges what it does: exit code 2 and one line; or, where the input is still valid, what was
/// asked for. A valid model is differentiated and run at a tiny size too, and then ONNX Runtime must find nothing to object to in the graph.
/// </summary>
public sealed class CaseRunner : IDisposable
{
    /// <summary>The most processor time for input that is refused.</summary>
    public const double MostSeconds = 2;

    /// <summary>The most memory for input that is refused.</summary>
    public const long MostBytes = 500_000_000;

    private const int MostElements = 1 << 16;

    private static readonly RuntimeOptions OneThread = new() { Threads = 1 };

    private readonly string _dreamt;

    /// <summary>Prepares a folder for the cases.</summary>
    /// <param name="folder">An empty folder.</param>
    public CaseRunner(string folder)
    {
        Folder = folder;
        _dreamt = Path.Combine(folder, "dreamt.png");
        // Also loads and compiles all that the first case would otherwise be blamed for.
        CardCheck.Sample().Resize(32, 32).Save(Path.Combine(folder, "cat.png"), overwrite: true);
        var (code, _, error) = Call(CancellationToken.None, "dream", Path.Combine(folder, "cat.png"), "-o", _dreamt, "--layer", "relu1_1", "--steps", "1", "--octaves", "1", "--force", "--threads", "1");
        if (code != 0) throw new InvalidOperationException($"no picture could be dreamt: {error}");
    }

    /// <summary>Where the files of the case lie.</summary>
    public string Folder { get; }

    /// <summary>Runs one case.</summary>
    public CaseResult Run(FuzzCase given)
    {
        foreach (var old in Directory.GetFiles(Folder, "case*")) File.Delete(old);
        var path = given.Write(Folder, _dreamt);
        var (busy, allocated) = (Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes());
        var (outcome, message, defect) = Judge(given, path);
        var (seconds, bytes) = ((Environment.CpuUsage.TotalTime - busy).TotalSeconds, GC.GetTotalAllocatedBytes() - allocated);
        if (defect is null && outcome == Outcome.Refused && seconds > MostSeconds) defect = $"{seconds:0.0} s of processor time to refuse it";
        if (defect is null && outcome == Outcome.Refused && bytes > MostBytes) defect = $"{bytes / 1e6:0} MB allocated to refuse it";
        return new(given.Index, given.Kind, defect is null ? outcome : Outcome.Defect, message, defect, seconds, bytes, Machine.PeakResidentBytes);
    }

    /// <inheritdoc/>
    public void Dispose() => Network.Embedded.Dispose();

    private (Outcome, string, string?) Judge(FuzzCase given, string path)
    {
        var output = Path.Combine(Folder, "case.out.npy");
        switch (given.Kind)
        {
            case Kind.Picture:
                return Command("activations", "--input", path, "--layer", "relu1_1", "--out", output, "--threads", "1", "--force", "--quiet");
            case Kind.Array:
                return Command("activations", "--input", path, "--layer", "relu1_1", "--out", output, "--threads", "1", "--force", "--quiet");
            case Kind.Recipe:
                return Command("replay", path, "--verify", "--quiet");
            default:
                var listed = Command("models", "layers", path, "--quiet");
                // Networks of other inputs than pictures are no use to the command, but can be differentiated all the same.
                var graph = listed.Outcome == Outcome.Accepted || listed.Message.Contains("neither one nor three channels", StringComparison.Ordinal);
                return graph ? Differentiate(path, given.Random()) : listed;
        }
    }

    private static (Outcome Outcome, string Message, string? Defect) Command(params string[] arguments)
    {
        // What is still valid may ask for a hundred thousand steps; that it can be stopped is then what is tested.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(3));
        var (code, output, error) = Call(patience.Token, arguments);
        var line = error.TrimEnd('\n', '\r');
        return code switch
        {
            ExitCodes.Done => (Outcome.Accepted, "", null),
            ExitCodes.Cancelled when patience.IsCancellationRequested => (Outcome.Cancelled, "", null),
            ExitCodes.BadInput => (Outcome.Refused, line, Complaint(line) ?? (output.Length > 0 ? "results were written although it is refused" : null)),
            _ => (Outcome.Defect, line, $"exit code {code}: {line}"),
        };
    }

    private static (int Code, string Output, string Error) Call(CancellationToken cancellation, params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = Application.RunAsync(arguments, CommandConsole.Into(output, error), cancellation).GetAwaiter().GetResult();
        return (code, output.ToString(), error.ToString());
    }

    private static (Outcome, string, string?) Differentiate(string path, Chance chance)
    {
        try
        {
            var network = CanonicalModel.Load(path);
            var freed = network.Sizes.Graph;
            string[] layers = [.. freed.Nodes.SelectMany(node => node.Outputs).Where(output => output.Length > 0)];
            if (layers.Length == 0) return (Outcome.Accepted, "", null);
            var layer = chance.OneIn(2) ? layers[^1] : chance.Of(layers);
            long[] shape = [.. (network.Graph.Inputs[0].Type.Shape ?? []).Select((dim, axis) => dim.Value ?? (axis == 0 ? 1 : axis == 1 ? 3 : 8))];
            if (Tensor.CountOf(shape) is var count && count > MostElements) return (Outcome.Accepted, "", null);
            var values = new float[count];
            new CounterRandom(seed: 1).FillUniform(values, -1, 1);
            var precision = chance.OneIn(4) ? Precision.Float64 : Precision.Float32;
            using var gradient = TensorGradient.Build(freed, layer, precision, OneThread);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            using var result = gradient.RunAt(precision == Precision.Float64 ? RuntimeTensor.Of(Array.ConvertAll(values, value => (double)value), shape) : RuntimeTensor.Of(values, shape), 0, patience.Token);
            return (Outcome.Accepted, "", null);
        }
        catch (OperationCanceledException)
        {
            return (Outcome.Cancelled, "", null);
        }
        catch (ReverieException exception)
        {
            var line = exception.Message;
            return (Outcome.Refused, line, Complaint(line) ?? (line.Contains("refuses the graph", StringComparison.Ordinal) ? $"ONNX Runtime found what validation did not: {line}" : null));
        }
        catch (Exception exception)
        {
            return (Outcome.Defect, exception.Message, $"{exception.GetType().Name}: {exception.Message.ReplaceLineEndings(" ")} {exception.StackTrace?.Split('\n').FirstOrDefault()?.Trim()}");
        }
    }

    private static string? Complaint(string line) =>
        line.Length == 0 ? "it is refused without a word"
        : line.Any(char.IsControl) ? "the message is more than one line, or holds control characters"
        : line.Length > 3000 ? $"the message has {line.Length} characters"
        : null;
}
