using System.CommandLine;
using Reverie.Cli.Commands;
using Reverie.Dream.Visualisation;
using Reverie.Models;

namespace Reverie.Cli.Options;

/// <summary>The options that say how features are sought.</summary>
internal sealed class FeatureOptions
{
    private static readonly FeatureVisualisation Defaults = new();

    private readonly Option<int?> _size = NumberOption.Int("--size", "The height and width of each picture", 8, 2048, "-s");
    private readonly Option<int?> _steps = NumberOption.Int("--steps", "Steps of ascent", 1, 100_000);
    private readonly Option<double?> _rate = NumberOption.Double("--step-size", "Adam's step size", 1e-6, 1000);
    private readonly Option<FeatureParameterisation?> _parameterisation = ChoiceOption.Create("--parameterisation", "What the pictures are made of: fourier (all sizes alike), maco (phases only; calmer) or pixels (fine grain)", ("fourier", FeatureParameterisation.Fourier), ("maco", FeatureParameterisation.Maco), ("pixels", FeatureParameterisation.Pixels));
    private readonly Option<FeatureFocus?> _focus = ChoiceOption.Create("--focus", "What is excited: the whole channel, or its neuron in the middle", ("channel", FeatureFocus.Channel), ("neuron", FeatureFocus.Neuron));
    private readonly Option<double?> _robustness = NumberOption.Double("--robustness", "How far pictures are shifted, scaled and turned under the network's eye; 0 for not at all", 0, 5);
    private readonly Option<int?> _variants = NumberOption.Int("--variants", "Pictures of each channel, driven apart: what else does it look for?", 1, 64);
    private readonly Option<double?> _diversity = NumberOption.Double("--diversity", "How strongly variants are driven apart", 0, 100);
    private readonly Option<int?> _starts = NumberOption.Int("--starts", "Noises that are tried for a few steps, to go on from the best; without it 3", 1, 64);
    private readonly Option<int?> _batch = NumberOption.Int("--batch", "Pictures that are sought together", 1, 1024);

    /// <summary>The size of each picture.</summary>
    public Option Size => _size;

    /// <summary>All of them.</summary>
    public IEnumerable<Option> All => [_size, _steps, _rate, _parameterisation, _focus, _robustness, _variants, _diversity, _starts, _batch];

    /// <summary>The settings for some channels of a layer.</summary>
    public FeatureVisualisation Read(CommandContext context, Network network, string layer, IReadOnlyList<int> channels, ulong seed) => new()
    {
        Layer = layer,
        Channels = channels,
        Size = context.Value(_size) ?? (network.SizeReason is not null && network.Card.Input.Size is [var height, ..] ? height : Defaults.Size),
        Steps = context.Value(_steps) ?? Defaults.Steps,
        LearningRate = context.Value(_rate),
        Parameterisation = context.Value(_parameterisation) ?? Defaults.Parameterisation,
        Focus = context.Value(_focus) ?? Defaults.Focus,
        Robustness = context.Value(_robustness) ?? Defaults.Robustness,
        Variants = context.Value(_variants) ?? Defaults.Variants,
        Diversity = context.Value(_diversity) ?? Defaults.Diversity,
        Starts = context.Value(_starts) ?? Defaults.Starts,
        Batch = context.Value(_batch) ?? Defaults.Batch,
        Seed = seed,
    };
}
