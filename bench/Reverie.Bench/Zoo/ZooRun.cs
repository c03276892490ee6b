using System.Globalization;
using System.Text.Json;

namespace Reverie.Bench.Zoo;

/// <summary>The steps of one architecture: make, compare, time; each is skipped where it was done before.</summary>
internal sealed record ZooRun(string Python, int Inputs, int Rounds, int Runs, int Warmups, int Threads, bool Again)
{
    private const double SlowerThan = 1.1;

    private static readonly JsonSerializerOptions Indented = new(Measurement.Json) { WriteIndented = true };

    private static string Script { get; } = Path.Combine(Harness.Repository(), "tests", "references", "zoo_whole.py");

    /// <summary>What is known of an architecture, or null.</summary>
    public static ZooRow? Row(ZooNetwork zoo) =>
        File.Exists(RowFile(zoo)) ? JsonSerializer.Deserialize<ZooRow>(File.ReadAllText(RowFile(zoo)), Measurement.Json) : null;

    public void Do(ZooNetwork zoo)
    {
        if (!zoo.IsMade)
        {
            Console.Error.WriteLine($"{zoo.Name}: made by PyTorch");
            Read(Processes.Run(Python, [Script, "make", zoo.Name, zoo.Folder, "--inputs", Text(Inputs), "--threads", Text(Threads)]), "PyTorch");
        }
        var row = Row(zoo);
        if (row is null)
        {
            Console.Error.WriteLine($"{zoo.Name}: compared");
            row = JsonSerializer.Deserialize<ZooRow>(Read(Ours("check"), "Reverie"), Measurement.Json)!;
            Keep(row);
        }
        if (Rounds < 1 || (row.Ours is not null && !Again)) return;
        List<Measurement> ours = [], theirs = [];
        for (var round = 0; round < Rounds; round++)
        {
            Console.Error.WriteLine($"{zoo.Name}: timed, round {round + 1} of {Rounds}");
            ours.Add(JsonSerializer.Deserialize<Measurement>(Read(Ours("time", "--runs", Text(Runs), "--warmups", Text(Warmups)), "Reverie"), Measurement.Json)!);
            theirs.Add(JsonSerializer.Deserialize<Measurement>(Read(Processes.Run(Python, [Script, "time", zoo.Name, zoo.Folder, "--index", Text(zoo.Index(0)),
                "--runs", Text(Runs), "--warmups", Text(Warmups), "--threads", Text(Threads)]), "PyTorch"), Measurement.Json)!);
        }
        row = row with { Ours = Measurement.Join(ours), PyTorch = Measurement.Join(theirs) };
        if (row.TimeRatio > SlowerThan) row = row with { Profile = Read(Ours("time", "--runs", "3", "--warmups", "1", "--profile"), "Reverie").Trim() };
        Keep(row);

        Processes.Outcome Ours(string action, params string[] more) => Processes.Self(["zoo", action, zoo.Name, "--scratch", zoo.Folder, "--threads", Text(Threads), .. more]);

        void Keep(ZooRow found) => AtomicFile.Write(RowFile(zoo), overwrite: true, stream => JsonSerializer.Serialize(stream, found, Indented));
    }

    private static string RowFile(ZooNetwork zoo) => Path.Combine(zoo.Folder, $"{zoo.Name}.row.json");

    private static string Read(Processes.Outcome outcome, string side) => outcome.ExitCode == 0 ? outcome.Output : throw new ReverieException($"{side}: {outcome.Complaint}");

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
