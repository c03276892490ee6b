using System.Text.Json;
using System.Text.Json.Serialization;
using Reverie.Explain;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Runtime;

namespace Reverie.Axioms;

/// <summary>
/// Measures on any network, for each method of attribution, which axioms hold, by how much they are broken, and by which rewrite of the network.
/// docs/axioms.md explains the protocol.
/// </summary>
/// <example><code>
/// var report = new AxiomLab { Methods = ["integrated-gradients", "deeplift"] }.Run(network, photo);
/// foreach (var cell in report.Cells) Console.WriteLine($"{cell.Method} {cell.Axiom} by {cell.Check}: {cell.Verdict} {cell.Value}");
/// </code></example>
public sealed record AxiomLab
{
    /// <summary>The version of these settings.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The ids of the methods (<see cref="LabMethods"/>).</summary>
    public IReadOnlyList<string> Methods { get; init; } = [.. LabMethods.Default.Select(method => method.Id)];

    /// <summary>The ids of the rewrites; all where empty.</summary>
    public IReadOnlyList<string> Rewrites { get; init; } = [];

    /// <summary>What is explained.</summary>
    public Target Target { get; init; } = Target.Top;

    /// <summary>What the picture is compared with. Noise by default: before a flat colour max pools tie, and DeepLIFT's rule for them does not show.</summary>
    public Baseline Baseline { get; init; } = Baseline.Noise(1);

    /// <summary>The seed of everything random.</summary>
    public ulong Seed { get; init; }

    /// <summary>Whether gradient, input x gradient and integrated gradients are measured in float64 too where float32 has decided already.</summary>
    public bool Float64 { get; init; }

    /// <summary>Whether constructions are measured too, or rewrites alone.</summary>
    public bool Constructions { get; init; } = true;

    /// <summary>Measures a network on a picture.</summary>
    /// <param name="network">The network.</param>
    /// <param name="photo">The picture.</param>
    /// <param name="progress">Told how far the work is.</param>
    /// <param name="options">Where and how to run; the defaults where null.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="ReverieException">There is no such method, rewrite or target.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public AxiomReport Run(Network network, Picture photo, IProgress<ExplainProgress>? progress = null, RuntimeOptions? options = null, CancellationToken cancellation = default)
    {
        using var subject = new PictureSubject(network, photo, Target, options: options, cancellation: cancellation);
        var baselines = subject.Baselines(Baseline);
        var second = subject.Class is null || Target.Kind != TargetKind.Logit ? null
            : subject.Predictions.FirstOrDefault(each => each.Class != subject.Class) is { } other ? TargetFunction.Element(network.Graph, network.Logits, other.Class) : null;
        var both = second is null ? null : TargetFunction.Combination(network.Graph, network.Logits, ([subject.Class!.Value], 1), ([subject.Predictions.First(each => each.Class != subject.Class).Class], 1));
        return Run(new()
        {
            Name = network.Name,
            Label = subject.Label,
            Function = subject.Subject.Target,
            Second = second,
            Both = both,
            Input = subject.Input,
            Baseline = baselines[0],
            CanBatch = network.BatchReason is null,
            ChannelsLast = network.Card.Input.Layout == InputLayout.NHWC,
        }, [.. Methods.Select(LabMethods.Find)], progress, options, cancellation);
    }

    /// <summary>Measures any function of a graph, with any methods.</summary>
    /// <exception cref="ReverieException">There is no such rewrite, or the graph cannot be run on the input.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public AxiomReport Run(LabQuestion question, IReadOnlyList<LabMethod> methods, IProgress<ExplainProgress>? progress = null, RuntimeOptions? options = null, CancellationToken cancellation = default)
    {
        if (Version != 1) throw new ReverieException($"these settings of the axiom lab are of version {Version}; this program knows version 1");
        if (methods.Count == 0) throw new ReverieException("name at least one method");
        var rewrites = Rewrites.Count == 0 ? EquivalentRewrites.All
            : [.. Rewrites.Select(id => EquivalentRewrites.All.FirstOrDefault(each => each.Id.Equals(id, StringComparison.OrdinalIgnoreCase)) ?? throw new ReverieException(Onnx.Names.Unknown("rewrite", id, EquivalentRewrites.All.Select(each => each.Id))))];
        using var run = new LabRun(this, question, methods, rewrites, progress, options ?? RuntimeOptions.Default, cancellation);
        return run.Report();
    }

    /// <summary>The settings as JSON.</summary>
    public JsonElement ToJson() => JsonSerializer.SerializeToElement(this, AxiomJson.Default.AxiomLab);

    /// <summary>Reads settings.</summary>
    /// <exception cref="ReverieException">They are not of this program.</exception>
    public static AxiomLab FromJson(JsonElement json)
    {
        try
        {
            return json.Deserialize(AxiomJson.Default.AxiomLab) ?? throw new ReverieException("the settings of the axiom lab are empty");
        }
        catch (JsonException exception)
        {
            throw new ReverieException($"the settings of the axiom lab cannot be read: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }
}

/// <summary>A function to be put to the test: a graph with one input, an input and a baseline.</summary>
public sealed record LabQuestion
{
    /// <summary>What the network is called.</summary>
    public required string Name { get; init; }

    /// <summary>What is explained, in words.</summary>
    public required string Label { get; init; }

    /// <summary>The function.</summary>
    public required TargetFunction Function { get; init; }

    /// <summary>Another function of the same tensor, for linearity; null leaves that out.</summary>
    public TargetFunction? Second { get; init; }

    /// <summary>The sum of both.</summary>
    public TargetFunction? Both { get; init; }

    /// <summary>x, one item.</summary>
    public required Signal Input { get; init; }

    /// <summary>b, of the same shape.</summary>
    public required Signal Baseline { get; init; }

    /// <summary>Whether several items may run together.</summary>
    public bool CanBatch { get; init; } = true;

    /// <summary>Whether channels are the last axis of the input.</summary>
    public bool ChannelsLast { get; init; }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, UseStringEnumConverter = true)]
[JsonSerializable(typeof(AxiomLab))]
internal sealed partial class AxiomJson : JsonSerializerContext;
