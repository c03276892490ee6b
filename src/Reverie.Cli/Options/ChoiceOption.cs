using System.CommandLine;

namespace Reverie.Cli.Options;

/// <summary>An option that takes one of a few words, with a plain message where it is given another.</summary>
internal static class ChoiceOption
{
    /// <summary>Creates one that may be left out.</summary>
    /// <param name="name">The option.</param>
    /// <param name="description">What it does.</param>
    /// <param name="choices">The words and what they stand for.</param>
    public static Option<T?> Create<T>(string name, string description, params (string Word, T Value)[] choices) where T : struct => new(name)
    {
        Description = description,
        HelpName = string.Join('|', choices.Select(choice => choice.Word)),
        CustomParser = result =>
        {
            var text = result.Tokens is [{ Value: var token }] ? token : "";
            foreach (var (word, value) in choices)
                if (word.Equals(text, StringComparison.OrdinalIgnoreCase)) return value;
            result.AddError($"{name} is {string.Join(", ", choices[..^1].Select(choice => choice.Word))} or {choices[^1].Word}, not '{text}'");
            return null;
        },
    };
}
