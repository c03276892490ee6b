using System.CommandLine;

namespace Reverie.Cli;

/// <summary>Where a command writes: results to <c>Output</c>, everything else to <c>Error</c>.</summary>
internal sealed class CommandConsole : InvocationConfiguration
{
    private CommandConsole()
    {
        // Exceptions and Ctrl-C are the application's to handle.
        EnableDefaultExceptionHandler = false;
        ProcessTerminationTimeout = null;
    }

    /// <summary>Whether messages are read by a person on a terminal that can redraw a line.</summary>
    public bool ErrorIsTerminal { get; private init; }

    /// <summary>The width of that terminal in characters.</summary>
    public int ErrorWidth { get; private init; } = 80;

    /// <summary>Whether results are read by a person on a terminal.</summary>
    public bool OutputIsTerminal { get; private init; }

    /// <summary>The console of the process.</summary>
    public static CommandConsole OfProcess()
    {
        var dumb = Environment.GetEnvironmentVariable("TERM") == "dumb";
        var terminal = !Console.IsErrorRedirected && !dumb;
        return new()
        {
            Output = Console.Out,
            Error = Console.Error,
            ErrorIsTerminal = terminal,
            ErrorWidth = terminal ? Math.Max(40, Console.WindowWidth) : 80,
            OutputIsTerminal = !Console.IsOutputRedirected && !dumb,
        };
    }

    /// <summary>A console into writers, as in a pipe.</summary>
    public static CommandConsole Into(TextWriter output, TextWriter error) => new() { Output = output, Error = error };
}
