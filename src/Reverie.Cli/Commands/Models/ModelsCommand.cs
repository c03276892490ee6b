using System.CommandLine;
using Reverie.Cli.Options;

namespace Reverie.Cli.Commands.Models;

/// <summary><c>reverie models</c>: what networks there are, and what they are like.</summary>
internal sealed class ModelsCommand : Command
{
    public ModelsCommand(SharedOptions shared) : base("models", "List networks, show what is known of one, list its layers")
    {
        Add(new ModelsListCommand(shared));
        Add(new ModelsShowCommand(shared));
        Add(new ModelsLayersCommand(shared));
    }

    /// <summary>The argument that names a network.</summary>
    internal static Argument<string?> ModelArgument() => new("MODEL")
    {
        Description = "A name or an .onnx file; without it the embedded network",
        Arity = ArgumentArity.ZeroOrOne,
    };
}
