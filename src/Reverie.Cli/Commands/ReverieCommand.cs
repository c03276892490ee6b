using System.CommandLine;
using Reverie.Cli.Options;

namespace Reverie.Cli.Commands;

/// <summary>A command of <c>reverie</c>; each is one class in a file of its own.</summary>
internal abstract class ReverieCommand : Command
{
    /// <summary>Creates a command; the derived class adds its arguments and options.</summary>
    protected ReverieCommand(string name, string description, SharedOptions shared) : base(name, description)
    {
        Shared = shared;
        // The work is long and synchronous: it runs on a thread of its own, so that Ctrl-C is heard meanwhile.
        SetAction((parse, cancellation) => Task.Run(() => Execute(parse, cancellation), CancellationToken.None));
    }

    /// <summary>The options that commands share.</summary>
    protected SharedOptions Shared { get; }

    /// <summary>Does the work. What it throws becomes an exit code and one line.</summary>
    protected abstract void Run(CommandContext context);

    /// <summary>Adds options.</summary>
    protected void AddOptions(IEnumerable<Option> options)
    {
        foreach (var option in options) Add(option);
    }

    private int Execute(ParseResult parse, CancellationToken cancellation)
    {
        using var context = new CommandContext(parse, Shared, cancellation);
        Run(context);
        context.Finish();
        return context.ExitCode;
    }
}
