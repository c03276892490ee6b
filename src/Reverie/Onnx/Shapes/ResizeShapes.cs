namespace Reverie.Onnx.Shapes;

/// <summary>The sizes that Resize gives, as ONNX Runtime computes them.</summary>
internal static class ResizeShapes
{
    // Denominators tried when a scale such as 0.6666667 is read as the fraction it stands for.
    private const int MaxDenominator = 64;

    public static void Resize(Step step)
    {
        if (step.Shape(0) is not { } x)
        {
            step.Set(null);
            return;
        }
        var axes = step.Node.Ints("axes") is { } listed ? Array.ConvertAll(listed, axis => step.Axis(axis, x.Length)) : [.. Enumerable.Range(0, x.Length)];
        var shape = (Dim[])x.Clone();
        if (step.InputCount > 3 && step.Node.HasInput(3)) FromSizes(step, x, axes, shape);
        else FromScales(step, x, axes, shape);
        step.Set(shape);
    }

    private static void FromSizes(Step step, Dim[] x, int[] axes, Dim[] shape)
    {
        if (step.Input(3).Values is not { } sizes)
        {
            foreach (var axis in axes) shape[axis] = step.Fresh(0, axis);
            return;
        }
        if (sizes.Length != axes.Length) throw step.Fail($"{sizes.Length} sizes do not fit {axes.Length} axes");
        if (Array.Exists(sizes, size => size.Value < 0)) throw step.Fail($"the sizes [{Step.Text(sizes)}] cannot be negative");
        var policy = step.Node.String("keep_aspect_ratio_policy", "stretch");
        if (policy == "stretch")
        {
            for (var index = 0; index < axes.Length; index++) shape[axes[index]] = sizes[index];
            return;
        }
        if (policy is not ("not_larger" or "not_smaller")) throw step.Fail($"keep_aspect_ratio_policy '{policy}' does not exist");
        float? scale = null;
        for (var index = 0; index < axes.Length; index++)
        {
            if (sizes[index].Value is not { } size || x[axes[index]].Value is not ({ } from and > 0))
            {
                foreach (var axis in axes) shape[axis] = step.Fresh(0, axis);
                return;
            }
            var ratio = (float)size / from;
            scale = scale is null ? ratio : policy == "not_larger" ? MathF.Min(scale.Value, ratio) : MathF.Max(scale.Value, ratio);
        }
        foreach (var axis in axes) shape[axis] = (long)MathF.Round(scale!.Value * x[axis].Value!.Value, MidpointRounding.AwayFromZero);
    }

    private static void FromScales(Step step, Dim[] x, int[] axes, Dim[] shape)
    {
        if (step.Input(2).Constant is not { Type: ElementType.Float } constant)
        {
            foreach (var axis in axes) shape[axis] = step.Fresh(0, axis);
            return;
        }
        var scales = constant.Span<float>();
        if (scales.Length != axes.Length) throw step.Fail($"{scales.Length} scales do not fit {axes.Length} axes");
        for (var index = 0; index < axes.Length; index++)
        {
            if (!(scales[index] > 0)) throw step.Fail($"a scale of {scales[index]} is not positive");
            shape[axes[index]] = Scaled(x[axes[index]], scales[index]) ?? step.Fresh(0, axes[index]);
        }
    }

    /// <summary>The size times the scale in float32, rounded down; for a size not known now, where the scale is a fraction of small terms.</summary>
    private static Dim? Scaled(Dim size, float scale)
    {
        if (size.Value is { } known)
        {
            var scaled = scale * known;
            return scaled < long.MaxValue ? (long)scaled : throw new OverflowException();
        }
        for (long denominator = 1; denominator <= MaxDenominator; denominator++)
        {
            var numerator = Math.Round((double)scale * denominator);
            if (numerator is < 1 or > int.MaxValue || (float)(numerator / denominator) != scale) continue;
            return (size * (long)numerator).FloorDiv(denominator);
        }
        return null;
    }
}
