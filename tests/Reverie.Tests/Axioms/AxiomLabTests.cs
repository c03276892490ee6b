using Reverie.Autodiff;
using Reverie.Axioms;
using Reverie.Explain;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Tests.Zoo;

namespace Reverie.Tests.Axioms;

/// <summary>The lab on small networks: what is proved holds, what theory says is broken is caught, and a rule that is wrong is found.</summary>
public sealed class AxiomLabTests
{
    private static readonly string[] Caught = ["deeplift", "lrp-gamma", "lrp-alpha1-beta0", "guided-backprop", "deconvnet"];

    private static readonly LabNetworks.Plan Plain = new(6, 3, false, false, 3, 2, 0, false, false, false, 4);

    [Fact]
    public void On_a_small_network_everything_is_as_theory_says()
    {
        var report = new AxiomLab { Float64 = true }.Run(LabNetworks.Question(LabNetworks.Build(Plain)), LabMethods.Default, cancellation: TestContext.Current.CancellationToken);
        Check(report);
        Assert.Contains(report.Cells, cell => cell is { Method: "guided-backprop", Check: "dummy, ghost path", Verdict: Verdict.Violated });
        Assert.Contains(report.Cells, cell => cell is { Method: "occlusion", Check: "dummy channel", Verdict: Verdict.Violated });
        Assert.Equal(Verdict.Violated, report.Worst("input-x-gradient", Axiom.Completeness)!.Verdict);
        // every construction has a meaning on this network, and could be run
        Assert.DoesNotContain(report.Notes, note => note.Contains("could not be run", StringComparison.Ordinal));
        foreach (var check in (string[])["sum", "one patch", "saturated patch", "dummy channel", "dummy, ghost path", "two logits", "duplicated input", "mirror"])
            Expect("integrated-gradients", check, Verdict.Holds);
        // T1 before a network: where f no longer looks, its gradient is nothing; what compares f(x) with f(b) is not fooled (nor is deconvnet, which does not ask whether a ReLU is on)
        foreach (var id in (string[])["gradient", "input-x-gradient", "smoothgrad", "lrp-epsilon", "guided-backprop"])
            Expect(id, "saturated patch", Verdict.Violated);
        foreach (var id in (string[])["deeplift", "occlusion", "shapley"])
            Expect(id, "saturated patch", Verdict.Holds);
        // equal in expectation: what four samples differ by is noise
        foreach (var id in (string[])["smoothgrad", "shapley"])
            foreach (var check in (string[])["duplicated input", "mirror"]) Expect(id, check, Verdict.Holds);
        Assert.Contains(report.Cells, cell => cell is { Method: "shapley", Axiom: Axiom.Symmetry, Value: > 1e-3 });

        void Expect(string method, string check, Verdict verdict)
        {
            var found = report.Cells.First(cell => cell.Method == method && cell.Check == check);
            Assert.True(found.Verdict == verdict, $"{method}, {check}: {found}");
        }
        Assert.Equal(Verdict.Holds, report.Worst("shapley", Axiom.Completeness)!.Verdict);
    }

    [Fact]
    public void Networks_with_normalisation_and_one_filter_per_channel()
    {
        var report = new AxiomLab { Float64 = true, Constructions = false }
            .Run(LabNetworks.Question(LabNetworks.Build(Plain with { Normalised = true, Depthwise = true, Capped = true })), [.. LabMethods.Default.Take(10)], cancellation: TestContext.Current.CancellationToken);
        Check(report);
        Assert.True(report.Rewrites.First(rewrite => rewrite.Id == "R3").IsValid);
    }

    // as PyTorch exports them, BatchNorm neither fused nor folded
    [Theory]
    [InlineData("resnet", "R3,R4")]
    [InlineData("densenet", "R3,R9")]
    [InlineData("mobilenet_v2", "R3,R8")]
    [InlineData("squeezenet", "R7,R8")]
    public void Small_networks_of_the_zoo(string name, string rewrites)
    {
        using var reference = new ZooReference(name);
        var model = reference.Load(reference.Files.First());
        var graph = model.Sizes.Graph;
        var input = reference.Input(1);
        var x = new Signal(input.Data, input.Shape);
        var b = x.Map(value => 0.3 * value + 0.01);
        var report = new AxiomLab { Float64 = true, Constructions = false, Rewrites = rewrites.Split(',') }.Run(new()
        {
            Name = name,
            Label = "logit",
            Function = TargetFunction.Element(graph, "logits", reference.Index),
            Input = x,
            Baseline = b,
            CanBatch = model.Sizes.BatchReason is null,
        }, [LabMethods.Find("gradient"), LabMethods.Find("guided-backprop"), LabMethods.Find("deconvnet")], cancellation: TestContext.Current.CancellationToken);
        CheckProofs(report);
        Assert.Contains(report.Cells, cell => cell is { Method: "guided-backprop" or "deconvnet", Verdict: Verdict.Violated } || rewrites == "R3,R4");
    }

    [Fact]
    public void Class_activation_maps_are_asked_where_their_layer_is_kept()
    {
        var report = new AxiomLab { Rewrites = ["R1", "R2", "R4", "R7"] }.Run(LabNetworks.Question(LabNetworks.Build(Plain)), [LabMethods.Find("grad-cam")], cancellation: TestContext.Current.CancellationToken);
        Assert.Empty(report.Failures);
        foreach (var id in (string[])["R1", "R2", "R7"]) Assert.Equal(Verdict.Holds, report.Cells.First(cell => cell.Check == id).Verdict);
        Assert.Equal(Verdict.NotApplicable, report.Cells.First(cell => cell.Check == "R4").Verdict);
        Assert.All(report.Cells.Where(cell => cell.Axiom != Axiom.ImplementationInvariance), cell => Assert.Equal(Verdict.NotApplicable, cell.Verdict));
    }

    // the multipliers of both rules come from the forward pass, which does not know which logit is asked about
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void DeepLift_is_linear_with_either_rule(bool flat)
    {
        LabMethod[] methods = [LabMethods.Find("deeplift"), LabMethods.Find("deeplift-reveal-cancel"), LabMethods.Find("guided-backprop")];
        var report = new AxiomLab { Rewrites = ["R2"] }.Run(LabNetworks.Question(LabNetworks.Build(Plain with { Flat = flat, Normalised = flat })), methods, cancellation: TestContext.Current.CancellationToken);
        Assert.Empty(report.Failures);
        foreach (var method in methods[..2])
        {
            var cell = report.Worst(method.Id, Axiom.Linearity)!;
            Assert.True(cell is { Verdict: Verdict.Holds, Promise: Promise.Guaranteed, Value: < 1e-5 }, $"{method.Id}: {cell}");
        }
        Assert.Equal(Verdict.Violated, report.Worst("guided-backprop", Axiom.Linearity)!.Verdict);
    }

    // what passes at a rectifier is not what its derivative says: the kind of slip that a rule table can have
    [Fact]
    public void A_rule_that_is_wrong_is_caught()
    {
        var broken = new LabMethod("gradient", "Gradient with a wrong rule", new WrongGradient(), Theory.Gradient, LabFamily.Gradient);
        var report = new AxiomLab { Constructions = false }.Run(LabNetworks.Question(LabNetworks.Build(Plain)), [broken], cancellation: TestContext.Current.CancellationToken);
        Assert.NotEmpty(report.Failures);
        Assert.Equal(1, Reverie.Cli.Commands.AxiomsCommand.ExitCodeOf(report));
        var right = new AxiomLab { Constructions = false }.Run(LabNetworks.Question(LabNetworks.Build(Plain)), [broken with { Method = new Gradient { Absolute = false } }], cancellation: TestContext.Current.CancellationToken);
        Assert.Empty(right.Failures);
        Assert.Equal(0, Reverie.Cli.Commands.AxiomsCommand.ExitCodeOf(right));
    }

    // and a path method that forgets a part of the sum
    [Fact]
    public void A_sum_that_is_not_complete_is_caught()
    {
        var forgetful = new LabMethod("deeplift", "DeepLIFT, most of it", new PartOf(new DeepLift()), Theory.DeepLift, LabFamily.Backward);
        var report = new AxiomLab { Rewrites = ["R2"] }.Run(LabNetworks.Question(LabNetworks.Build(Plain)), [forgetful], cancellation: TestContext.Current.CancellationToken);
        Assert.Contains(report.Failures, cell => cell.Axiom == Axiom.Completeness);
    }

    [Fact]
    public void The_embedded_network_keeps_what_is_proved()
    {
        var photo = Picture.Load(Shared.InRepository("samples", "coffee.png"));
        var report = new AxiomLab { Methods = ["gradient", "guided-backprop", "deconvnet"], Rewrites = ["R2", "R9"], Constructions = false }.Run(Network.Embedded, photo, cancellation: TestContext.Current.CancellationToken);
        Assert.Empty(report.Failures);
        Assert.All(report.Rewrites, rewrite => Assert.True(rewrite.IsValid, $"{rewrite.Id}: {rewrite.Note}"));
        Assert.Equal(Verdict.Violated, report.Worst("guided-backprop", Axiom.ImplementationInvariance)!.Verdict);
        Assert.Equal(Verdict.Violated, report.Worst("deconvnet", Axiom.ImplementationInvariance)!.Verdict);
    }

    [Fact]
    public void Flat_pictures_are_ties_that_are_reported()
    {
        var question = LabNetworks.Question(LabNetworks.Build(Plain));
        var flat = question with { Input = Signal.Constant(0, 1, 3, LabNetworks.Side, LabNetworks.Side), Baseline = Signal.Constant(-1, 1, 3, LabNetworks.Side, LabNetworks.Side) };
        var report = new AxiomLab { Rewrites = ["R7"], Constructions = false }.Run(flat, [LabMethods.Find("gradient")], cancellation: TestContext.Current.CancellationToken);
        Assert.True(report.Ties.Jittered);
        Assert.True(report.Ties.Pools > 0.01);
        Assert.NotEmpty(report.Notes);
    }

    [Fact]
    public void Settings_survive_a_round_trip()
    {
        var lab = new AxiomLab { Methods = ["deeplift"], Rewrites = ["R8"], Seed = 7, Float64 = true, Baseline = Baseline.White };
        Assert.Equal(lab.ToJson().GetRawText(), AxiomLab.FromJson(lab.ToJson()).ToJson().GetRawText());
    }

    private static void Check(AxiomReport report)
    {
        CheckProofs(report);
        foreach (var id in Caught)
        {
            var worst = report.Worst(id, Axiom.ImplementationInvariance)!;
            Assert.True(worst is { Verdict: Verdict.Violated, Value: > 1e-2 }, $"{id}: {worst.Check} {worst.Value}");
        }
    }

    private static void CheckProofs(AxiomReport report)
    {
        Assert.True(report.Failures.Count == 0, string.Join("; ", report.Failures.Select(cell => $"{cell.Method} {cell.Axiom} {cell.Check} {cell.Value} {cell.Float64}")));
        foreach (var rewrite in report.Rewrites.Where(rewrite => rewrite.Places > 0)) Assert.True(rewrite.IsValid, $"{rewrite.Id}: {rewrite.Note}");
        foreach (var cell in report.Cells.Where(cell => cell is { Method: "gradient" or "integrated-gradients", Axiom: Axiom.ImplementationInvariance } && cell.Verdict != Verdict.NotApplicable))
            Assert.True(cell.Float64 < 1e-8, $"{cell.Method} {cell.Check}: {cell.Float64}");
    }

    private sealed record WrongGradient : AttributionMethod
    {
        private static readonly RuleTable Rules = RuleTable.Gradient.With("wrong", ("Relu", c => c.Give(0, c.Dy)));

        public override string Id => "wrong";

        public override string Title => "Wrong";

        protected internal override RawAttribution Compute(AttributionContext context) => RawAttribution.Of(context.Subject.Differentiate(context.Inputs, Rules).Gradients);
    }

    private sealed record PartOf(AttributionMethod Whole) : AttributionMethod
    {
        public override string Id => "part";

        public override string Title => "Part";

        protected internal override RawAttribution Compute(AttributionContext context) => RawAttribution.Of([.. Whole.Attribute(context).Maps.Select(map => map.Map(value => 0.9 * value))]);
    }
}
