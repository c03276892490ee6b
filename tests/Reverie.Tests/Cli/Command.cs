using Reverie.Cli;

namespace Reverie.Tests.Cli;

/// <summary>Runs the command in this process, as the executable would.</summary>
internal static class Command
{
    public static async Task<Outcome> Run(params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await Application.RunAsync(arguments, CommandConsole.Into(output, error), TestContext.Current.CancellationToken);
        return new(code, output.ToString(), error.ToString());
    }

    /// <summary>Runs a command that must fail for a reason of the user's making: exit code 2, one line on standard error, nothing on standard output.</summary>
    public static async Task<string> Refuse(params string[] arguments)
    {
        var outcome = await Run(arguments);
        Assert.Equal(2, outcome.Code);
        Assert.Equal("", outcome.Output);
        Assert.StartsWith("reverie: ", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(outcome.Error.Length - 1, outcome.Error.IndexOf('\n', StringComparison.Ordinal));
        return outcome.Error;
    }

    internal sealed record Outcome(int Code, string Output, string Error);
}
