using Reverie.Imaging;
using Reverie.Runtime;

namespace Reverie.Models;

/// <summary>Pictures as inputs of a network.</summary>
public static class PictureInput
{
    /// <summary>
    /// The part of a picture that a network looks at when it classifies: the short side scaled to the card's size, then the centre. Transparent
    /// parts become white. A card without a size leaves the picture as large as it is.
    /// </summary>
    public static Picture Crop(this Network network, Picture picture)
    {
        var opaque = picture.Alpha is null ? picture : picture.Flatten();
        if (network.Card.Input.Size is not [var height, var width]) return opaque;
        // The scale at which both sides reach the card's, which need not be square.
        var scale = Math.Max((double)height / opaque.Height, (double)width / opaque.Width);
        var (scaledHeight, scaledWidth) = Fit.Scale(opaque.Height, opaque.Width, scale);
        return opaque.Resize(Math.Max(height, scaledHeight), Math.Max(width, scaledWidth)).CenterCrop(height, width);
    }

    /// <summary>A batch of pictures of one size as the network's input, at that size.</summary>
    /// <exception cref="ArgumentException">There are no pictures, or they differ in size.</exception>
    public static RuntimeTensor ToInput(this Network network, params ReadOnlySpan<Picture> pictures)
    {
        if (pictures.IsEmpty) throw new ArgumentException("no picture is given", nameof(pictures));
        var (height, width) = (pictures[0].Height, pictures[0].Width);
        var item = checked(network.Preprocessing.Channels * height * width);
        var values = GC.AllocateUninitializedArray<float>(checked(pictures.Length * item));
        for (var index = 0; index < pictures.Length; index++)
        {
            if ((pictures[index].Height, pictures[index].Width) != (height, width)) throw new ArgumentException("the pictures of a batch must have one size", nameof(pictures));
            network.Preprocessing.ToInput(pictures[index].Rgb, values.AsSpan(index * item, item));
        }
        return RuntimeTensor.Of(values, network.Preprocessing.Shape(pictures.Length, height, width));
    }

    /// <summary>An item of a network's input as a picture; values are not clamped.</summary>
    public static Picture ToPicture(this Network network, ReadOnlySpan<float> input, int height, int width)
    {
        var picture = new Picture(height, width);
        network.Preprocessing.ToPlanes(input, picture.Rgb);
        return picture;
    }

    /// <summary>The classes that a network sees in a picture, the likeliest first.</summary>
    /// <exception cref="ReverieException">The network has no logits.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static IReadOnlyList<Prediction> Classify(this Network network, Picture picture, int count = 5, RuntimeOptions? options = null, CancellationToken cancellation = default) =>
        network.Classify(network.ToInput(network.Crop(picture)), count, options, cancellation)[0];
}
