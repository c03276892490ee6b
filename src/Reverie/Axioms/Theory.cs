namespace Reverie.Axioms;

/// <summary>What is proved of a method, axiom by axiom.</summary>
/// <param name="Completeness">Sums to f(x) - f(b).</param>
/// <param name="Sensitivity">What alone makes a difference gets something.</param>
/// <param name="Dummy">What makes no difference gets nothing.</param>
/// <param name="Invariance">Does not depend on how f is written.</param>
/// <param name="Linearity">Linear in f.</param>
/// <param name="Symmetry">Equal features get equal shares.</param>
/// <param name="Reason">Why, in a few words.</param>
public sealed record Theory(Promise Completeness, Promise Sensitivity, Promise Dummy, Promise Invariance, Promise Linearity, Promise Symmetry, string Reason)
{
    private const Promise Yes = Promise.Guaranteed, If = Promise.Conditional, No = Promise.No;

    /// <summary>The gradient with its sign.</summary>
    public static Theory Gradient { get; } = new(No, No, Yes, Yes, Yes, Yes, "only the local derivative of f counts");

    /// <summary>Input x gradient.</summary>
    public static Theory InputXGradient { get; } = new(If, No, Yes, Yes, Yes, Yes, "complete for networks without biases and a baseline of zeros");

    /// <summary>Integrated gradients.</summary>
    public static Theory IntegratedGradients { get; } = new(Yes, Yes, Yes, Yes, Yes, Yes, "the straight path; away from ties");

    /// <summary>Expected gradients.</summary>
    public static Theory ExpectedGradients { get; } = new(If, If, Yes, Yes, Yes, If, "an average of integrated gradients: complete in expectation");

    /// <summary>SmoothGrad of the gradient.</summary>
    public static Theory SmoothGrad { get; } = new(No, No, Yes, Yes, Yes, If, "noise moves x; symmetric in expectation");

    /// <summary>DeepLIFT with the Rescale rule.</summary>
    public static Theory DeepLift { get; } = new(Yes, Yes, No, No, Yes, No, "its discrete chain rule is no chain rule (T2, T6, T9)");

    /// <summary>DeepLIFT with RevealCancel.</summary>
    public static Theory RevealCancel { get; } = new(Yes, Yes, No, No, Yes, No, "Shapley values of two players, layer by layer; what each layer passes on does not depend on what is asked");

    /// <summary>LRP with the epsilon rule.</summary>
    public static Theory LrpEpsilon { get; } = new(If, No, If, If, If, If, "in networks of ReLUs and max pools it is input x gradient, as epsilon goes to 0");

    /// <summary>LRP with gamma, alpha-beta or zB rules.</summary>
    public static Theory LrpSigns { get; } = new(No, No, No, No, No, No, "depends on the signs of single weights");

    /// <summary>Guided backpropagation and deconvnet.</summary>
    public static Theory Rectified { get; } = new(No, No, No, No, No, No, "signs are cut off on the way back (T3, T8)");

    /// <summary>Class activation maps.</summary>
    public static Theory ClassActivation { get; } = new(No, No, No, If, If, No, "needs a layer: tested only on rewrites that keep it");

    /// <summary>Occlusion and ablation.</summary>
    public static Theory Occlusion { get; } = new(No, If, If, Yes, Yes, If, "asks f alone; windows span several features");

    /// <summary>Shapley values, exact.</summary>
    public static Theory Shapley { get; } = new(Yes, Yes, Yes, Yes, Yes, Yes, "the axioms' own solution, at 2^n runs");

    /// <summary>Shapley values, sampled.</summary>
    public static Theory ShapleySampling { get; } = new(Yes, If, Yes, Yes, Yes, If, "each order telescopes; the rest in expectation");

    /// <summary>Kernel SHAP with both constraints exact.</summary>
    public static Theory KernelShap { get; } = new(Yes, If, If, Yes, Yes, If, "a regression under exact constraints");

    /// <summary>LIME and RISE.</summary>
    public static Theory Surrogate { get; } = new(No, No, No, Yes, Yes, If, "a surrogate, or coverage by masks");

    /// <summary>What is promised of an axiom.</summary>
    public Promise this[Axiom axiom] => axiom switch
    {
        Axiom.Completeness => Completeness,
        Axiom.Sensitivity => Sensitivity,
        Axiom.Dummy => Dummy,
        Axiom.ImplementationInvariance => Invariance,
        Axiom.Linearity => Linearity,
        _ => Symmetry,
    };
}
