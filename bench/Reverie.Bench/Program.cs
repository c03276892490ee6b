using System.CommandLine;
using Reverie;
using Reverie.Bench;
using Reverie.Bench.Explain;
using Reverie.Bench.Zoo;

var names = new Argument<string[]>("works") { Description = "works or groups of works; all where none is named", Arity = ArgumentArity.ZeroOrMore };
var shared = new Option<string?>("--shared") { Description = "the folder that holds models/; the one beside the repository by default" };
var python = new Option<string>("--python") { Description = "a Python that has PyTorch and onnx", DefaultValueFactory = _ => "/usr/bin/python3" };
var scratch = new Option<string?>("--scratch") { Description = "a folder to keep inputs, gradients and the made network in; a temporary one by default" };
var rounds = Count("--rounds", "how many processes of each side, in turn", 3);
var runs = Count("--runs", "timed runs in each process", 4);
var warmups = Count("--warmups", "runs before those", 1);
var threads = Count("--threads", "threads of each side", Reverie.Runtime.Machine.PhysicalCores);
var large = new Option<bool>("--large") { Description = "also the works that take long" };
var inplace = new Option<bool>("--inplace-relu") { Description = "let PyTorch's ReLU overwrite its input where it can" };
var json = new Option<string?>("--json") { Description = "a file for the report" };
var root = new RootCommand("Times Reverie's gradients and dream steps against PyTorch's, on the same input, in turn; and how soon the command answers.") { names, shared, python, scratch, rounds, runs, warmups, threads, large, inplace, json };

var model = new Argument<string>("model");
var target = new Option<string>("--target") { Required = true };
var input = new Option<string>("--input") { Required = true };
var gradient = new Option<string>("--gradient") { Required = true };
var measure = new Command("measure", "Measures one gradient in this process; what the harness starts.") { model, target, input, gradient, threads, runs, warmups };
root.Subcommands.Add(measure);
root.Subcommands.Add(ZooCommand.Make(Guarded));
root.Subcommands.Add(ExplainBench.Make(Guarded));
var measureDream = new Command("measure-dream", "Measures steps of DeepDream in this process; what the harness starts.") { model, target, input, gradient, threads, runs, warmups };
root.Subcommands.Add(measureDream);

var contents = new Option<string[]>("--content") { Description = "content pictures", AllowMultipleArgumentsPerToken = true, Required = true };
var styles = new Option<string[]>("--style") { Description = "style pictures", AllowMultipleArgumentsPerToken = true, Required = true };
var size = Count("--size", "the longer side in pixels", 512);
var evaluations = Count("--evaluations", "evaluations of PyTorch's side", 300);
var style = new Command("style", "Times our style transfer to the loss that neural-style-pt's L-BFGS reaches.") { model, contents, styles, size, evaluations, threads, python };
style.SetAction(parsed => Guarded(() => StyleBench.Run(new(parsed.GetValue(model)!, parsed.GetValue(contents)!, parsed.GetValue(styles)!, parsed.GetValue(size), parsed.GetValue(evaluations), parsed.GetValue(threads), parsed.GetValue(python)!))));
root.Subcommands.Add(style);
root.Subcommands.Add(FlowBench.Make(Guarded, threads));

root.SetAction(parsed => Guarded(() =>
{
    string[] asked = parsed.GetValue(names)!;
    string[] compared = [.. asked.Where(name => name != StartTimes.Group)];
    var works = asked.Length > 0 && compared.Length == 0 ? [] : Work.Select(compared, parsed.GetValue(large));
    var kept = parsed.GetValue(scratch);
    var folder = kept is null ? Directory.CreateTempSubdirectory("reverie-bench-").FullName : Directory.CreateDirectory(kept).FullName;
    try
    {
        var harness = new Harness(new()
        {
            Shared = parsed.GetValue(shared) ?? Harness.DefaultShared,
            Python = parsed.GetValue(python)!,
            Scratch = folder,
            Rounds = Math.Max(1, parsed.GetValue(rounds)),
            Runs = Math.Max(1, parsed.GetValue(runs)),
            Warmups = parsed.GetValue(warmups),
            Threads = parsed.GetValue(threads),
            InplaceRelu = parsed.GetValue(inplace),
        });
        if (asked.Length == 0 || asked.Contains(StartTimes.Group)) StartTimes.Measure(Math.Max(1, parsed.GetValue(runs)), folder, Console.Out);
        var found = new List<Comparison>();
        var complete = true;
        foreach (var work in works) complete &= Guarded(() => found.Add(harness.Measure(work))) == 0; // one work's failure leaves the others' numbers
        if (harness.WithoutPyTorch is { } why) Console.Error.WriteLine($"PyTorch was not measured: {why}");
        if (found.Count > 0)
        {
            Report.Print(found, Console.Out);
            if (parsed.GetValue(json) is { } file) Report.Write(found, file);
        }
        if (!complete) throw new ReverieException($"not all of the {works.Count} works could be measured");
    }
    finally
    {
        if (kept is null) Directory.Delete(folder, recursive: true);
    }
}));
measure.SetAction(parsed => Guarded(() => OurSide.Measure(parsed.GetValue(model)!, parsed.GetValue(target)!, parsed.GetValue(input)!, parsed.GetValue(gradient)!,
    parsed.GetValue(threads), parsed.GetValue(runs), parsed.GetValue(warmups))));
measureDream.SetAction(parsed => Guarded(() => DreamSide.Measure(parsed.GetValue(model)!, parsed.GetValue(target)!, parsed.GetValue(input)!,
    parsed.GetValue(threads), parsed.GetValue(runs), parsed.GetValue(warmups))));

var result = root.Parse(args);
return result.Errors.Count > 0 ? Usage(result) : result.Invoke();

static Option<int> Count(string name, string description, int value) => new(name) { Description = description, DefaultValueFactory = _ => value };

static int Usage(ParseResult result)
{
    result.Invoke(); // says what is wrong
    return 2;
}

static int Guarded(Action action)
{
    try
    {
        action();
        return 0;
    }
    catch (ReverieException exception)
    {
        Console.Error.WriteLine(exception.Message);
        return 2;
    }
}
