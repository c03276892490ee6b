using System.Text.Json.Serialization;

namespace Reverie.Dream;

/// <summary>What goes from one octave to the next.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OctaveCarry>))]
public enum OctaveCarry
{
    /// <summary>The dreamt detail, added to the picture at the larger size: the picture stays sharp.</summary>
    Detail,

    /// <summary>The whole picture, enlarged: what the smallest octave could not hold is lost, and dreamt anew.</summary>
    Picture,
}
