using Reverie.Runtime;

namespace Reverie.Models;

/// <summary>A class that a network sees.</summary>
/// <param name="Class">The index of the class, counted from 0.</param>
/// <param name="Label">Its name; the index where the network's classes have no names.</param>
/// <param name="Probability">Its probability, 0 to 1: the softmax of the logits.</param>
/// <param name="Logit">Its logit.</param>
public sealed record Prediction(int Class, string Label, double Probability, double Logit);

/// <summary>Classification with a network.</summary>
public static class Classification
{
    /// <summary>The classes that a network sees in each item of a batch, the likeliest first.</summary>
    /// <param name="network">The network; it must have logits.</param>
    /// <param name="input">The network's input, preprocessed.</param>
    /// <param name="count">How many classes to give.</param>
    /// <param name="options">Where and how to run; the defaults where null.</param>
    /// <param name="cancellation">Ends the run in flight.</param>
    /// <exception cref="ReverieException">The network has no logits, or the input does not fit it.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static IReadOnlyList<IReadOnlyList<Prediction>> Classify(this Network network, RuntimeTensor input, int count = 5, RuntimeOptions? options = null, CancellationToken cancellation = default)
    {
        var feed = new Dictionary<string, RuntimeTensor> { [network.Input] = input };
        using var results = network.CompiledTo(network.Logits, options).Run(feed, cancellation: cancellation);
        var logits = results[network.Logits];
        if (logits.Shape is not [var batch, var classes, .. var rest] || rest.ContainsAnyExcept(1) || classes < 1)
            throw new ReverieException($"{network.Name}: the logits '{network.Logits}' are {logits}; class scores have the shape [N,classes] (does the picture have the size that the network takes?)");
        var values = logits.ToDoubles();
        return [.. Enumerable.Range(0, (int)batch).Select(item => Best(network.Labels, values.AsSpan(item * (int)classes, (int)classes), count))];
    }

    private static IReadOnlyList<Prediction> Best(ClassLabels? labels, ReadOnlySpan<double> logits, int count)
    {
        var scores = logits.ToArray();
        var highest = scores.Max();
        var sum = scores.Sum(score => Math.Exp(score - highest));
        return [.. Enumerable.Range(0, scores.Length).OrderByDescending(index => scores[index]).ThenBy(index => index).Take(count)
            .Select(index => new Prediction(index, labels?.Short(index) ?? $"class {index}", Math.Exp(scores[index] - highest) / sum, scores[index]))];
    }
}
