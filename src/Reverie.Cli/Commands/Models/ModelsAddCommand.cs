using System.CommandLine;
using Reverie.Cli.Options;
using Reverie.Models;
using Reverie.Models.Catalogue;

namespace Reverie.Cli.Commands.Models;

/// <summary><c>reverie models add</c>: puts a network of one's own into the store, so that it can be used by name.</summary>
internal sealed class ModelsAddCommand : ReverieCommand
{
    private readonly Argument<string> _file = new("FILE") { Description = "An .onnx file, or weights that 'models import' reads" };
    private readonly Option<string?> _name = new("--name") { Description = "The name to use it by. Without it: that of the file", HelpName = "NAME" };
    private readonly Option<string?> _card = new("--card") { Description = "A card that says what its input means. Without it: the model's own, or one inferred from the graph", HelpName = "FILE" };
    private readonly Option<string?> _prototxt = ModelsImportCommand.Prototxt();

    public ModelsAddCommand(SharedOptions shared) : base("add", "Put a network of your own into the store", shared)
    {
        Add(_file);
        AddOptions([_name, _card, _prototxt, shared.Threads, shared.Provider, shared.Json, shared.Force, shared.Quiet]);
    }

    protected override void Run(CommandContext context)
    {
        var file = context.Value(_file)!;
        var name = context.Value(_name) ?? Path.GetFileNameWithoutExtension(file);
        if (name == ModelRegistry.EmbeddedName) throw new ReverieException($"'{name}' is the embedded network's name; choose another with --name");
        var addition = new ModelAddition { File = file, Name = name, CardFile = context.Value(_card), Prototxt = context.Value(_prototxt), Replace = context.Force };
        var path = addition.Run(new ModelStore(), context.Cancellation);
        using var network = Network.Load(path);
        var check = CardCheck.Run(network, context.Runtime, context.Cancellation);
        context.Write(path);
        context.Say(ModelsShowCommand.Feed(network.Card.Input) + (network.Card.Inferred ? " (inferred: write a card to be sure)" : ""));
        context.Say($"check: {ModelsShowCommand.Verdict(check)}");
        context.Report.Add("name", name);
        context.Report.Add("file", path);
        context.Report.Add("card", network.Card);
        context.Report.Add("check", check);
    }
}
