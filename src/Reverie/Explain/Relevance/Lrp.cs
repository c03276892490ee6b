using System.Text.Json.Serialization;
using Reverie.Onnx.Rewrites;
using Reverie.Onnx.Shapes;

namespace Reverie.Explain;

/// <summary>Which rule which kind of layer gets (Montavon et al. 2019; the names are Zennit's).</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LrpComposite>))]
public enum LrpComposite
{
    /// <summary>Epsilon everywhere: on networks of ReLUs and max pools nearly input x gradient.</summary>
    Epsilon,
    /// <summary>z+ for convolutions, epsilon for dense layers.</summary>
    EpsilonPlus,
    /// <summary>As <see cref="EpsilonPlus"/>, and flat for the first layer.</summary>
    EpsilonPlusFlat,
    /// <summary>alpha 2, beta 1 for convolutions, epsilon for dense layers.</summary>
    EpsilonAlpha2Beta1,
    /// <summary>As <see cref="EpsilonAlpha2Beta1"/>, and flat for the first layer.</summary>
    EpsilonAlpha2Beta1Flat,
    /// <summary>zB for the first layer, gamma for convolutions, epsilon for dense layers.</summary>
    EpsilonGammaBox,
}

/// <summary>
/// Layer-wise relevance propagation (Bach et al. 2015): f(x) is handed back from layer to layer, to each input in proportion to what it contributed. Normalisations and gates count as
/// constants, and relevance goes to the signal; BatchNormalization is folded into the convolution before it.
/// </summary>
public sealed record Lrp : LayeredMethod
{
    /// <inheritdoc/>
    public override string Id => "lrp";

    /// <inheritdoc/>
    public override string Title => "Layer-wise relevance propagation";

    /// <summary>f(x), up to what biases and epsilon take.</summary>
    [JsonIgnore]
    public override Conservation Conserves => Conservation.Score;

    /// <inheritdoc/>
    public override bool BiasesTakeShare => !IgnoreBias;

    /// <summary>Which rule which kind of layer gets.</summary>
    public LrpComposite Composite { get; init; } = LrpComposite.EpsilonPlusFlat;

    /// <summary>Rules of single layers, by the name of the tensor that they write; <c>*</c> stands for all others. They come before the composite.</summary>
    public IReadOnlyDictionary<string, LrpRule>? Rules { get; init; }

    /// <summary>What the denominators of the epsilon rule are kept away from 0 by.</summary>
    public double Epsilon { get; init; } = 1e-6;

    /// <summary>Whether epsilon is a fraction of the root mean square of a layer's output.</summary>
    public bool RelativeEpsilon { get; init; } = true;

    /// <summary>Whether biases are left out of the denominators, so that they take no relevance: then everything is conserved, and the numbers of the paper of integrated gradients (figure 7) are met.</summary>
    public bool IgnoreBias { get; init; }

    /// <inheritdoc/>
    protected internal override void Validate()
    {
        base.Validate();
        Check(Epsilon >= 0 && double.IsFinite(Epsilon), "epsilon must be 0 or more");
        foreach (var rule in Rules?.Values ?? []) rule.Validate();
    }

    /// <inheritdoc/>
    protected internal override RawAttribution Compute(AttributionContext context)
    {
        var subject = context.Subject;
        var layer = Layer is null ? null : Resolve(subject, Layer);
        IReadOnlyList<string> tensors = layer is null ? subject.InputNames : [layer];
        var key = $"lrp\n{layer}\n{AttributionJson.ToJson(this)}\n{(context.Bounds is { } bounds ? string.Join(' ', bounds.SelectMany(each => each.Low.Values.Concat(each.High.Values))) : "")}";
        var maps = Batches.Run(subject, context.Inputs, part => subject.Backward(key, () => Build(context, tensors), part, cancellation: context.Cancellation).Gradients);
        return new() { Maps = maps, Layer = layer };
    }

    private BackwardGraph Build(AttributionContext context, IReadOnlyList<string> tensors)
    {
        var subject = context.Subject;
        // what is asked for is an output, which folding leaves alone
        var work = subject.Graph.Cut(tensors.Where(tensor => !subject.InputNames.Contains(tensor)).Append(subject.Target.Tensor).Distinct(), keepInputs: true);
        BatchNormFolding.Apply(work, exact: subject.Precision == Precision.Float64);
        ShapeInference.Infer(work);
        var rules = new LrpRules(this, work, context.Bounds);
        return BackwardGraph.Append(work, subject.Target.Tensor, tensors, [], rules.Table(), weights => weights * weights.Emitter[subject.Target.Tensor]);
    }
}
