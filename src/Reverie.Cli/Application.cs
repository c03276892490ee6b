using System.CommandLine;
using Reverie.Cli.Commands;
using Reverie.Cli.Commands.Models;
using Reverie.Cli.Commands.Video;
using Reverie.Cli.Options;

namespace Reverie.Cli;

/// <summary>The <c>reverie</c> command: parses arguments, runs one command, and turns every way it can end into an exit code.</summary>
internal static class Application
{
    private const int LongestMessage = 2000;

    /// <summary>Runs one command line.</summary>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, CommandConsole console, CancellationToken cancellation)
    {
        try
        {
            var parse = Build().Parse(arguments);
            if (UsageError.Find(parse) is { } mistake) throw new ReverieException(mistake);
            return await parse.InvokeAsync(console, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (cancellation.IsCancellationRequested)
        {
            console.Error.WriteLine($"reverie: {(exception is CancelledWithResultException ? exception.Message : "cancelled")}");
            return ExitCodes.Cancelled;
        }
        catch (ReverieException exception)
        {
            return Fail(exception, exception.Message, ExitCodes.BadInput);
        }
        catch (OutOfMemoryException exception)
        {
            return Fail(exception, "out of memory; use a smaller picture or close other programs", ExitCodes.BadInput);
        }
        catch (IOException exception) when (!HasWorkingFolder())
        {
            return Fail(exception, "the folder in which reverie was started does not exist any more; change to another one (cd)", ExitCodes.BadInput);
        }
        catch (Exception exception)
        {
            return Fail(exception, $"internal error ({exception.GetType().Name}: {exception.Message}); please report it, with the output that REVERIE_DEBUG=1 gives", ExitCodes.InternalError);
        }

        int Fail(Exception exception, string message, int code)
        {
            // one line, and nothing in it that a terminal would obey: names from files may hold anything, and any length of it
            var line = string.Concat(message.ReplaceLineEndings(" ").Take(LongestMessage).Select(c => char.IsControl(c) ? '?' : c));
            console.Error.WriteLine($"reverie: {line}{(message.Length > LongestMessage ? "..." : "")}");
            if (Environment.GetEnvironmentVariable("REVERIE_DEBUG") == "1") console.Error.WriteLine(exception);
            return code;
        }
    }

    private static bool HasWorkingFolder()
    {
        try
        {
            return Directory.Exists(Directory.GetCurrentDirectory());
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static RootCommand Build()
    {
        var options = new SharedOptions();
        var root = new RootCommand("Look inside a trained image network and let it dream.")
        {
            new ExplainCommand(options),
            new AxiomsCommand(options),
            new DreamCommand(options),
            new StyleCommand(options),
            new VideoCommand(options),
            new VisualizeCommand(options),
            new PresetsCommand(options),
            new GridCommand(options),
            new ReplayCommand(options),
            new ModelsCommand(options),
            new GradientCommand(options),
            new ActivationsCommand(options),
            new DoctorCommand(options),
        };
        // Without a command there is nothing to do but to say what could be done.
        root.SetAction((parse, cancellation) => root.Parse(["--help"]).InvokeAsync(parse.InvocationConfiguration, cancellation));
        return root;
    }
}
