using Reverie.Autodiff;
using Reverie.Models;
using Reverie.Onnx;
using Reverie.Runtime;

namespace Reverie.Tests.Runtime;

/// <summary>Sessions that are kept, in the process and as optimised graphs in a folder: the same bits, and nothing is taken for what it is not.</summary>
public sealed class SessionCacheTests
{
    private static readonly VectorJacobian Gradient = VectorJacobian.Build(Network.Embedded.Graph, "relu3_1");
    private static readonly float[] Plain = Run(Gradient.Graph, new() { Threads = 1 });

    [Fact]
    public void The_same_graph_is_compiled_once_and_gives_the_same_bits()
    {
        using var cache = new SessionCache();
        using (var first = CompiledGraph.Compile(Gradient.Graph, new() { Threads = 1, Cache = cache })) Assert.Equal(Plain, Run(first));
        // another object with the same content
        Assert.Equal(Plain, Run(Gradient.Graph.Clone(), new() { Threads = 1, Cache = cache }));
        Assert.Equal((1, 0, 1), cache.Counts);
    }

    [Fact]
    public void Other_weights_and_other_options_are_other_sessions()
    {
        using var cache = new SessionCache();
        var changed = Gradient.Graph.Clone();
        var (name, weights) = changed.Constants.First(pair => pair.Value.Type == ElementType.Float && pair.Value.Count > 1000);
        var bytes = weights.Data.ToArray();
        bytes[^1] ^= 1;
        changed.Constants[name] = new(weights.Type, weights.Shape, bytes);
        var found = Run(Gradient.Graph, new() { Threads = 1, Cache = cache });
        Assert.NotEqual(found, Run(changed, new() { Threads = 1, Cache = cache }));
        Assert.Equal(found, Run(Gradient.Graph, new() { Threads = 2, Cache = cache }));
        Assert.NotEqual(found, Run(Gradient.Graph, new() { Threads = 1, OwnKernels = false, Cache = cache }));
        Assert.Equal((0, 0, 4), cache.Counts);
    }

    [Fact]
    public void What_is_longest_unused_goes_first_and_what_is_in_use_stays_usable()
    {
        var cache = new SessionCache(capacity: 1);
        using var first = CompiledGraph.Compile(Gradient.Graph, new() { Threads = 1, Cache = cache });
        Assert.Equal(Plain, Run(Gradient.Graph, new() { Threads = 2, Cache = cache }));
        cache.Dispose();
        Assert.Equal(Plain, Run(first));
        Assert.Equal((0, 0, 2), cache.Counts);
    }

    [Fact]
    public async Task It_can_be_used_from_several_threads()
    {
        using var cache = new SessionCache(capacity: 2);
        var runs = await Task.WhenAll(Enumerable.Range(0, 6).Select(index => Task.Run(() => Run(Gradient.Graph, new() { Threads = 1 + index % 3, Cache = cache }))));
        Assert.All(runs, run => Assert.Equal(Plain, run));
    }

    [Fact]
    public void A_folder_serves_the_next_process_and_a_damaged_entry_is_made_anew()
    {
        using var temp = new TempFolder();
        var folder = Path.Combine(temp.Path, "graphs");
        Assert.Equal((0, 0, 1), Counted());
        Assert.Equal((0, 1, 0), Counted());
        foreach (var file in (string[])["graph.onnx", "weights.bin", "sha256"])
        {
            var path = Assert.Single(Directory.GetFiles(folder, file, SearchOption.AllDirectories));
            var bytes = File.ReadAllBytes(path);
            bytes[bytes.Length / 2] ^= 4;
            File.WriteAllBytes(path, bytes);
            Assert.Equal((0, 0, 1), Counted());
            Assert.Equal((0, 1, 0), Counted());
        }
        Assert.Single(Directory.GetFileSystemEntries(folder));

        (long, long, long) Counted()
        {
            using var cache = new SessionCache(folder: folder);
            Assert.Equal(Plain, Run(Gradient.Graph, new() { Threads = 1, Cache = cache }));
            return cache.Counts;
        }
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_said()
    {
        using var temp = new TempFolder();
        var file = Path.Combine(temp.Path, "file");
        File.WriteAllText(file, "");
        Assert.Contains("cannot be made", Assert.Throws<ReverieException>(() => new SessionCache(folder: Path.Combine(file, "within"))).Message, StringComparison.Ordinal);
    }

    private static float[] Run(Graph graph, RuntimeOptions options)
    {
        using var compiled = CompiledGraph.Compile(graph, options);
        return Run(compiled);
    }

    private static float[] Run(CompiledGraph compiled)
    {
        var (x, cotangent) = (new float[3 * 64 * 64], new float[compiled.Inputs.Single(input => input.Name == Gradient.Cotangent).Type.Shape![1].Value!.Value * 16 * 16]);
        new CounterRandom(seed: 1).FillUniform(x, -1, 1);
        new CounterRandom(seed: 2).FillUniform(cotangent, -1, 1);
        using var image = RuntimeTensor.Of(x, [1, 3, 64, 64]);
        using var head = RuntimeTensor.Of(cotangent, [1, cotangent.Length / 256, 16, 16]);
        using var results = compiled.Run(new Dictionary<string, RuntimeTensor> { [Gradient.Input] = image, [Gradient.Cotangent] = head });
        return results[Gradient.Gradient].Span<float>().ToArray();
    }
}
