namespace Reverie.Tests.Cli;

public class UsageTests
{
    [Theory]
    [InlineData("there is no command 'gradiant'; did you mean gradient?", "gradiant")]
    [InlineData("there is no option '--inptu'; did you mean --input?", "gradient", "--inptu", "x.npy")]
    [InlineData("there is no option '--precison'; did you mean --precision?", "gradient", "--precison=float64")]
    [InlineData("--threads takes a whole number from 1 to 1024, not 'two'", "gradient", "--threads", "two")]
    [InlineData("--threads takes a whole number from 1 to 1024, not '0'", "gradient", "--threads", "0")]
    [InlineData("--index takes a whole number of at least 0, not '-1'", "gradient", "--index", "-1")]
    [InlineData("option '--input' is required", "gradient")]
    [InlineData("there is no command 'lsit'; did you mean list?", "models", "lsit")]
    [InlineData("'reverie models' needs a command: list, show, layers", "models")]
    [InlineData("there is no option '-m'", "models", "list", "-m", "reverie-s")]
    [InlineData("'extra' is one argument too many for 'show'", "models", "show", "reverie-s", "extra")]
    [InlineData("there is no model 'googlnet'", "models", "show", "googlnet")]
    [InlineData("there is no provider 'cpuu'; did you mean cpu?", "doctor", "--provider", "cpuu")]
    public async Task A_mistake_gives_one_line_and_exit_code_2(string expected, params string[] arguments) =>
        Assert.Contains(expected, await Command.Refuse(arguments), StringComparison.Ordinal);

    [Theory]
    [InlineData("--help")]
    [InlineData]
    [InlineData("gradient", "--help")]
    [InlineData("models", "show", "--help")]
    public async Task Help_is_a_result(params string[] arguments)
    {
        var outcome = await Command.Run(arguments);
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.Contains("Usage:", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_version_is_a_result()
    {
        var outcome = await Command.Run("--version");
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.Matches(@"^\d+\.\d+\.\d+", outcome.Output);
    }
}
