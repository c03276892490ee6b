using System.Text.Json.Serialization;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Runtime;

namespace Reverie.Style;

/// <summary>
/// Neural style transfer: a picture with the content of one and the style of others, found by changing the picture itself until its activations are near the content's and
/// the statistics of its layers near the style's. Gatys, Ecker and Bethge, "A Neural Algorithm of Artistic Style", 2015, arXiv:1508.06576.
/// </summary>
/// <remarks>
/// Deviations of Reverie's own form from the paper: terms are divided by their values at the start, so that one strength serves every network; means and standard
/// deviations join the Gram matrices; pictures are painted from small to large; a little total variation, as a mean. <see cref="Lecture"/> is the paper's algorithm.
/// </remarks>
/// <example><code>
/// var style = new StyleTransfer { Strength = 60 };
/// style.Run(network, photo, painting).Picture.Save("painted.png");
/// </code></example>
public sealed record StyleTransfer
{
    /// <summary>The algorithm as lectures tell it: from a grey picture, at one size, Gram matrices as in the paper.</summary>
    public static StyleTransfer Lecture { get; } = new() { Form = StyleForm.Gatys, Init = StyleInit.Grey };

    /// <summary>The version of these settings; a recipe of another version is refused.</summary>
    public int Version { get; init; } = 1;

    /// <summary>Whose objective.</summary>
    public StyleForm Form { get; init; } = StyleForm.Reverie;

    /// <summary>What of the style is carried over, in Reverie's form.</summary>
    public StyleStatistic Statistic { get; init; } = StyleStatistic.GramMoments;

    /// <summary>
    /// How much of the style, in Reverie's form: from 0, nearly the photo, to 100, nearly the painting's texture alone. Every 25 are ten times the weight of style.
    /// </summary>
    public double Strength { get; init; } = 50;

    /// <summary>Layers whose activations are kept; null takes <c>relu4_2</c> or what the network's card recommends.</summary>
    public IReadOnlyList<StyleLayer>? ContentLayers { get; init; }

    /// <summary>Layers whose statistics are carried over; null takes <c>relu1_1</c> to <c>relu5_1</c> or what the network's card recommends.</summary>
    public IReadOnlyList<StyleLayer>? StyleLayers { get; init; }

    /// <summary>The weight of content; null is the form's own.</summary>
    public double? ContentWeight { get; init; }

    /// <summary>The weight of style; null is the form's own.</summary>
    public double? StyleWeight { get; init; }

    /// <summary>The weight of total variation; null is the form's own.</summary>
    public double? Smoothness { get; init; }

    /// <summary>
    /// How fast patterns of two pixels' width come compared with coarse ones, from 0 to 1, with L-BFGS: 1 is plain; less keeps confetti away. Null is 0.05 in Reverie's form, 1 in the others'.
    /// </summary>
    public double? Grain { get; init; }

    /// <summary>The styles' shares; null is equal ones.</summary>
    public IReadOnlyList<double>? Blend { get; init; }

    /// <summary>How several styles become one.</summary>
    public StyleBlend BlendMode { get; init; } = StyleBlend.Targets;

    /// <summary>The style picture's longer side over the content's: smaller gives finer strokes. A style is never enlarged beyond its own size.</summary>
    public double StyleScale { get; init; } = 1;

    /// <summary>What the first picture is.</summary>
    public StyleInit Init { get; init; } = StyleInit.Content;

    /// <summary>How the picture is changed.</summary>
    public StyleOptimizer Optimizer { get; init; } = StyleOptimizer.Lbfgs;

    /// <summary>Pairs that L-BFGS remembers. (neural-style remembers 100.)</summary>
    public int History { get; init; } = 10;

    /// <summary>The longer side of the result in pixels; null keeps the picture's own size.</summary>
    public int? Size { get; init; }

    /// <summary>Evaluations at the last size; the smaller ones get theirs in proportion. Null is what the form needs.</summary>
    public int? Evaluations { get; init; }

    /// <summary>The sizes and the evaluations at each; null is worked out from <see cref="Size"/> and <see cref="Evaluations"/>. A recipe holds them.</summary>
    public IReadOnlyList<StyleScale>? Scales { get; init; }

    /// <summary>Ends a size where ten steps gain less than this share of the objective; 0 never does.</summary>
    public double Tolerance { get; init; } = 1e-3;

    /// <summary>Whose colours the result has.</summary>
    public StyleColour Colour { get; init; } = StyleColour.Style;

    /// <summary>Pools instead of the network's own.</summary>
    public StylePooling Pooling { get; init; } = StylePooling.Own;

    /// <summary>Borders of convolutions instead of the network's own.</summary>
    public StylePadding Padding { get; init; } = StylePadding.Own;

    /// <summary>Regions to cluster both pictures into, each painted in the manner of the most similar one of the style; 0 for none.</summary>
    public int Regions { get; init; }

    /// <summary>
    /// The side in pixels of the tiles in which the picture is computed, without what is around them; null computes it whole. Memory then depends on the tiles, and the result is that of the
    /// whole picture up to rounding: statistics are summed up over the tiles before the gradient is taken.
    /// </summary>
    public int? Tile { get; init; }

    /// <summary>Where noise begins.</summary>
    public ulong Seed { get; init; }

    /// <summary>Ends the run after this many evaluations over all sizes: how a recipe repeats a run that was cancelled. Null for no limit.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? StopAfter { get; init; }

    /// <summary>The weight of style over that of content, which <see cref="Strength"/> stands for.</summary>
    [JsonIgnore]
    public double Ratio => BalancedRatio * Math.Pow(10, (Strength - 50) / 25);

    /// <summary>The ratio at strength 50: chosen by eye over paintings and photos.</summary>
    private const double BalancedRatio = 10;

    /// <summary>Paints.</summary>
    /// <param name="network">The network that sees.</param>
    /// <param name="content">What is to be seen; its alpha is kept.</param>
    /// <param name="style">In whose manner.</param>
    /// <param name="progress">Told after every evaluation.</param>
    /// <param name="options">Where and how to run; the defaults where null.</param>
    /// <param name="cancellation">Ends the run early; the result then holds the best picture so far.</param>
    /// <exception cref="ReverieException">A setting is out of range, or the network lacks a layer.</exception>
    public StyleResult Run(Network network, Picture content, Picture style, IProgress<StyleProgress>? progress = null, RuntimeOptions? options = null, CancellationToken cancellation = default) =>
        Run(network, new StyleInputs { Content = content, Styles = [style] }, progress, options, null, null, cancellation);

    /// <summary>Paints, in the manner of several styles, by regions, or from a picture of the user's.</summary>
    /// <param name="network">The network that sees.</param>
    /// <param name="inputs">The pictures.</param>
    /// <param name="progress">Told after every evaluation.</param>
    /// <param name="options">Where and how to run; the defaults where null.</param>
    /// <param name="checkpoint">Where the run keeps its state from time to time and when it is cancelled, and from where it goes on; null for nowhere.</param>
    /// <param name="ledger">Takes down which layer gained from the change of which pixel; null where nobody asks.</param>
    /// <param name="cancellation">Ends the run early; the result then holds the best picture so far.</param>
    /// <exception cref="ReverieException">A setting is out of range, the network lacks a layer, or the checkpoint cannot be used.</exception>
    public StyleResult Run(Network network, StyleInputs inputs, IProgress<StyleProgress>? progress = null, RuntimeOptions? options = null, StyleCheckpoint? checkpoint = null, StyleLedger? ledger = null, CancellationToken cancellation = default)
    {
        StyleSettings.Validate(this, inputs);
        if (ledger is not null && checkpoint is { Resume: true }) throw new ReverieException("a ledger begins with the run and cannot be taken up in the middle; leave it out, or begin anew");
        using var run = new StyleRun(this, network, inputs, options);
        return run.Paint(progress, cancellation, checkpoint, ledger);
    }
}
