using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Reverie.Onnx;

namespace Reverie.Cli;

/// <summary>Says in one line what is wrong with a command line.</summary>
internal static class UsageError
{
    /// <summary>The first thing that is wrong, with the names that may have been meant; null where nothing is, or help or the version is asked for.</summary>
    public static string? Find(ParseResult parse)
    {
        if (parse.Action is { ClearsParseErrors: true } and not ParseErrorAction) return null;
        var command = parse.CommandResult.Command;
        var help = $"see {Path(parse)} --help";
        // The parser takes a mistyped option for a value, so such tokens are looked at before its own errors.
        var strange = parse.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash).FirstOrDefault(token => token.Type == TokenType.Argument && LooksLikeOption(token.Value));
        if (strange is not null) return $"{Names.Unknown("option", strange.Value.Split('=')[0], OptionNames(parse))}; {help}";
        if (parse.UnmatchedTokens is [var first, ..])
            return command.Subcommands.Count > 0
                ? $"{Names.Unknown("command", first, command.Subcommands.Where(sub => !sub.Hidden).Select(sub => sub.Name))}; {help}"
                : $"'{first}' is one argument too many for '{command.Name}'; {help}";
        // What is there and wrong is told before what is missing.
        if (command.Subcommands.Count > 0 && command.Action is null)
            return $"'{Path(parse)}' needs a command: {string.Join(", ", command.Subcommands.Where(sub => !sub.Hidden).Select(sub => sub.Name))}";
        if (parse.Errors.Count == 0) return null;
        var message = parse.Errors.Select(error => error.Message).OrderBy(text => text.EndsWith("is required.", StringComparison.Ordinal)).First();
        return $"{char.ToLowerInvariant(message[0])}{message[1..].ReplaceLineEndings(" ").TrimEnd('.', ' ')}; {help}";
    }

    private static bool LooksLikeOption(string token) =>
        token.StartsWith("--", StringComparison.Ordinal) ? token.Length > 2 : token.Length > 1 && token[0] == '-' && char.IsLetter(token[1]);

    private static IEnumerable<string> OptionNames(ParseResult parse)
    {
        for (SymbolResult? result = parse.CommandResult; result is not null; result = result.Parent)
            if (result is CommandResult command)
                foreach (var option in command.Command.Options.Where(option => !option.Hidden))
                    foreach (var name in option.Aliases.Prepend(option.Name)) yield return name;
    }

    private static string Path(ParseResult parse)
    {
        var names = new List<string>();
        for (SymbolResult? result = parse.CommandResult; result is CommandResult { Command: not RootCommand } command; result = result.Parent) names.Insert(0, command.Command.Name);
        return string.Join(' ', names.Prepend("reverie"));
    }
}
