using System.Globalization;
using Reverie.Cli.Options;
using Reverie.Models.Catalogue;

namespace Reverie.Cli.Commands.Models;

/// <summary><c>reverie models catalogue</c>: the networks that can be fetched by name.</summary>
internal sealed class ModelsCatalogueCommand : ReverieCommand
{
    public ModelsCatalogueCommand(SharedOptions shared) : base("catalogue", "List the published networks that can be pulled", shared) =>
        AddOptions([shared.Json, shared.Force, shared.Quiet]);

    protected override void Run(CommandContext context)
    {
        var (table, store) = (new TextTable("NAME", "MB", "HASH", "LICENCE", "HERE", "WHAT"), new ModelStore());
        foreach (var entry in ModelCatalogue.Entries)
            table.Add(entry.Name, entry.Bytes is { } bytes ? (bytes / 1e6).ToString("0", CultureInfo.InvariantCulture) : "?",
                entry.Sha256 is not null ? "published" : entry.Sha256Prefix is not null ? "in part" : "on first use", entry.License, store.Has(entry.Name) ? "yes" : "", entry.Title);
        foreach (var line in table.Lines()) context.Write(line);
        context.Report.Add("catalogue", ModelCatalogue.Entries);
    }
}
