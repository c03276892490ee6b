using System.Text.Json.Serialization;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Runtime;

namespace Reverie.Explain;

/// <summary>What a method promises that its attributions sum to.</summary>
public enum Conservation
{
    /// <summary>Nothing.</summary>
    None,
    /// <summary>f(x) - f(b), b the baseline; the mean over baselines where there are several.</summary>
    Difference,
    /// <summary>f(x).</summary>
    Score,
}

/// <summary>
/// A method of attribution with its settings: an immutable record that can be written as JSON (<see cref="AttributionJson"/>), listed in <see cref="AttributionMethods"/>.
/// </summary>
/// <example><code>
/// var why = new IntegratedGradients { Steps = 64 }.Run(network, photo, Target.Top);
/// Console.WriteLine($"{why.Label} {why.Score:F2}, completeness error {why.Gap:P2}");
/// </code></example>
public abstract partial record AttributionMethod
{
    /// <summary>The version of these settings; a recipe of another version is refused.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The method's name on the command line and in recipes, in kebab case.</summary>
    [JsonIgnore]
    public abstract string Id { get; }

    /// <summary>What it is called in writing.</summary>
    [JsonIgnore]
    public abstract string Title { get; }

    /// <summary>What the attributions sum to.</summary>
    [JsonIgnore]
    public virtual Conservation Conserves => Conservation.None;

    /// <summary>What x is compared with, in pixels; null where the method needs none.</summary>
    [JsonIgnore]
    public virtual Baseline? Reference => null;

    /// <summary>Into what parts the picture is divided; null where the method has no use for parts.</summary>
    [JsonIgnore]
    public virtual Features? Parts => null;

    /// <summary>Whether the attributions have signs that mean for and against; else they only say how much.</summary>
    [JsonIgnore]
    public virtual bool IsSigned => true;

    /// <summary>Whether the attributions are slopes, f's change for a change of the input; else they are shares of f's change themselves.</summary>
    [JsonIgnore]
    public virtual bool IsSlope => false;

    /// <summary>Whether what the sum lacks is what the network's biases took, rather than an error.</summary>
    [JsonIgnore]
    public virtual bool BiasesTakeShare => false;

    /// <summary>Explains a picture.</summary>
    /// <param name="network">The network.</param>
    /// <param name="picture">The picture.</param>
    /// <param name="target">What to explain; the logit of the likeliest class where null.</param>
    /// <param name="progress">Told how far the work is.</param>
    /// <param name="options">Where and how to run; the defaults where null.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="ReverieException">A setting is out of range, the target does not exist, or an operator of the network has no rule.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public Attribution Run(Network network, Picture picture, Target? target = null, IProgress<ExplainProgress>? progress = null, RuntimeOptions? options = null, CancellationToken cancellation = default)
    {
        Validate();
        using var subject = new PictureSubject(network, picture, target, options: options, cancellation: cancellation);
        return Run(subject, progress, cancellation);
    }

    /// <summary>Explains a picture that is ready to be asked about: several methods then share what was compiled.</summary>
    /// <exception cref="ReverieException">A setting is out of range, or an operator of the network has no rule.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public Attribution Run(PictureSubject subject, IProgress<ExplainProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var context = subject.Context(this, progress, cancellation);
        return new(this, subject, Attribute(context));
    }

    /// <summary>Explains raw tensors: any graph, any number of inputs, any rank.</summary>
    /// <exception cref="ReverieException">A setting is out of range, or an operator of the graph has no rule.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public RawAttribution Attribute(AttributionContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        Validate();
        var raw = Compute(context);
        return Conserves == Conservation.None || !raw.IsComplete || raw.Balance is not null ? raw : raw with { Balance = Balance.Of(this, context, raw) };
    }

    /// <summary>The formula.</summary>
    protected internal abstract RawAttribution Compute(AttributionContext context);

    /// <summary>Checks the settings.</summary>
    /// <exception cref="ReverieException">One is out of range.</exception>
    protected internal virtual void Validate() => Check(Version == 1, $"these settings of {Id} are of version {Version}; this program knows version 1");

    /// <summary>Refuses what does not hold.</summary>
    private protected static void Check(bool holds, string message)
    {
        if (!holds) throw new ReverieException(message);
    }
}

/// <summary>A method that can be asked about a layer: how much its activations, instead of the picture's pixels, count.</summary>
public abstract record LayeredMethod : AttributionMethod
{
    /// <summary>The layer's tensor; null for the input, or for the method's own choice where it is always about a layer.</summary>
    public string? Layer { get; init; }

    /// <summary>The layer under the name that the graph has for it.</summary>
    /// <exception cref="ReverieException">There is no such layer on the way to the target.</exception>
    private protected static string Resolve(Subject subject, string layer)
    {
        var name = subject.Graph.Resolve(layer);
        return subject.Graph.Has(name) && !subject.Graph.Constants.ContainsKey(name) ? name
            : throw new ReverieException($"{Onnx.Names.Unknown("layer", layer, subject.Graph.Nodes.SelectMany(node => node.Outputs))} on the way to the target");
    }
}
