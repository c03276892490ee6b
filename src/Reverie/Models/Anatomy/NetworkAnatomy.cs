using Reverie.Onnx.Shapes;
using Reverie.Runtime;

namespace Reverie.Models.Anatomy;

/// <summary>
/// What a network is made of: its layers with their shapes, receptive fields, parameters, times, and what they are good for.
/// </summary>
public sealed record NetworkAnatomy
{
    // where a card states no size
    private const int DefaultSide = 224;

    /// <summary>The layers in the order of computation; the first is the picture.</summary>
    public required IReadOnlyList<NetworkLayer> Layers { get; init; }

    /// <summary>The height of the picture that shapes and times are for, in pixels.</summary>
    public required int Height { get; init; }

    /// <summary>The width of that picture.</summary>
    public required int Width { get; init; }

    /// <summary>How many threads the times were measured with; null without times.</summary>
    public int? Threads { get; init; }

    /// <summary>The time of a run that belongs to no layer: ONNX Runtime changing the order of numbers in memory between layers. Null without times.</summary>
    public TimeSpan? BetweenLayers { get; init; }

    /// <summary>The time of all operators together; null without times.</summary>
    public TimeSpan? Total => BetweenLayers + new TimeSpan(Layers.Sum(layer => layer.Time?.Ticks ?? 0));

    /// <summary>Takes a network apart, at its card's size (224 x 224 where the card states none).</summary>
    /// <param name="network">The network.</param>
    /// <param name="options">Where and how to run it to measure times; null measures none.</param>
    /// <param name="cancellation">Ends the run in flight.</param>
    /// <exception cref="ReverieException">The network cannot run at that size.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static NetworkAnatomy Of(Network network, RuntimeOptions? options = null, CancellationToken cancellation = default)
    {
        var (height, width) = network.Card.Input.Size is [var rows, var columns] ? (rows, columns) : (DefaultSide, DefaultSide);
        var (graph, shape) = (network.Graph, network.Preprocessing.Shape(1, height, width));
        var shapes = ShapeInference.Resolve(graph, new Dictionary<string, long[]> { [network.Input] = shape });
        var groups = LayerGroups.Of(graph, network.Input, LayerUses.Named(network));
        var position = new Dictionary<string, int>(StringComparer.Ordinal) { [network.Input] = 0 };
        for (var index = 0; index < groups.Count; index++)
            foreach (var output in groups[index].SelectMany(node => node.Outputs)) position[output] = index + 1;
        var reads = groups.Select((group, index) => group.SelectMany(node => node.Inputs).Where(position.ContainsKey).Select(input => position[input])
            .Where(source => source != index + 1).Distinct().ToList()).Prepend([]).ToList();
        var tensors = groups.Select(group => group[^1].Output).Prepend(network.Input).ToList();
        var fields = LayerFields.Of(network, tensors, reads);
        cancellation.ThrowIfCancellationRequested();
        var times = options is null ? null : LayerTimes.Measure(network, shape, options, cancellation);
        var spent = new TimeSpan?[groups.Count + 1];
        foreach (var time in times ?? [])
            if (time.Tensor is { } tensor && position.TryGetValue(tensor, out var layer)) spent[layer] = (spent[layer] ?? TimeSpan.Zero) + time.Time;
        var counted = new HashSet<string>(StringComparer.Ordinal);
        var layers = new List<NetworkLayer> { new() { Tensor = network.Input, Tensors = [network.Input], Operators = "picture", Kind = LayerKind.Input, Reads = [], Shape = shape, Multiplications = 0 } };
        for (var index = 0; index < groups.Count; index++)
        {
            var (group, tensor) = (groups[index], tensors[index + 1]);
            layers.Add(new()
            {
                Tensor = tensor,
                Tensors = [.. group.SelectMany(node => node.Outputs).Where(output => output.Length > 0)],
                Operators = LayerCost.Words(group, graph),
                Kind = LayerGroups.KindOf(group[0], graph),
                Reads = reads[index + 1],
                Shape = shapes.GetValueOrDefault(tensor),
                Field = fields.TryGetValue(tensor, out var field) ? field : null,
                Parameters = LayerCost.Parameters(group, graph, counted),
                Multiplications = LayerCost.Multiplications(group, graph, shapes),
                Time = spent[index + 1],
                Uses = LayerUses.Of(network, tensor),
            });
        }
        return new()
        {
            Layers = layers,
            Height = height,
            Width = width,
            Threads = options?.ThreadCount,
            BetweenLayers = times is null ? null : new TimeSpan(times.Where(time => time.Tensor is null || !position.ContainsKey(time.Tensor)).Sum(time => time.Time.Ticks)),
        };
    }
}
