using Reverie.Dream.Objectives;
using Reverie.Models;

namespace Reverie.Dream.Presets;

/// <summary>A way to dream that was tried and found good, under a name that says what it looks like.</summary>
/// <param name="Name">The name.</param>
/// <param name="Description">What comes of it.</param>
/// <param name="Formula">What is excited, as <see cref="ObjectiveParser"/> reads it.</param>
/// <param name="Settings">The other settings; the objective is null.</param>
public sealed record DreamPreset(string Name, string Description, string Formula, DeepDream Settings)
{
    /// <summary>The formulas of the rounds after the first.</summary>
    public IReadOnlyList<string> Then { get; init; } = [];

    /// <summary>The settings for a network.</summary>
    /// <exception cref="ReverieException">The network lacks what the preset excites.</exception>
    public DeepDream For(Network network)
    {
        var parser = new ObjectiveParser(network, 1, 1);
        return Settings with { Objective = parser.Parse(Formula), Then = Then.Count > 0 ? [.. Then.Select(parser.Parse)] : null };
    }
}
