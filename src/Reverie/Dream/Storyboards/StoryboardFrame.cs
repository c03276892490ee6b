using Reverie.Imaging;

namespace Reverie.Dream.Storyboards;

/// <summary>A frame of a storyboard.</summary>
/// <param name="Number">The frame, from 0.</param>
/// <param name="Picture">The picture, not rounded to a file's 8 bits.</param>
/// <param name="Dream">What was dreamt; null where the last dreamt frame was only moved on.</param>
public sealed record StoryboardFrame(int Number, Picture Picture, DreamResult? Dream)
{
    /// <summary>Whether a run can go on from this frame.</summary>
    public bool IsState => Dream is not null;
}

/// <summary>Where a run of a storyboard can go on: the last frame that was dreamt, as it was in memory.</summary>
/// <param name="Frame">Its number, from 0.</param>
/// <param name="Picture">Its picture in full precision.</param>
public sealed record StoryboardState(int Frame, Picture Picture);

/// <summary>Where a run of a storyboard stands.</summary>
/// <param name="Frame">The frame in work, from 0.</param>
/// <param name="Frames">How many there are.</param>
/// <param name="Dream">Where the frame stands.</param>
/// <param name="Done">Frames done, with the part that is done of the one in work.</param>
public readonly record struct StoryboardProgress(int Frame, int Frames, DreamProgress Dream, double Done);
