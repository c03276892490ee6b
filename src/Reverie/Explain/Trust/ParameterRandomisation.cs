using Reverie.Onnx;

namespace Reverie.Explain;

/// <summary>A network whose last layers were made random.</summary>
/// <param name="Layers">How many layers, counted from the output.</param>
/// <param name="Layer">The tensor that the last of them writes.</param>
/// <param name="Signed">The rank correlation of the map with that of the trained network.</param>
/// <param name="Absolute">The same of the magnitudes.</param>
public sealed record RandomisationStage(int Layers, string Layer, double Signed, double Absolute);

/// <summary>What became of a map as a network forgot what it had learnt.</summary>
/// <param name="Stages">From the output towards the input; at the last everything is random.</param>
public sealed record RandomisationCurve(IReadOnlyList<RandomisationStage> Stages)
{
    /// <summary>The mean rank correlation of magnitudes before the whole network is random: near 0, the map follows what was learnt; near 1, it shows the picture rather than the network.</summary>
    public double Similarity => Stages.Count == 1 ? Stages[0].Absolute : Stages.SkipLast(1).Average(stage => stage.Absolute);
}

/// <summary>
/// Randomisation of the model's parameters, cascading (Adebayo et al. 2018): layers lose their weights one after another from the output on, and a map that explains the network must
/// fall apart. Guided backpropagation hardly does. Weights become normal random numbers with the root mean square that they had; the target stays.
/// </summary>
public sealed record ParameterRandomisation
{
    private const ulong Stream = 0x5440;
    private static readonly string[] Weighted = ["Conv", "ConvTranspose", "Gemm", "MatMul"];

    /// <summary>In how many stages; every stage compiles the network anew.</summary>
    public int Stages { get; init; } = 5;

    /// <summary>Where the random weights begin.</summary>
    public ulong Seed { get; init; }

    /// <summary>Measures attributions of a picture, all on the same random networks.</summary>
    /// <exception cref="ReverieException">A setting is out of range, or the network has no layer with weights.</exception>
    /// <exception cref="OperationCanceledException">The runs were cancelled.</exception>
    public IReadOnlyList<RandomisationCurve> Of(PictureSubject subject, IReadOnlyList<Attribution> attributions, IProgress<ExplainProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(subject);
        ArgumentNullException.ThrowIfNull(attributions);
        return Of([.. attributions.Select(each => (each.Method, subject.Context(each.Method, null, cancellation), each.Raw))], progress, cancellation);
    }

    /// <summary>Measures methods on one item of raw tensors; all contexts must be of one subject.</summary>
    /// <exception cref="ReverieException">A setting is out of range, or the network has no layer with weights.</exception>
    /// <exception cref="OperationCanceledException">The runs were cancelled.</exception>
    public IReadOnlyList<RandomisationCurve> Of(IReadOnlyList<(AttributionMethod Method, AttributionContext Context, RawAttribution Clean)> questions, IProgress<ExplainProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(questions);
        if (Stages < 1) throw new ReverieException("randomisation needs at least one stage");
        if (questions.Count == 0) return [];
        var subject = questions[0].Context.Subject;
        var layers = LayersOf(subject.Graph);
        if (layers.Count == 0) throw new ReverieException("the network has no layer with weights that could be made random");
        var stages = Math.Min(Stages, layers.Count);
        var found = questions.Select(_ => new List<RandomisationStage>()).ToList();
        for (var stage = 1; stage <= stages; stage++)
        {
            var count = (layers.Count * stage + stages - 1) / stages;
            using var random = new Subject(subject.Target.On(Randomised(subject.Graph, layers.Take(count))), subject.Precision, subject.Options, subject.CanBatch);
            for (var index = 0; index < questions.Count; index++)
            {
                cancellation.ThrowIfCancellationRequested();
                var (method, context, clean) = questions[index];
                var (before, after) = (Flat(clean), Flat(method.Attribute(context with { Subject = random })));
                found[index].Add(new(count, layers[count - 1].Output, RankCorrelation.Of(before, after), RankCorrelation.Of(Array.ConvertAll(before, Math.Abs), Array.ConvertAll(after, Math.Abs))));
                progress?.Report(new("randomisation", (stage - 1) * questions.Count + index + 1, stages * questions.Count));
            }
        }
        return [.. found.Select(each => new RandomisationCurve(each))];
    }

    // Nodes with weights of their own, the last first.
    private static List<Node> LayersOf(Graph graph) => [.. Enumerable.Reverse(graph.Nodes).Where(node => Weighted.Contains(node.Op) && node.Inputs.Any(graph.Constants.ContainsKey))];

    private Graph Randomised(Graph graph, IEnumerable<Node> layers)
    {
        var work = graph.Clone();
        var done = new HashSet<string>(StringComparer.Ordinal);
        var number = 0u;
        foreach (var layer in layers)
            foreach (var name in layer.Inputs.Where(work.Constants.ContainsKey))
            {
                // a layer has the same random weights at every stage
                var random = new CounterRandom(Seed, Stream, number++);
                if (!done.Add(name)) continue;
                var tensor = work.Constants[name];
                var values = tensor.ToDoubles();
                var size = Math.Sqrt(values.Sum(value => value * value) / Math.Max(1, values.Length));
                work.Constants[name] = tensor.Type == ElementType.Double
                    ? Tensor.Of<double>(Array.ConvertAll(values, _ => random.Normal(0, size)), tensor.Shape)
                    : Tensor.Of<float>(Array.ConvertAll(values, _ => (float)random.Normal(0, size)), tensor.Shape);
            }
        return work;
    }

    // The first map, its channels summed: what would be drawn.
    private static double[] Flat(RawAttribution raw)
    {
        var map = raw.Maps[0];
        if (map.Shape.Length != 4) return map.Values;
        var area = (int)(map.Shape[2] * map.Shape[3]);
        var sum = new double[area];
        for (var index = 0; index < map.Values.Length; index++) sum[index % area] += map.Values[index];
        return sum;
    }
}
