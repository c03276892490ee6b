using Reverie.Autodiff.Float64;
using Reverie.Tests.Autodiff;
using Reverie.Tests.References;

namespace Reverie.Tests.Zoo;

/// <summary>Every family of torchvision's networks, as PyTorch exports it, against PyTorch's gradients. The whole networks are compared by the bench (docs/zoo.md).</summary>
public sealed class ZooTests
{
    private const int Pictures = 4; // of PyTorch's twelve: the bench takes all

    private const double Exact = 1e-9, Worst = 5e-2, Smooth = 1e-5, Batch = 1e-6;

    public static TheoryData<string> Networks => [.. ZooReference.Names];

    // one file of most networks; of one network every opset from 9 to 16, folded or not, with free or fixed batch
    public static TheoryData<string, string> Files
    {
        get
        {
            var files = new TheoryData<string, string>();
            foreach (var name in ZooReference.Names)
            {
                using var reference = new ZooReference(name);
                foreach (var file in reference.Files) files.Add(name, file);
            }
            return files;
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void The_float64_gradient_is_PyTorchs(string name, string file)
    {
        using var reference = new ZooReference(name);
        using var gradient = new ZooGradient(reference.Load(file).Graph, Float64Lowering.Lower);
        var x = reference.Input(1);
        Assert.Equal(reference.Index, gradient.Top(x));
        foreach (var tensor in (string[])["logits", "features"])
        {
            var (value, found) = gradient.Run(x, tensor, reference.Index);
            var (expected, truth) = reference.Expected(tensor);
            Assert.True(Math.Abs(value - expected) <= Exact * Math.Abs(expected), $"{tensor}: value {value:R}, PyTorch {expected:R}");
            Assert.True(truth.ErrorOf(found.Data) <= Exact, $"gradient of {tensor} differs by {truth.ErrorOf(found.Data):E2}");
        }
    }

    // A median is a toss of a coin where it lies between errors without a flipped mask (1e-7) and with one (1e-4 and more): NetworkGradientTests tells more.
    [Theory]
    [MemberData(nameof(Networks))]
    public void The_float32_gradient_is_as_good_as_PyTorchs(string name)
    {
        using var reference = new ZooReference(name);
        var graph = reference.Load(reference.Files.First()).Graph;
        using var exact = new ZooGradient(graph, Float64Lowering.Lower);
        using var single = new ZooGradient(graph, same => same);
        foreach (var tensor in (string[])["logits", "features"])
        {
            var theirs = reference.Float32Errors(tensor).ToList();
            var ours = Enumerable.Range(1, Pictures).Select(seed =>
            {
                var x = reference.Input((ulong)seed);
                var top = exact.Top(x);
                return single.Run(x, tensor, top).Gradient.RelativeError(exact.Run(x, tensor, top).Gradient);
            }).ToList();
            var said = $"{tensor}: median {Median(ours):E2} (PyTorch {Median(theirs):E2}), worst {ours.Max():E2} (PyTorch {theirs.Max():E2}), flipped {ours.Count(HasFlip)} (PyTorch {theirs.Count(HasFlip)})";
            TestContext.Current.TestOutputHelper?.WriteLine(said);
            var coin = ours.Count(HasFlip) <= theirs.Count(HasFlip) / 3.0 + 2 * Math.Sqrt(Pictures / 4.0)
                && Median(ours.FindAll(error => !HasFlip(error))) <= 3 * Median(theirs.FindAll(error => !HasFlip(error)));
            Assert.True(Median(ours) <= 3 * Median(theirs) || coin, said);
            Assert.True(ours.Max() <= Worst, said);
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Without_kinks_float32_and_float64_agree_and_a_batch_is_its_items(string name)
    {
        using var reference = new ZooReference(name);
        var file = reference.Files.Last();
        var sizes = reference.Load(file).Sizes;
        if (reference.BatchIsFree(file)) Assert.True(sizes.BatchIsFree, sizes.BatchReason);
        var twin = SmoothTwin.Of(sizes.Graph);
        using var exact = new ZooGradient(twin, Float64Lowering.Lower);
        using var single = new ZooGradient(twin, same => same);
        var x = Enumerable.Range(1, 3).Select(seed => reference.Input((ulong)seed)).ToArray();
        foreach (var tensor in (string[])["logits", "features"])
        {
            var apart = x.Select(each => single.Run(each, tensor, 3).Gradient).ToArray();
            var error = apart[0].RelativeError(exact.Run(x[0], tensor, 3).Gradient);
            Assert.True(error <= Smooth, $"{tensor}: float32 differs by {error:E2}");
            if (!sizes.BatchIsFree) continue;
            var together = single.Run(Stacked(x), tensor, 3).Gradient.RelativeError(Stacked(apart));
            Assert.True(together <= Batch, $"{tensor}: a batch of three differs by {together:E2}");
        }
    }

    private static Array64 Stacked(Array64[] items) => new([.. items.SelectMany(item => item.Data)], [items.Length, .. items[0].Shape[1..]]);

    private static bool HasFlip(double error) => error > 3e-6;

    private static double Median(List<double> values)
    {
        if (values.Count == 0) return 0;
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
