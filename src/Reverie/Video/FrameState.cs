using System.Text.Json.Serialization;
using Reverie.Imaging;
using Reverie.Video.Coherence;

namespace Reverie.Video;

/// <summary>What the next frame is made from: the last one, as it was in memory.</summary>
/// <param name="Note">What is known of it.</param>
/// <param name="Key">What its shot's key frame was like.</param>
/// <param name="Source">The frame of the source.</param>
/// <param name="Result">What was made of it, in full precision.</param>
internal sealed record FrameState(FrameNote Note, KeyFrame Key, Picture Source, Picture Result);

/// <summary>What the frames of a shot are held to.</summary>
/// <param name="Number">The key frame.</param>
/// <param name="Objective">The objective that it reached; null where the method has none.</param>
/// <param name="Bands">The strength of its detail in each band; null where the method does not hold it.</param>
/// <param name="Level">How far steps go now, against the settings, so that the objective stays the key frame's.</param>
internal sealed record KeyFrame(int Number, double? Objective, DetailBands? Bands, double Level = 1);

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(FrameNote))]
[JsonSerializable(typeof(KeyFrame))]
internal sealed partial class VideoJson : JsonSerializerContext;
