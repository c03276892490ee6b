using Reverie.Video;

namespace Reverie.Tests.Video;

/// <summary>Elements worked out one ahead: as if they were not.</summary>
public sealed class AheadTests
{
    [Fact]
    public void Elements_come_in_order_one_ahead_of_the_caller()
    {
        var begun = 0;
        var seen = new List<int>();
        foreach (var element in Ahead.ByOne(Numbers()))
        {
            seen.Add(element);
            // the next is begun without being asked for, the one after it is not
            SpinWait.SpinUntil(() => Volatile.Read(ref begun) == Math.Min(element + 2, 6), TimeSpan.FromSeconds(10));
            Assert.Equal(Math.Min(element + 2, 6), Volatile.Read(ref begun));
        }
        Assert.Equal([0, 1, 2, 3, 4, 5], seen);

        IEnumerable<int> Numbers()
        {
            for (var number = 0; number < 6; number++)
            {
                Interlocked.Increment(ref begun);
                yield return number;
            }
        }
    }

    [Fact]
    public void What_is_thrown_comes_in_its_place()
    {
        var seen = new List<int>();
        Assert.Throws<ReverieException>(() =>
        {
            foreach (var element in Ahead.ByOne(Numbers())) seen.Add(element);
        });
        Assert.Equal([1, 2], seen);

        static IEnumerable<int> Numbers()
        {
            yield return 1;
            yield return 2;
            throw new ReverieException("the third is damaged");
        }
    }

    [Fact]
    public void Who_leaves_early_leaves_nothing_at_work()
    {
        var (working, closed) = (0, false);
        foreach (var element in Ahead.ByOne(Numbers()))
            if (element == 1) break;
        Assert.True(closed);
        Assert.Equal(0, Volatile.Read(ref working));

        IEnumerable<int> Numbers()
        {
            try
            {
                for (var number = 0; ; number++)
                {
                    Interlocked.Increment(ref working);
                    Thread.Sleep(20);
                    Interlocked.Decrement(ref working);
                    // what is met ahead is of no interest to who has left
                    if (number == 2) throw new ReverieException("damaged");
                    yield return number;
                }
            }
            finally
            {
                closed = true;
            }
        }
    }
}
