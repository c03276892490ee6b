using System.Text.Json;
using System.Text.Json.Serialization;
using Reverie.Models;
using Reverie.Runtime;

namespace Reverie.Dream.Visualisation;

/// <summary>
/// Feature visualisation: what does a filter look for? From noise, the picture that excites a channel most, or a class (Olah, Mordvintsev and Schubert,
/// "Feature visualization", Distill 2017). Low layers look for edges and textures, high ones for parts and objects.
/// </summary>
/// <example><code>
/// var features = new FeatureVisualisation { Layer = "inception_4c/output", Channels = [12, 40] };
/// features.Run(network).Features[0].Picture.Save("filter.png");
/// </code></example>
public sealed record FeatureVisualisation
{
    /// <summary>The version of these settings; a recipe of another version is refused.</summary>
    [JsonRequired]
    public int Version { get; init; } = 1;

    /// <summary>The layer.</summary>
    [JsonRequired]
    public string Layer { get; init; } = "";

    /// <summary>The channels to visualise, from 0.</summary>
    [JsonRequired]
    public IReadOnlyList<int> Channels { get; init; } = [];

    /// <summary>The height and width of each picture.</summary>
    [JsonRequired]
    public int Size { get; init; } = 160;

    /// <summary>Steps of ascent.</summary>
    [JsonRequired]
    public int Steps { get; init; } = 160;

    /// <summary>Adam's step size, in the parameters' own units; null takes the parameterisation's usual one.</summary>
    public double? LearningRate { get; init; }

    /// <summary>What the pictures are made of.</summary>
    [JsonRequired]
    public FeatureParameterisation Parameterisation { get; init; }

    /// <summary>What of the channel is excited: all its places, or its neuron in the middle.</summary>
    [JsonRequired]
    public FeatureFocus Focus { get; init; }

    /// <summary>How far the picture is shifted, scaled and turned at random under the network's eye; 0 for not at all.</summary>
    [JsonRequired]
    public double Robustness { get; init; } = 1;

    /// <summary>Pictures of each channel; more than one are driven apart, so that they show what else the channel looks for.</summary>
    [JsonRequired]
    public int Variants { get; init; } = 1;

    /// <summary>How strongly the variants of a channel are driven apart, relative to the channel's own pull.</summary>
    [JsonRequired]
    public double Diversity { get; init; } = 0.5;

    /// <summary>Pictures that are sought in one run. With variants: at least those of one channel.</summary>
    [JsonRequired]
    public int Batch { get; init; } = 8;

    /// <summary>How many noises are tried for a few steps, to go on from the one that the channel answers to most; null for one. Variants have one each.</summary>
    public int? Starts { get; init; } = 3;

    /// <summary>Where the noise begins.</summary>
    [JsonRequired]
    public ulong Seed { get; init; }

    /// <summary>Seeks the pictures.</summary>
    /// <param name="network">The network.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="options">Where and how to run; the defaults where null.</param>
    /// <param name="cancellation">Ends the run early; the result then holds the channels that were finished.</param>
    /// <exception cref="ReverieException">A setting is out of range, or the network lacks the layer or a channel.</exception>
    public FeatureResult Run(Network network, IProgress<FeatureProgress>? progress = null, RuntimeOptions? options = null, CancellationToken cancellation = default)
    {
        Validate();
        using var run = new FeatureRun(this, network, options);
        return run.Seek(progress, cancellation);
    }

    /// <summary>The settings as JSON.</summary>
    public JsonElement ToJson() => JsonSerializer.SerializeToElement(this, FeatureJson.Default.FeatureVisualisation);

    /// <summary>Reads settings.</summary>
    /// <exception cref="ReverieException">They are malformed.</exception>
    public static FeatureVisualisation FromJson(JsonElement json)
    {
        try
        {
            return json.Deserialize(FeatureJson.Default.FeatureVisualisation) ?? throw new JsonException("they are null");
        }
        catch (JsonException exception)
        {
            throw new ReverieException($"the settings of the visualisation cannot be read: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }

    private void Validate()
    {
        if (Version != 1) throw new ReverieException($"these visualisation settings are of version {Version}; this program knows version 1");
        Check(Channels.Count > 0, "say which channels to visualise");
        Check(Size is >= 8 and <= 2048, "the size of a visualisation must be between 8 and 2048 pixels");
        Check(Steps is >= 1 and <= 100_000, "steps must be between 1 and 100000");
        Check(LearningRate is null or > 0 and <= 1000, "the learning rate must be more than 0");
        Check(Robustness is >= 0 and <= 5, "the robustness must be between 0 and 5");
        Check(Variants is >= 1 and <= 64, "variants must be between 1 and 64");
        Check(Diversity is >= 0 and <= 100, "the diversity must be between 0 and 100");
        Check(Starts is null or >= 1 and <= 64, "the starts must be between 1 and 64");
        Check(Batch is >= 1 and <= 1024, "the batch must be between 1 and 1024");

        static void Check(bool holds, string message)
        {
            if (!holds) throw new ReverieException(message);
        }
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(FeatureVisualisation))]
internal sealed partial class FeatureJson : JsonSerializerContext;
