using Reverie.Imaging;
using Reverie.Models;
using Reverie.Runtime;

namespace Reverie.Explain;

/// <summary>
/// A picture, a network and what is to be explained about them, ready to be asked by any number of methods and measures: the input is prepared, the target
/// is settled (the likeliest class found), and sessions are compiled once for all. Not for several threads at once.
/// </summary>
public sealed class PictureSubject : IDisposable
{
    private const int TopClasses = 5;

    private Subject? _probability;

    /// <summary>Prepares a picture.</summary>
    /// <param name="network">The network; it must outlive the subject.</param>
    /// <param name="photo">The picture.</param>
    /// <param name="target">What to explain; the logit of the likeliest class where null.</param>
    /// <param name="fit">How the picture is brought to the network's size.</param>
    /// <param name="precision">The arithmetic of the runs.</param>
    /// <param name="options">Where and how to run; the defaults where null.</param>
    /// <param name="cancellation">Ends the classification.</param>
    /// <exception cref="ReverieException">The target does not exist.</exception>
    /// <exception cref="OperationCanceledException">The classification was cancelled.</exception>
    public PictureSubject(Network network, Picture photo, Target? target = null, InputFit fit = InputFit.Crop, Precision precision = Precision.Float32,
        RuntimeOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(photo);
        (Network, Photo, Target, Options) = (network, photo, target ?? Target.Top, options ?? RuntimeOptions.Default);
        Placement = Placement.Of(network, photo, fit);
        Seen = Placement.Apply(photo);
        Input = ToSignal(Seen);
        Predictions = network.Card.Output.Logits is null ? [] : network.Classify(network.ToInput(Seen), TopClasses, Options, cancellation)[0];
        var found = TargetResolution.Of(Target, network, Predictions is [var top, ..] ? top : null);
        (Class, Label) = (found.Class, found.Label);
        Subject = new(found.Function, precision, Options, network.BatchReason is null ? null : false);
        Score = Subject.Scores([Input], cancellation)[0];
    }

    /// <summary>The network.</summary>
    public Network Network { get; }

    /// <summary>The picture as it was given.</summary>
    public Picture Photo { get; }

    /// <summary>The picture as the network sees it.</summary>
    public Picture Seen { get; }

    /// <summary>Where in the photo lies what the network sees.</summary>
    public Placement Placement { get; }

    /// <summary>The network's input [1,C,H,W] (or [1,H,W,C], as the network has it).</summary>
    public Signal Input { get; }

    /// <summary>What is explained.</summary>
    public Target Target { get; }

    /// <summary>The function, ready to be asked.</summary>
    public Subject Subject { get; }

    /// <summary>Where and how it runs.</summary>
    public RuntimeOptions Options { get; }

    /// <summary>The likeliest classes; empty for a network that classifies nothing.</summary>
    public IReadOnlyList<Prediction> Predictions { get; }

    /// <summary>The class that the target is about, or null.</summary>
    public int? Class { get; }

    /// <summary>The target in words: the class's name, mostly.</summary>
    public string Label { get; }

    /// <summary>f(x).</summary>
    public double Score { get; }

    /// <summary>A picture of the size of <see cref="Seen"/> as the network's input.</summary>
    public Signal ToSignal(Picture seen) => Subject.SignalOf(Network.ToInput(seen));

    /// <summary>An input-shaped signal of one item as [1,C,H,W], whatever the network's layout.</summary>
    public Signal ToPlanes(Signal input)
    {
        if (Network.Card.Input.Layout == InputLayout.NCHW) return input;
        var (height, width, channels) = ((int)input.Shape[1], (int)input.Shape[2], (int)input.Shape[3]);
        var values = new double[input.Values.Length];
        for (var pixel = 0; pixel < height * width; pixel++)
            for (var channel = 0; channel < channels; channel++) values[channel * height * width + pixel] = input.Values[pixel * channels + channel];
        return new(values, [1, channels, height, width]);
    }

    /// <summary>The baselines that a statement about pixels comes to for this picture, as inputs of the network.</summary>
    /// <exception cref="ReverieException">A file cannot be read.</exception>
    public IReadOnlyList<Signal> Baselines(Baseline baseline)
    {
        // other pictures are cropped as this one was: by the network's rule, at its size
        var pictures = baseline.Pictures(Network, Seen, other => other.Height == Seen.Height && other.Width == Seen.Width ? Opaque(other) : Placement.ToSize(other, Seen.Height, Seen.Width));
        return [.. pictures.Select(ToSignal)];
    }

    /// <summary>The likeliest class of an input, for reports; null for a network that classifies nothing.</summary>
    public Prediction? TopClass(Signal input, CancellationToken cancellation = default) =>
        Predictions.Count == 0 ? null : Network.Classify(RuntimeTensor.Of(Array.ConvertAll(input.Values, value => (float)value), input.Shape), 1, Options, cancellation)[0][0];

    /// <summary>The probability of the target's class for many inputs that are made as they are needed; for a target that is no class, the target itself.</summary>
    /// <param name="count">How many.</param>
    /// <param name="write">Writes one; called once for each, in order.</param>
    /// <param name="cancellation">Ends the run in flight.</param>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public double[] Probabilities(int count, ItemWriter write, CancellationToken cancellation = default)
    {
        if (Class is not { } index) return Subject.Scores(count, [Input], write, null, cancellation);
        _probability ??= new(TargetFunction.Probability(Network.Graph, Network.Logits, index), Subject.Precision, Options, Network.BatchReason is null ? null : false);
        return _probability.Scores(count, [Input], write, null, cancellation);
    }

    /// <summary>What a method is asked about this picture.</summary>
    /// <exception cref="ReverieException">A baseline cannot be made.</exception>
    public AttributionContext Context(AttributionMethod method, IProgress<ExplainProgress>? progress = null, CancellationToken cancellation = default)
    {
        var baselines = method.Reference is { } reference ? Baselines(reference) : [];
        return new()
        {
            Subject = Subject,
            Inputs = [Input],
            Baselines = [.. baselines.Select(baseline => (IReadOnlyList<Signal>)[baseline])],
            Bounds = [Bounds()],
            Features = method.Parts?.Resolve(this),
            ChannelsLast = Network.Card.Input.Layout == InputLayout.NHWC,
            Progress = progress,
            Cancellation = cancellation,
        };
    }

    /// <summary>Gives the sessions back.</summary>
    public void Dispose()
    {
        Subject.Dispose();
        _probability?.Dispose();
    }

    private static Picture Opaque(Picture picture) => picture.Alpha is null ? picture : picture.Flatten();

    // Black and white in each channel of the input; a negative range turns them around.
    private (Signal Low, Signal High) Bounds()
    {
        var preprocessing = Network.Preprocessing;
        var channels = preprocessing.Channels;
        var (low, high) = (new double[channels], new double[channels]);
        for (var channel = 0; channel < channels; channel++)
        {
            var (black, white) = ((double)preprocessing.Offset[channel], (double)preprocessing.Offset[channel] + preprocessing.Scale[channel]);
            (low[channel], high[channel]) = (Math.Min(black, white), Math.Max(black, white));
        }
        long[] shape = Network.Card.Input.Layout == InputLayout.NCHW ? [1, channels, 1, 1] : [1, 1, 1, channels];
        return (new(low, shape), new(high, shape));
    }
}
