namespace Reverie.Dream.Gradients;

/// <summary>
/// Where an ascent gets an objective and its gradient from. Pictures and gradients are planes [3,H,W] in the picture's own space (red, green, blue;
/// sRGB-encoded, 0 to 1), so that a source decides how much of the network's input it holds at once: one run over the whole picture, or tile by tile.
/// All sources of an objective give the same numbers, up to rounding.
/// </summary>
internal interface IGradientSource : IDisposable
{
    /// <summary>Whether the network has any place left in pictures of this size: its deepest layer used must not be empty.</summary>
    bool Fits(OctaveSize size);

    /// <summary>The objective.</summary>
    /// <param name="picture">[3,H,W].</param>
    /// <param name="size">H and W.</param>
    /// <param name="cancellation">Ends the run in flight.</param>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    double Value(float[] picture, OctaveSize size, CancellationToken cancellation);

    /// <summary>The objective of the picture rolled by a shift, and its gradient with respect to the picture as it was before the roll.</summary>
    /// <param name="picture">[3,H,W].</param>
    /// <param name="size">H and W.</param>
    /// <param name="shift">The roll, as in <see cref="Imaging.Roll"/>.</param>
    /// <param name="gradient">Receives [3,H,W]; must not overlap the picture.</param>
    /// <param name="cancellation">Ends the run in flight.</param>
    /// <exception cref="OperationCanceledException">The run was cancelled; the gradient holds nothing of use.</exception>
    double Gradient(float[] picture, OctaveSize size, Shift shift, float[] gradient, CancellationToken cancellation);
}

/// <summary>A roll of the picture: jitter.</summary>
/// <param name="Down">Rows to the bottom.</param>
/// <param name="Right">Columns to the right.</param>
internal readonly record struct Shift(int Down, int Right);
