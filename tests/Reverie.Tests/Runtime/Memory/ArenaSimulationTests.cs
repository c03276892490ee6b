using CsCheck;
using Reverie.Runtime.Memory;

namespace Reverie.Tests.Runtime.Memory;

public class ArenaSimulationTests
{
    // sizes from bytes to hundreds of megabytes; which of the live blocks to free next, or none
    private static readonly Gen<(long Size, int Free)[]> Requests =
        Gen.Select(Gen.OneOf(Gen.Long[1, 5000], Gen.Long[1, 3 << 20], Gen.Long[1, 600 << 20]), Gen.Int[-6, 6]).Array[1, 60];

    [Fact]
    public void Blocks_in_use_never_overlap_and_are_large_enough() => Requests.Sample(requests =>
    {
        var (arena, live) = (new ArenaSimulation(), new List<ArenaSimulation.Block>());
        foreach (var (size, free) in requests)
        {
            var block = arena.Allocate(size);
            Assert.True(block.Size >= size);
            foreach (var other in live)
                Assert.True(other.Region != block.Region || other.Start + other.Size <= block.Start || block.Start + block.Size <= other.Start);
            live.Add(block);
            if (free < 0 || free >= live.Count) continue;
            arena.Free(live[free]);
            live.RemoveAt(free);
        }
        Assert.Equal(live.Sum(block => block.Size), arena.UsedBytes);
    });

    [Fact]
    public void At_least_the_bytes_asked_for_at_once_are_resident() => Requests.Sample(requests =>
    {
        var (arena, live) = (new ArenaSimulation(), new List<(ArenaSimulation.Block Block, long Size)>());
        var most = 0L;
        foreach (var (size, free) in requests)
        {
            live.Add((arena.Allocate(size), size));
            most = Math.Max(most, live.Sum(item => item.Size));
            if (free < 0 || free >= live.Count) continue;
            arena.Free(live[free].Block);
            live.RemoveAt(free);
        }
        Assert.True(arena.TouchedBytes >= most, $"{arena.TouchedBytes} resident, {most} asked for");
        Assert.True(arena.PeakUsedBytes >= most);
    });

    [Fact]
    public void The_same_work_again_needs_no_further_regions() => Requests.Sample(requests =>
    {
        var arena = new ArenaSimulation();
        for (var round = 0; round < 8; round++)
        {
            var blocks = requests.Select(request => arena.Allocate(request.Size)).ToList();
            blocks.ForEach(arena.Free);
            Assert.Equal(0, arena.UsedBytes);
        }
        // what is freed is joined again: eight times the work does not come near eight times the memory
        Assert.True(arena.TouchedBytes <= 3 * requests.Sum(request => request.Size + 4096));
    });
}
