using Reverie.Onnx;
using Reverie.Tests.Onnx.Upgrade;

namespace Reverie.Tests.BadInput;

/// <summary>Alone, so that the process's processor time is that of the one test.</summary>
[CollectionDefinition(nameof(LongChainTests), DisableParallelization = true)]
public sealed class Alone;

[Collection(nameof(LongChainTests))]
public class LongChainTests
{
    [Fact]
    public void A_chain_of_200_000_nodes_loads_soon_and_without_recursion()
    {
        var model = new TestModel(18);
        model.Input("t0", 1, 3, 4, 4);
        for (var index = 200_000; index > 0; index--) model.Node("Relu", [$"t{index - 1}"], [$"t{index}"]); // the worst order
        model.Gives("t200000");
        var bytes = model.Model.ToBytes();
        var (before, processor) = (GC.GetAllocatedBytesForCurrentThread(), Environment.CpuUsage.TotalTime);
        Assert.Equal(200_000, CanonicalModel.Load(bytes).Graph.Nodes.Count);
        Assert.InRange((Environment.CpuUsage.TotalTime - processor).TotalSeconds, 0, 6); // two, unoptimised, on a quiet machine
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000_000);
    }
}
