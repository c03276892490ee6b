using System.CommandLine;
using System.Globalization;
using Reverie.Fuzz.Cases;
using Reverie.Fuzz.Running;

if (args is ["worker", var workerSeed, var from, var number, var where, var kept, var most])
{
    Worker.Run(ulong.Parse(workerSeed, CultureInfo.InvariantCulture), long.Parse(from, CultureInfo.InvariantCulture), long.Parse(number, CultureInfo.InvariantCulture), where, kept, long.Parse(most, CultureInfo.InvariantCulture));
    return 0;
}

var cases = new Option<long>("--cases") { Description = "how many damaged inputs to try", DefaultValueFactory = _ => 10_000 };
var seed = new Option<ulong>("--seed") { Description = "seed of all cases; equal seeds make equal cases", DefaultValueFactory = _ => 1 };
var first = new Option<long>("--first") { Description = "the number of the first case: --seed S --first I --cases 1 repeats the one called S:I" };
var keep = new Option<string>("--keep") { Description = "where the files of cases that show a defect are kept", DefaultValueFactory = _ => Path.Combine(Path.GetTempPath(), "reverie-fuzz-kept") };
var root = new RootCommand("Damages valid models, pictures, arrays, recipes and cards, and looks what Reverie makes of them. Ends with 1 where it shows a defect.") { cases, seed, first, keep };
root.SetAction(parsed =>
{
    var results = new Supervisor(parsed.GetValue(seed), parsed.GetValue(keep)!).Run(parsed.GetValue(first), parsed.GetValue(cases));
    Console.WriteLine("| damaged | cases | accepted | refused | cancelled | defects | slowest refusal, s of CPU | most memory, MB |");
    Console.WriteLine("|---|---|---|---|---|---|---|---|");
    foreach (var kind in results.GroupBy(result => result.Kind).OrderBy(group => group.Key))
    {
        int Count(Outcome outcome) => kind.Count(result => result.Outcome == outcome);
        var slowest = kind.Where(result => result.Outcome == Outcome.Refused).Select(result => result.CpuSeconds).DefaultIfEmpty(0).Max();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {kind.Key} | {kind.Count()} | {Count(Outcome.Accepted)} | {Count(Outcome.Refused)} | {Count(Outcome.Cancelled)} | {Count(Outcome.Defect)} | {slowest:0.00} | {kind.Max(result => result.PeakBytes) / 1e6:0} |"));
    }
    return results.Any(result => result.Outcome == Outcome.Defect) ? 1 : 0;
});
return root.Parse(args).Invoke();
