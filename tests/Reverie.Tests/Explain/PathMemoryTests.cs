using Reverie.Explain;

namespace Reverie.Tests.Explain;

public sealed class PathMemoryTests
{
    // Arrays made afresh in every run pile up faster than they are collected: a thousand steps took 1.3 times the memory of ten.
    [Fact]
    public void Each_further_run_of_a_path_allocates_next_to_nothing()
    {
        const int side = 64, perRun = 4;
        using var whole = Formula.Over([[3, side, side]], x => x[0].Exp().Apply("GlobalAveragePool").Sum(1, 2, 3).Reshape(0, 1));
        using var subject = new Subject(whole.Target) { ElementsPerRun = perRun * 3 * side * side };
        var random = new CounterRandom(5);
        var picture = new double[3 * side * side];
        for (var index = 0; index < picture.Length; index++) picture[index] = random.Normal();
        var context = new AttributionContext { Subject = subject, Inputs = [new(picture, [1, 3, side, side])] };
        Allocated(10 * perRun);
        var (few, many) = (Allocated(10 * perRun), Allocated(110 * perRun));
        Assert.InRange((many - few) / 100.0, 0, 0.25 * perRun * picture.Length * sizeof(float));

        long Allocated(int steps)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            new IntegratedGradients { Steps = steps }.Attribute(context);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }
}
