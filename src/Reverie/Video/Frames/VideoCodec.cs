namespace Reverie.Video.Frames;

/// <summary>How frames are encoded.</summary>
public enum VideoCodec
{
    /// <summary>H.264 by x264: plays everywhere.</summary>
    H264,

    /// <summary>H.265 by x265.</summary>
    H265,

    /// <summary>VP9 by libvpx, what a .webm holds by default.</summary>
    Vp9,

    /// <summary>AV1 by SVT-AV1, or libaom where that is missing.</summary>
    Av1,

    /// <summary>Apple ProRes 422 HQ, for further editing; .mov or .mkv.</summary>
    Prores,

    /// <summary>Lossless FFV1, for archives; .mkv.</summary>
    Ffv1,

    /// <summary>A GIF with a palette of each frame's own.</summary>
    Gif,
}
