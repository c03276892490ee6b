using System.CommandLine;
using System.Security.Cryptography;
using Reverie.Cli.Options;
using Reverie.Models.Catalogue;

namespace Reverie.Cli.Commands.Models;

/// <summary><c>reverie models verify</c>: whether the networks in the store are still what was put there.</summary>
internal sealed class ModelsVerifyCommand : ReverieCommand
{
    private readonly Argument<string[]> _names = new("NAME") { Description = "Networks in the store; without a name all of them", Arity = ArgumentArity.ZeroOrMore };

    public ModelsVerifyCommand(SharedOptions shared) : base("verify", "Check networks in the store against the hashes that were pinned", shared)
    {
        Add(_names);
        AddOptions([shared.Json, shared.Force, shared.Quiet]);
    }

    protected override void Run(CommandContext context)
    {
        var store = new ModelStore();
        var names = context.Value(_names) is { Length: > 0 } given ? given : [.. store.Names];
        var (table, report, damaged) = (new TextTable("NAME", "STATE", "SHA-256"), new List<object>(), new List<string>());
        foreach (var name in names)
        {
            if (!store.Has(name)) throw new ReverieException($"{Onnx.Names.Unknown("network in the store", name, store.Names)} ({store.Folder})");
            context.Cancellation.ThrowIfCancellationRequested();
            using var stream = File.OpenRead(store.PathOf(name));
            var (hash, source) = (Convert.ToHexStringLower(SHA256.HashData(stream)), store.SourceOf(name));
            var state = source is null ? "unknown: put here by hand" : source.Sha256 != hash ? "DAMAGED" : source.Published ? "as published" : "as first fetched";
            if (source is not null && source.Sha256 != hash) damaged.Add(name);
            table.Add(name, state, hash);
            report.Add(new { name, state, sha256 = hash, pinned = source?.Sha256 });
        }
        foreach (var line in table.Lines()) context.Write(line);
        context.Report.Add("models", report);
        if (damaged.Count > 0) throw new ReverieException($"{string.Join(", ", damaged)}: not what was put there; remove with 'reverie models rm' and pull again");
    }
}
