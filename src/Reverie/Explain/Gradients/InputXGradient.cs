namespace Reverie.Explain;

/// <summary>x df/dx (Shrikumar et al. 2016): the linear part of f at x. In a network of ReLUs and max pools it sums to f(x) less the part of the biases.</summary>
public sealed record InputXGradient : AttributionMethod
{
    /// <inheritdoc/>
    public override string Id => "input-x-gradient";

    /// <inheritdoc/>
    public override string Title => "Input x gradient";

    /// <inheritdoc/>
    protected internal override RawAttribution Compute(AttributionContext context)
    {
        var gradients = Backpropagation.Run(context, null);
        return RawAttribution.Of([.. gradients.Zip(context.Inputs, (gradient, input) => gradient.Zip(input, (g, x) => g * x))]);
    }
}
