using System.CommandLine;
using Reverie.Cli.Options;
using Reverie.Models;
using Reverie.Models.Catalogue;

namespace Reverie.Cli.Commands.Models;

/// <summary><c>reverie models rm</c>: removes networks from the store.</summary>
internal sealed class ModelsRemoveCommand : ReverieCommand
{
    private readonly Argument<string[]> _names = new("NAME") { Description = "Networks in the store", Arity = ArgumentArity.OneOrMore };

    public ModelsRemoveCommand(SharedOptions shared) : base("rm", "Remove networks that were pulled or added", shared)
    {
        Add(_names);
        AddOptions([shared.Json, shared.Force, shared.Quiet]);
    }

    protected override void Run(CommandContext context)
    {
        var store = new ModelStore();
        foreach (var name in context.Value(_names)!)
        {
            if (name == ModelRegistry.EmbeddedName) throw new ReverieException($"{name} is part of the program and cannot be removed");
            if (!store.Remove(name)) throw new ReverieException($"{Onnx.Names.Unknown("network in the store", name, store.Names)} ({store.Folder})");
            context.Say($"{name} is removed");
        }
        context.Report.Add("removed", context.Value(_names)!);
    }
}
