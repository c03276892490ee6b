using Reverie.Imaging;
using Reverie.Video.Coherence;
using Reverie.Video.Frames;

namespace Reverie.Video;

/// <summary>A method that makes a video frame by frame. A frame is a function of the source and of the frames made before it, of nothing else: so a run can end anywhere and go on.</summary>
internal interface IFrameWorker : IDisposable
{
    /// <summary>How many frames back the method looks, beside the last one.</summary>
    IReadOnlyList<int> LookBack => [];

    /// <summary>Makes a frame.</summary>
    /// <param name="frame">The frame of the source.</param>
    /// <param name="around">What was made before it.</param>
    /// <param name="progress">Told the share that is done.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    FrameWork Make(VideoFrame frame, FrameContext around, IProgress<double>? progress, CancellationToken cancellation);
}

/// <summary>What a frame is made from beside the source.</summary>
/// <param name="Before">The frame made last: the one before it, or, in a pass backwards, the one after it. Null at a key frame.</param>
/// <param name="Pair">How the frame follows from that one; null at a key frame.</param>
/// <param name="Past">Frames of the same shot further back, the nearest first.</param>
/// <param name="Own">What the pass before made of the frame; null in the first pass.</param>
internal sealed record FrameContext(FrameState? Before, FramePair? Pair, IReadOnlyList<PastFrame> Past, Picture? Own)
{
    /// <summary>Nothing: a key frame's.</summary>
    public static FrameContext None { get; } = new(null, null, [], null);
}

/// <summary>A frame some way back.</summary>
/// <param name="Result">What was made of it.</param>
/// <param name="Pair">How the frame in work follows from it.</param>
internal sealed record PastFrame(Picture Result, FramePair Pair);

/// <summary>A frame that was made.</summary>
/// <param name="Result">The picture.</param>
/// <param name="Objective">What it reached; null where nothing is measured.</param>
/// <param name="Key">What the frames of its shot are held to.</param>
internal sealed record FrameWork(Picture Result, double? Objective, KeyFrame Key);
