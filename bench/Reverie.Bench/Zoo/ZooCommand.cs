using System.CommandLine;
using Reverie.Runtime;

namespace Reverie.Bench.Zoo;

/// <summary>
/// `zoo`: makes each architecture by PyTorch, compares gradients, times both sides in turn, and writes the table. Everything is kept in the scratch folder,
/// so that a run that was stopped goes on where it was.
/// </summary>
internal static class ZooCommand
{
    public static Command Make(Func<Action, int> guarded)
    {
        var names = new Argument<string[]>("architectures") { Description = "architectures of torchvision; all where none is named", Arity = ArgumentArity.ZeroOrMore };
        var scratch = new Option<string>("--scratch") { Description = "the folder that keeps models, gradients and rows (several GB)", Required = true };
        var python = new Option<string>("--python") { Description = "a Python that has PyTorch, torchvision and onnx", DefaultValueFactory = _ => "/usr/bin/python3" };
        var document = new Option<string?>("--document") { Description = "where to write the table, such as docs/zoo.md" };
        var inputs = Count("--inputs", "pictures to compare on", 12);
        var rounds = Count("--rounds", "processes of each side, in turn; 0 compares gradients only", 2);
        var runs = Count("--runs", "timed runs in each process", 5);
        var warmups = Count("--warmups", "runs before those", 2);
        var threads = Count("--threads", "threads of each side", Machine.PhysicalCores);
        var again = new Option<bool>("--again") { Description = "times also what was timed before" };
        var command = new Command("zoo", "Compares gradients of torchvision's architectures with PyTorch's, and times them.")
            { names, scratch, python, document, inputs, rounds, runs, warmups, threads, again };
        command.SetAction(parsed => guarded(() =>
        {
            var chosen = parsed.GetValue(names)!;
            foreach (var name in chosen)
                if (!ZooNetwork.All.Contains(name)) throw new ReverieException($"no architecture is called '{name}'; there are: {string.Join(", ", ZooNetwork.All)}");
            var folder = Directory.CreateDirectory(parsed.GetValue(scratch)!).FullName;
            var run = new ZooRun(parsed.GetValue(python)!, parsed.GetValue(inputs), parsed.GetValue(rounds), parsed.GetValue(runs), parsed.GetValue(warmups), parsed.GetValue(threads), parsed.GetValue(again));
            foreach (var name in chosen.Length > 0 ? chosen : ZooNetwork.All) run.Do(new(name, folder));
            if (parsed.GetValue(document) is { } path)
                File.WriteAllText(path, ZooDocument.Of([.. ZooNetwork.All.Select(name => ZooRun.Row(new(name, folder))).OfType<ZooRow>()]));
        }));

        var one = new Argument<string>("architecture");
        var profile = new Option<bool>("--profile");
        var check = new Command("check", "Compares the gradients of one architecture in this process.") { one, scratch, threads };
        check.SetAction(parsed => guarded(() => ZooCheck.Run(new(parsed.GetValue(one)!, parsed.GetValue(scratch)!), parsed.GetValue(threads))));
        var time = new Command("time", "Times one architecture in this process.") { one, scratch, threads, runs, warmups, profile };
        time.SetAction(parsed => guarded(() => ZooTiming.Run(new(parsed.GetValue(one)!, parsed.GetValue(scratch)!), parsed.GetValue(threads), parsed.GetValue(runs),
            parsed.GetValue(warmups), parsed.GetValue(profile))));
        command.Subcommands.Add(check);
        command.Subcommands.Add(time);
        return command;
    }

    private static Option<int> Count(string name, string description, int value) => new(name) { Description = description, DefaultValueFactory = _ => value };
}
