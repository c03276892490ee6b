using Reverie.Cli.Options;
using Reverie.Models;

namespace Reverie.Cli.Commands.Models;

/// <summary><c>reverie models list</c>: the networks that can be loaded by name.</summary>
internal sealed class ModelsListCommand : ReverieCommand
{
    public ModelsListCommand(SharedOptions shared) : base("list", "List the networks that can be loaded by name", shared) =>
        AddOptions([shared.Json, shared.Force, shared.Quiet]);

    protected override void Run(CommandContext context)
    {
        var table = new TextTable("NAME", "LICENCE", "FROM");
        var entries = new List<object>();
        foreach (var entry in ModelRegistry.List())
        {
            var (license, problem) = LicenseOf(entry);
            table.Add(entry.Name, problem ?? license ?? "unknown", entry.Path ?? "embedded");
            entries.Add(new { name = entry.Name, license, file = entry.Path, problem });
        }
        foreach (var line in table.Lines()) context.Write(line);
        context.Report.Add("models", entries);
        context.Say($"Further networks are looked for in {string.Join(", ", ModelRegistry.Folders)}; {ModelRegistry.FoldersVariable} names more folders.");
    }

    // One broken file must not hide the others; its problem is shown in its row.
    private static (string? License, string? Problem) LicenseOf(ModelEntry entry)
    {
        try
        {
            using var network = Network.Load(entry.Path ?? entry.Name);
            return (network.Card.License, null);
        }
        catch (ReverieException exception)
        {
            return (null, $"unusable: {exception.Message}");
        }
    }
}
