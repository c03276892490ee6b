using Reverie.Imaging;

namespace Reverie.Video.Frames;

/// <summary>A frame of a video.</summary>
/// <param name="Number">From 0, counted from the first frame of the file.</param>
/// <param name="Time">When it is shown, in ticks of the video's time base after the first frame of the file.</param>
/// <param name="Picture">What it shows.</param>
public sealed record VideoFrame(int Number, long Time, Picture Picture);
