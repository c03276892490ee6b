namespace Reverie.Video.Frames;

/// <summary>What is known of a video before its frames are read.</summary>
public sealed record VideoInfo
{
    /// <summary>The file, or the folder of pictures.</summary>
    public required string Path { get; init; }

    /// <summary>Rows of a frame as it is shown: after its rotation.</summary>
    public required int Height { get; init; }

    /// <summary>Columns of a frame as it is shown.</summary>
    public required int Width { get; init; }

    /// <summary>The width of a pixel over its height; 1/1 for square ones.</summary>
    public Rational PixelAspect { get; init; } = new(1, 1);

    /// <summary>The seconds of one tick of the frames' times.</summary>
    public required Rational TimeBase { get; init; }

    /// <summary>Frames in a second, on average.</summary>
    public required Rational FrameRate { get; init; }

    /// <summary>How many frames, as the file says or as its packets were counted.</summary>
    public required int Frames { get; init; }

    /// <summary>When the first frame is shown, in ticks after the file's own start: sound may begin earlier.</summary>
    public long StartTicks { get; init; }

    /// <summary>The matrix by which ffmpeg is to read its colours; null for no video file.</summary>
    public string? ColourMatrix { get; init; }

    /// <summary>Whether its colours go beyond what sRGB shows (HDR).</summary>
    public bool IsHighDynamicRange { get; init; }

    /// <summary>The degrees by which players turn it; frames are turned already.</summary>
    public int Rotation { get; init; }

    /// <summary>The streams of the file, frames included; empty for a folder of pictures.</summary>
    public IReadOnlyList<VideoStream> Streams { get; init; } = [];

    /// <summary>The index of the stream whose frames are read.</summary>
    public int FrameStream { get; init; }

    /// <summary>The pictures in order, where it is a folder; null for a video file.</summary>
    public IReadOnlyList<string>? Pictures { get; init; }

    /// <summary>Its length in seconds, by its frames.</summary>
    public double Seconds => Frames / FrameRate.Value;
}

/// <summary>A stream of a video file.</summary>
/// <param name="Index">Its number in the file.</param>
/// <param name="Kind">video, audio, subtitle, data or attachment.</param>
/// <param name="Codec">As ffmpeg calls it.</param>
/// <param name="IsCover">Whether it is one picture for the shelf.</param>
public sealed record VideoStream(int Index, string Kind, string Codec, bool IsCover);
