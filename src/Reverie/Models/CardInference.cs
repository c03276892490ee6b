using Reverie.Onnx;

namespace Reverie.Models;

/// <summary>Fills what a card does not say from the graph: the logits, and, where there is no card at all, the meaning of the input.</summary>
internal static class CardInference
{
    // The mean and standard deviation of ImageNet's training pictures, which nearly every network exported from PyTorch expects
    // (torchvision's models document them).
    private static readonly float[] ImageNetMean = [0.485f, 0.456f, 0.406f];
    private static readonly float[] ImageNetStd = [0.229f, 0.224f, 0.225f];

    /// <summary>A card made from the graph alone.</summary>
    /// <exception cref="ReverieException">The input is not a picture.</exception>
    public static ModelCard Guess(string name, Graph graph)
    {
        var input = graph.Inputs[0];
        if (input.Type.Shape is not { Count: 4 } shape)
            throw new ReverieException($"the input '{input.Name}' ({input.Type}) is not a batch of pictures, which has four axes; write a card only for networks that take pictures");
        var (layout, channels) = (shape[1].Value, shape[3].Value) switch
        {
            (1 or 3, _) => (InputLayout.NCHW, shape[1].Value!.Value),
            (_, 1 or 3) => (InputLayout.NHWC, shape[3].Value!.Value),
            (null, _) => (InputLayout.NCHW, 3L),
            _ => throw new ReverieException($"the input '{input.Name}' ({input.Type}) has neither one nor three channels; only grey and colour pictures can be fed"),
        };
        var (height, width) = layout == InputLayout.NCHW ? (shape[2].Value, shape[3].Value) : (shape[1].Value, shape[2].Value);
        return new()
        {
            Name = name,
            Inferred = true,
            Input = new()
            {
                Layout = layout,
                Channels = channels == 1 ? ChannelOrder.GRAY : ChannelOrder.RGB,
                Mean = channels == 1 ? [0] : ImageNetMean,
                Std = channels == 1 ? [1] : ImageNetStd,
                Size = [(int)(height ?? width ?? 224), (int)(width ?? height ?? 224)],
            },
        };
    }

    /// <summary>The card with its outputs and its size filled in where it leaves them out, checked against the graph.</summary>
    /// <param name="card">The card.</param>
    /// <param name="graph">The graph, with its sizes free.</param>
    /// <param name="declared">The input as the file declares it, which may state the size that the network was trained for.</param>
    /// <exception cref="ReverieException">The card names a tensor that the graph lacks, or contradicts the shape of the input.</exception>
    public static ModelCard Complete(ModelCard card, Graph graph, GraphValue declared)
    {
        var input = card.Input with { Size = card.Input.Size ?? FixedSize(card.Input, declared) };
        CheckChannels(input, declared);
        CheckSize(input, graph.Inputs[0]);
        var output = card.Output.Logits is not null ? card.Output : FindLogits(graph);
        foreach (var (name, role) in new[] { (output.Logits, "logits"), (output.Probabilities, "probabilities") })
            if (name is not null && !graph.Has(graph.Resolve(name))) throw Missing(name, role, graph);
        foreach (var layer in card.Layers.Dream.Concat(card.Layers.Style).Concat(card.Layers.Content))
            if (!graph.Has(graph.Resolve(layer))) throw Missing(layer, "a layer", graph);
        return card with { Input = input, Output = output };
    }

    private static ReverieException Missing(string tensor, string role, Graph graph) =>
        new($"the model card names '{Names.Printable(tensor)}' as {role}, but {Names.Unknown("tensor", tensor, graph.Nodes.SelectMany(node => node.Outputs))}");

    private static (int Rows, int Channels) Axes(InputLayout layout) => layout == InputLayout.NCHW ? (2, 1) : (1, 3);

    private static int[]? FixedSize(InputCard card, GraphValue input)
    {
        var (rows, _) = Axes(card.Layout);
        return input.Type.Shape is { Count: 4 } shape && shape[rows].Value is { } height && shape[rows + 1].Value is { } width ? [(int)height, (int)width] : null;
    }

    private static void CheckChannels(InputCard card, GraphValue input)
    {
        if (input.Type.Shape is not { } shape) return;
        if (shape.Count != 4) throw new ReverieException($"the input '{input.Name}' ({input.Type}) is not a batch of pictures, which has four axes");
        if (shape[Axes(card.Layout).Channels].Value is { } count && count != card.ChannelCount)
            throw new ReverieException($"the model card says {card.Channels} in the layout {card.Layout}, but the input '{input.Name}' is {input.Type}");
    }

    private static void CheckSize(InputCard card, GraphValue input)
    {
        if (input.Type.Shape is not { Count: 4 } shape || card.Size is not { } size) return;
        for (var side = 0; side < 2; side++)
            if (shape[Axes(card.Layout).Rows + side].Value is { } pixels && pixels != size[side])
                throw new ReverieException($"the model card says size {size[0]} x {size[1]}, but the network runs with {input.Type} only");
    }

    /// <summary>The input of a final Softmax; without one, an output that has the shape of class scores.</summary>
    private static OutputCard FindLogits(Graph graph)
    {
        var producers = graph.Producers();
        foreach (var output in graph.Outputs)
        {
            // Between the Softmax and the output nothing may happen but a change of shape.
            var name = output.Name;
            while (producers.TryGetValue(name, out var node) && node.Op is "Flatten" or "Reshape" or "Squeeze" or "Identity") name = node.Input(0);
            if (producers.TryGetValue(name, out var last) && last.Op is "Softmax" or "LogSoftmax")
                return new() { Logits = last.Input(0), Probabilities = last.Op == "Softmax" ? output.Name : null };
        }
        return new() { Logits = graph.Outputs.Find(output => HasScores(graph.TypeOf(output.Name)))?.Name };
    }

    private static bool HasScores(TensorType? type) => type?.Shape switch
    {
        { Count: 2 } => true,
        { Count: 4 } shape => shape[2].Value == 1 && shape[3].Value == 1,
        _ => false,
    };
}
