using System.Text.Json;
using System.Text.Json.Serialization;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Runtime;
using Reverie.Style;

namespace Reverie.Video;

/// <summary>
/// Style transfer on a video, after Ruder, Dosovitskiy and Brox, "Artistic Style Transfer for Videos", 2016, arXiv:1604.08610: a frame begins with the last result moved along by the source's
/// motion, and is held near it where that motion is known, and near frames further back where the last one knows nothing; areas in which nothing happens are held harder. Several passes,
/// there and back, are possible.
/// </summary>
public sealed record VideoStyle : VideoMethod
{
    /// <summary>The style transfer of a key frame. Its size is that of the frames.</summary>
    public StyleTransfer Style { get; init; } = new();

    /// <summary>Evaluations of a frame that is no key frame.</summary>
    public int Evaluations { get; init; } = 25;

    /// <summary>How much it counts that a frame is like the one before, moved along; values are from 0 to 1, and terms of style as in <see cref="StyleTransfer"/>.</summary>
    public double Steadiness { get; init; } = 200;

    /// <summary>
    /// How many frames back it counts too, where no nearer one knows the place: what was hidden for a while looks as it did before. Of the same shot only; empty for the last frame alone.
    /// </summary>
    public IReadOnlyList<int> LongTerm { get; init => field = value ?? []; } = [10, 20, 40];

    /// <summary>
    /// How often the frames are gone through, forwards and backwards in turn: every frame again begins half-way between what it was and its neighbour, moved along, so that what comes into
    /// view late also shapes what was before. An odd number, since the last pass goes forwards.
    /// </summary>
    public int Passes { get; init; } = 1;

    /// <summary>How many times as much it counts where the source stands still.</summary>
    public double StaticHold { get; init; } = 5;

    /// <summary>The pictures in whose manner; a recipe names their files.</summary>
    [JsonIgnore]
    public IReadOnlyList<Picture> Styles { get; init => field = value ?? []; } = [];

    /// <inheritdoc/>
    internal override int PassCount => Passes;

    /// <inheritdoc/>
    [JsonIgnore]
    public override string ObjectiveName => "loss";

    /// <summary>Refuses settings that are out of range.</summary>
    /// <exception cref="ReverieException">One is.</exception>
    internal void Validate()
    {
        if (Version != 1) throw new ReverieException($"these video settings are of version {Version}; this program knows version 1");
        if (Styles.Count == 0) throw new ReverieException("give at least one picture in whose manner the video is painted");
        if (Evaluations is < 1 or > 100_000) throw new ReverieException("the evaluations of a frame must be between 1 and 100000");
        if (Steadiness is not (>= 0 and <= 1e6)) throw new ReverieException("the steadiness must be between 0 and 1000000");
        if (LongTerm.Any(offset => offset is < 2 or > 1000)) throw new ReverieException("the frames of the long term must be between 2 and 1000 back");
        if (Passes is < 1 or > 101 || Passes % 2 == 0) throw new ReverieException("the passes must be an odd number from 1 to 101: the first goes forwards, the next backwards, and the last forwards again");
        if (Passes > 1 && Baseline != VideoBaseline.None) throw new ReverieException("a baseline goes through the frames once; leave the passes out");
        if (StaticHold is not (>= 1 and <= 1000)) throw new ReverieException("the hold of static areas must be between 1 and 1000");
        if (Style.Init == StyleInit.File || Style.Regions > 0 || Style.StopAfter is not null) throw new ReverieException("frames begin with what was painted before, and have no regions; leave --init FILE and --regions out");
    }

    /// <inheritdoc/>
    public override JsonElement ToJson() => JsonSerializer.SerializeToElement(this, VideoStyleJson.Default.VideoStyle);

    /// <inheritdoc/>
    internal override IFrameWorker Open(Network network, RuntimeOptions? options) => new StyleWorker(this, network, options);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(VideoStyle))]
internal sealed partial class VideoStyleJson : JsonSerializerContext;
