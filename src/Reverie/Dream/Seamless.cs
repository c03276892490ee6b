using System.Text.Json.Serialization;

namespace Reverie.Dream;

/// <summary>Which borders of a dream fit together.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Seamless>))]
public enum Seamless
{
    /// <summary>None: the picture ends at its borders.</summary>
    None,

    /// <summary>Left fits right: a strip that goes on, or a panorama of 360 degrees.</summary>
    Across,

    /// <summary>Left fits right and top fits bottom: a tile for textures and wallpaper.</summary>
    Both,
}
