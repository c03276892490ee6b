using System.CommandLine;
using Reverie.Cli.Options;

namespace Reverie.Cli.Commands.Models;

/// <summary><c>reverie models</c>: what networks there are, and what they are like.</summary>
internal sealed class ModelsCommand : Command
{
    public ModelsCommand(SharedOptions shared) : base("models", "List, show, fetch, import and remove networks")
    {
        Add(new ModelsListCommand(shared));
        Add(new ModelsShowCommand(shared));
        Add(new ModelsLayersCommand(shared));
        Add(new ModelsCatalogueCommand(shared));
        Add(new ModelsPullCommand(shared));
        Add(new ModelsAddCommand(shared));
        Add(new ModelsImportCommand(shared));
        Add(new ModelsVerifyCommand(shared));
        Add(new ModelsRemoveCommand(shared));
    }

    /// <summary>The argument that names a network.</summary>
    internal static Argument<string?> ModelArgument() => new("MODEL")
    {
        Description = "A name or an .onnx file; without it the embedded network",
        Arity = ArgumentArity.ZeroOrOne,
    };
}
