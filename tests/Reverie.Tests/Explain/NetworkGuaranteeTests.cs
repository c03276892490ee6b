using Reverie.Autodiff;
using Reverie.Explain;
using Reverie.Onnx;

namespace Reverie.Tests.Explain;

/// <summary>What users of other libraries tripped over in how networks are built (docs/explain.md lists it).</summary>
public sealed class NetworkGuaranteeTests
{
    private static readonly Lrp Epsilon = new() { Composite = LrpComposite.Epsilon, Epsilon = 1e-12 };

    // f = relu(x) x + max(relu(x), x - 1): a framework that rectified x in place would have lost it for the product and the maximum
    [Theory]
    [InlineData(2.0, 5.0)]
    [InlineData(0.5, 2.0)]
    [InlineData(-3.0, 0.0)]
    public void What_a_rectifier_read_is_still_there_for_others(double x, double slope)
    {
        using var subject = Formula.Of(1, inputs =>
        {
            var rectified = inputs[0].Apply("Relu");
            return rectified * inputs[0] + inputs[0].Emitter.Op("Max", rectified, inputs[0] - 1);
        });
        Assert.Equal(slope, new Gradient { Absolute = false }.Explain(subject, [x])[0], 1e-12);
        var context = new AttributionContext { Subject = subject, Inputs = Formula.Numbers([x]), Baselines = [Formula.Numbers([-1.5])] };
        Assert.InRange(new DeepLift().Attribute(context).Balance!.Gap(0), 0, 1e-12);
    }

    // 3 x1 + x2 at (1, -2): what speaks for it is 3 and what speaks against it -2. Who clamps the weights alone gives 3 and -2 of a sum of 1 to alpha1-beta0.
    [Fact]
    public void Alpha_and_beta_go_by_the_signs_of_contributions_not_of_weights()
    {
        using var subject = Formula.Over([[2]], x => x[0].Emitter.Op("Gemm", x[0], x[0].Emitter.Constant("w", Tensor.Of<float>([3, 1], [2, 1])), x[0].Emitter.Constant("b", Tensor.Of<float>([0], 1))));
        Assert.Equal([1, 0], Found(LrpRule.AlphaBeta(1)), Close);
        Assert.Equal([2, -1], Found(LrpRule.AlphaBeta(2)), Close);

        double[] Found(LrpRule rule) => (Epsilon with { Rules = new Dictionary<string, LrpRule> { ["*"] = rule } })
            .Attribute(new() { Subject = subject, Inputs = [Signal.Of([1, -2], 1, 2)] }).Maps[0].Values;
    }

    // at every layer as much arrives as was there: nothing is lost or made up on the way, and without biases nothing is left over
    [Theory]
    [InlineData(LrpComposite.Epsilon)]
    [InlineData(LrpComposite.EpsilonPlusFlat)]
    [InlineData(LrpComposite.EpsilonAlpha2Beta1)]
    public void Relevance_is_the_same_at_every_layer(LrpComposite composite)
    {
        using var subject = SmallCnn.Linked(Precision.Float64);
        var context = new AttributionContext { Subject = subject, Inputs = [SmallCnn.Picture(1)] };
        var score = subject.Scores(context.Inputs, TestContext.Current.CancellationToken)[0];
        var method = new Lrp { Composite = composite, IgnoreBias = true, Epsilon = 1e-12 };
        // those that everything passes through
        var layers = subject.Graph.Nodes.Where(node => node.Op is "Concat" or "LRN").Select(node => (string?)node.Output).Append(null).ToList();
        Assert.Equal(3, layers.Count);
        Assert.All(layers, layer => Assert.Equal(score, (method with { Layer = layer }).Attribute(context).Maps[0].Sum(0), 1e-6 * Math.Abs(score)));
    }

    // residual sums, concatenated branches, enlargement, Identity, normalisations of both kinds: where others gave 10^11 without a word
    [Fact]
    public void Relevance_stays_in_bounds_on_linked_networks()
    {
        using var subject = SmallCnn.Linked(Precision.Float32);
        var context = new AttributionContext { Subject = subject, Inputs = [SmallCnn.Picture(1)] };
        var product = new InputXGradient().Attribute(context).Maps[0].Values.Sum(Math.Abs);
        foreach (var composite in Enum.GetValues<LrpComposite>().Where(each => each != LrpComposite.EpsilonGammaBox))
            Assert.InRange(new Lrp { Composite = composite }.Attribute(context).Maps[0].Values.Sum(Math.Abs), 1e-3 * product, 30 * product);
    }

    // half of what passes would be lost by chance, and each answer would be another
    [Fact]
    public void Dropout_does_nothing_and_a_network_in_training_is_refused()
    {
        var (plain, dropping) = (Load(dropout: false), Load(dropout: true));
        Assert.DoesNotContain(dropping.Nodes, node => node.Op == "Dropout");
        Assert.Equal(Scores(plain), Scores(dropping));
        Assert.Contains("training mode", Assert.Throws<ReverieException>(() => Load(dropout: true, training: true)).Message, StringComparison.Ordinal);

        static Graph Load(bool dropout, bool training = false)
        {
            var graph = new Graph();
            graph.Inputs.Add(new("x", new(ElementType.Float, [Dim.Symbol("N"), 64])));
            var emitter = new Emitter(graph) { Prefix = "f" };
            var x = emitter["x"] * 2;
            if (dropout) x = emitter.Op("Dropout", x, emitter.Scalar(0.5), emitter.Constant("training", new Tensor(ElementType.Bool, [], new byte[] { training ? (byte)1 : (byte)0 })));
            graph.Outputs.Add(new(x.Apply("Relu").Name, new(ElementType.Float, null)));
            return CanonicalModel.Load(new Model { Graph = graph }.ToBytes()).Graph;
        }

        static double[] Scores(Graph graph)
        {
            using var subject = new Subject(TargetFunction.Sum(graph, graph.Outputs[0].Name));
            return subject.Scores([Signal.Of([.. Enumerable.Range(0, 64).Select(index => index - 20.0)], 1, 64)]);
        }
    }

    // an answer that broke off half-way leaves no trace: what is asked next is what it was before, to the bit
    [Fact]
    public void A_failure_half_way_changes_nothing()
    {
        using var subject = SmallCnn.Linked(Precision.Float32);
        var context = new AttributionContext { Subject = subject, Inputs = [SmallCnn.Picture(1)] };
        var before = Answers();
        var graph = new Model { Graph = subject.Graph }.ToBytes();
        Assert.Throws<InvalidTimeZoneException>(() => new IntegratedGradients { Steps = 64 }.Attribute(context with { Progress = new Fails() }));
        Assert.Throws<InvalidTimeZoneException>(() => new Occlusion { Window = 3, Stride = 1 }.Attribute(context with { Progress = new Fails() }));
        Assert.Throws<ReverieException>(() => new GradCam { Layer = "no such layer" }.Attribute(context));
        Assert.Equal(graph, new Model { Graph = subject.Graph }.ToBytes());
        Assert.Equal(before, Answers());

        double[] Answers() => [.. new AttributionMethod[] { new Gradient(), new DeepLift(), new Lrp(), new GuidedBackprop() }.SelectMany(method => method.Attribute(context).Maps[0].Values)];
    }

    // the bootstrap's spread says how far another seed's answer is: within a factor of two
    [Fact]
    public void The_spread_that_lime_tells_is_the_distance_between_seeds()
    {
        using var subject = SmallCnn.Plain();
        var context = new AttributionContext { Subject = subject, Inputs = [SmallCnn.Picture(1)], Baselines = [[SmallCnn.Picture(5)]], Features = new([[.. Enumerable.Range(0, 3 * 144).Select(place => place % 144 / 16)]], [3 * 144]) };
        var method = new Lime { Samples = 200 };
        var runs = Enumerable.Range(0, 6).Select(seed => (method with { Seed = (ulong)seed }).Attribute(context)).ToList();
        var values = runs.ConvertAll(run => run.Maps[0].Values);
        var largest = values.Average(each => each.Max(Math.Abs));
        var places = Enumerable.Range(0, values[0].Length).ToList();
        var scatter = Math.Sqrt(places.Average(place =>
        {
            var mean = values.Average(each => each[place]);
            return values.Sum(each => (each[place] - mean) * (each[place] - mean)) / (values.Count - 1);
        })) / largest;
        var told = runs.Average(run => double.Parse(run.Notes.Single(note => note.Contains("bootstrap", StringComparison.Ordinal)).Split("varies by ")[1].Split('%')[0], System.Globalization.CultureInfo.InvariantCulture)) / 100;
        Assert.InRange(scatter, told / 2, told * 2);
    }

    private static bool Close(double one, double other) => Math.Abs(one - other) < 1e-9;

    private sealed class Fails : IProgress<ExplainProgress>
    {
        // an exception that nothing else throws
        public void Report(ExplainProgress value)
        {
            if (value.Done > 0) throw new InvalidTimeZoneException();
        }
    }
}
