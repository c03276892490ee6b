using System.Diagnostics;
using Reverie.Onnx;

namespace Reverie.Tests.BadInput;

public sealed class BadModelTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("reverie-bad-").FullName;

    public static TheoryData<string> Names => [.. BadModels.All.Select(bad => bad.Name)];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_bad_model_gives_one_clear_line_soon_and_in_little_memory(string name)
    {
        var bad = BadModels.All.Single(bad => bad.Name == name);
        var path = bad.Write(_folder);
        var (before, clock) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.StartNew());
        var error = Assert.Throws<ReverieException>(() => CanonicalModel.Load(path));
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 2);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 500_000_000);
        Assert.Contains(bad.Says, error.Message, StringComparison.Ordinal);
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(error.Message, char.IsControl);
        Assert.InRange(error.Message.Length, path.Length + 8, path.Length + 400);
    }

    [Fact]
    public void There_are_many_kinds_each_with_a_name_of_its_own()
    {
        Assert.InRange(BadModels.All.Count, 130, int.MaxValue);
        Assert.Equal(BadModels.All.Count, BadModels.All.DistinctBy(bad => bad.Name).Count());
    }

    [Fact]
    public void The_model_that_is_damaged_is_valid() => Assert.Equal("image", Assert.Single(CanonicalModel.Load(GoodModel.Bytes).Graph.Inputs).Name);

    [Fact]
    public void A_flipped_bit_is_harmless_or_refused()
    {
        var refused = 0;
        for (var position = 0; position < GoodModel.Bytes.Length; position++)
            for (var bit = position % 4; bit < 8; bit += 4)
            {
                var bytes = (byte[])GoodModel.Bytes.Clone();
                bytes[position] ^= (byte)(1 << bit);
                try
                {
                    CanonicalModel.Load(bytes);
                }
                catch (ReverieException)
                {
                    refused++;
                }
            }
        Assert.InRange(refused, 500, int.MaxValue);
    }
}
