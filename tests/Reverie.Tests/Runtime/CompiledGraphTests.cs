using System.Diagnostics;
using System.Text.Json;
using Reverie.Onnx;
using Reverie.Runtime;

namespace Reverie.Tests.Runtime;

public class CompiledGraphTests
{
    [Fact]
    public void A_result_outlives_garbage_collections()
    {
        using var compiled = CompiledGraph.Compile(Affine());
        using var results = compiled.Run(Feed(("x", RuntimeTensor.Of([1f, -2f, 3f, 4f], 2, 2))));
        for (var round = 0; round < 3; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.Equal([2f, 0f, 4f, 5f], results["y"].ToArray<float>());
        Assert.Equal([2L, 2L], results["y"].Shape.ToArray());
    }

    [Fact]
    public async Task A_session_that_is_disposed_beneath_its_runs_goes_when_the_last_one_ends()
    {
        for (var round = 0; round < 20; round++)
        {
            var compiled = CompiledGraph.Compile(Affine());
            var (started, refused) = (new CountdownEvent(4), 0);
            var runs = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
            {
                started.Signal();
                try
                {
                    for (var run = 0; run < 200; run++)
                    {
                        using var results = compiled.Run(Feed(("x", RuntimeTensor.Of([1f, -2f, 3f, 4f], 2, 2))));
                        Assert.Equal([2f, 0f, 4f, 5f], results["y"].ToArray<float>());
                    }
                }
                catch (ObjectDisposedException)
                {
                    Interlocked.Increment(ref refused);
                }
            })).ToArray();
            started.Wait(TestContext.Current.CancellationToken);
            compiled.Dispose();
            compiled.Dispose();
            await Task.WhenAll(runs);
            Assert.Throws<ObjectDisposedException>(() => compiled.Run(Feed(("x", RuntimeTensor.Of(new float[2], 1, 2)))));
        }
    }

    [Fact]
    public void A_compilation_can_be_cancelled()
    {
        using var source = new CancellationTokenSource();
        using (CompiledGraph.Compile(Affine(), cancellation: source.Token)) { }
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => CompiledGraph.Compile(Affine(), cancellation: source.Token));
    }

    [Fact]
    public void Work_that_is_abandoned_is_not_waited_for_and_what_it_makes_is_given_back()
    {
        using var source = new CancellationTokenSource();
        using var go = new ManualResetEventSlim();
        using var disposed = new ManualResetEventSlim();
        var begun = System.Diagnostics.Stopwatch.StartNew();
        source.CancelAfter(50);
        Assert.Throws<OperationCanceledException>(() => Abandonable.Run(_ =>
        {
            go.Wait(CancellationToken.None);
            return new Made(disposed);
        }, source.Token));
        Assert.False(disposed.IsSet);
        Assert.True(begun.Elapsed < TimeSpan.FromSeconds(20)); // it would wait for ever
        go.Set();
        Assert.True(disposed.Wait(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        Assert.Equal("why", Assert.Throws<ReverieException>(() => Abandonable.Run<Made>(_ => throw new ReverieException("why"), new CancellationTokenSource().Token)).Message);
    }

    [Fact]
    public void A_run_writes_into_the_callers_buffer()
    {
        using var compiled = CompiledGraph.Compile(Affine());
        var (x, y) = (new float[3], new float[3]);
        var (inputs, outputs) = (Feed(("x", RuntimeTensor.Of(x, 1, 3))), Feed(("y", RuntimeTensor.Of(y, 1, 3))));
        for (var step = 1; step < 4; step++)
        {
            Array.Fill(x, step);
            compiled.Run(inputs, outputs, TestContext.Current.CancellationToken);
            Assert.Equal([step + 1f, step + 1f, step + 1f], y);
        }
    }

    [Fact]
    public void Float64_graphs_run()
    {
        var graph = new Graph { Inputs = { new("x", new(ElementType.Double, [Dim.Symbol("N")])) }, Outputs = { new("y", new(ElementType.Double, null)) } };
        graph.Nodes.Add(new("Exp", ["x"], ["y"]));
        using var compiled = CompiledGraph.Compile(graph);
        using var results = compiled.Run(Feed(("x", RuntimeTensor.Of([1.0], 1))));
        Assert.Equal(Math.E, results["y"].Span<double>()[0], 1e-15);
    }

    [Fact]
    public void Wrong_inputs_are_told_in_the_callers_terms()
    {
        using var compiled = CompiledGraph.Compile(Affine());
        var good = RuntimeTensor.Of(new float[2], 1, 2);
        Assert.Contains("'x'", Refuse(() => compiled.Run(Feed())), StringComparison.Ordinal);
        Assert.Contains("there is no input 'X'; did you mean x?", Refuse(() => compiled.Run(Feed(("X", good)))), StringComparison.Ordinal);
        Assert.Contains("takes Float[N,M], not Double[1,2]", Refuse(() => compiled.Run(Feed(("x", RuntimeTensor.Of(new double[2], 1, 2))))), StringComparison.Ordinal);
        Assert.Contains("takes Float[N,M], not Float[2]", Refuse(() => compiled.Run(Feed(("x", RuntimeTensor.Of(new float[2], 2))))), StringComparison.Ordinal);
        Assert.Contains("there is no output 'z'", Refuse(() => compiled.Run(Feed(("x", good)), ["z"])), StringComparison.Ordinal);
        Assert.Contains("needs 6 elements but has 2", Refuse(() => RuntimeTensor.Of(new float[2], 2, 3)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_picture_smaller_than_a_kernel_is_the_users_mistake()
    {
        using var compiled = CompiledGraph.Compile(Convolutions(1, channels: 1, kernel: 7, pad: 0));
        var message = Refuse(() => compiled.Run(Feed(("x", RuntimeTensor.Of(new float[9], 1, 1, 3, 3)))));
        Assert.Contains("Float[1,1,3,3]", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void Sizes_named_twice_must_agree()
    {
        var graph = Affine();
        graph.Inputs.Add(new("z", new(ElementType.Float, [Dim.Symbol("N")])));
        using var compiled = CompiledGraph.Compile(graph);
        var message = Refuse(() => compiled.Run(Feed(("x", RuntimeTensor.Of(new float[2], 1, 2)), ("z", RuntimeTensor.Of(new float[2], 2)))));
        Assert.Contains("the size N is 1 in the input 'x' but 2 in 'z'", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancellation_ends_the_run_in_flight_and_the_graph_stays_usable()
    {
        using var compiled = CompiledGraph.Compile(Convolutions(200, channels: 16, kernel: 3, pad: 1));
        var large = Feed(("x", RuntimeTensor.Of(new float[16 * 640 * 640], 1, 16, 640, 640)));
        using var source = new CancellationTokenSource();
        var clock = Stopwatch.StartNew();
        var run = Task.Run(() => compiled.Run(large, cancellation: source.Token), TestContext.Current.CancellationToken);
        await Task.Delay(150, TestContext.Current.CancellationToken);
        Assert.False(run.IsCompleted, "the run was over before it could be cancelled");
        await source.CancelAsync();
        var asked = clock.Elapsed;
        await Assert.ThrowsAsync<OperationCanceledException>(() => run);
        Assert.True(clock.Elapsed - asked < TimeSpan.FromSeconds(2), $"it took {clock.Elapsed - asked} to end");
        using var results = compiled.Run(Feed(("x", RuntimeTensor.Of(new float[16 * 9], 1, 16, 3, 3))), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal([1L, 16L, 3L, 3L], results["y"].Shape.ToArray());
    }

    [Fact]
    public void A_run_that_memory_cannot_hold_is_refused_with_the_number()
    {
        var graph = new Graph { Inputs = { new("x", new(ElementType.Float, [1])), new("s", new(ElementType.Int64, [2])) }, Outputs = { new("y", new(ElementType.Float, null)) } };
        graph.Nodes.Add(new("Expand", ["x", "s"], ["y"]));
        using var compiled = CompiledGraph.Compile(graph);
        var message = Refuse(() => compiled.Run(Feed(("x", RuntimeTensor.Of([1f], 1)), ("s", RuntimeTensor.Of([1L << 22, 1L << 20], 2)))));
        Assert.StartsWith("out of memory: 17,592,186 MB", message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_number_of_threads_does_not_change_the_result()
    {
        var graph = Convolutions(4, channels: 16, kernel: 3, pad: 1);
        var x = RandomFloats(16 * 50 * 61);
        var results = new[] { 1, 2, 3 }.Select(threads =>
        {
            using var compiled = CompiledGraph.Compile(graph, new() { Threads = threads });
            using var result = compiled.Run(Feed(("x", RuntimeTensor.Of(x, 1, 16, 50, 61))));
            return result["y"].ToArray<float>();
        }).ToList();
        Assert.Equal(results[0], results[1]);
        Assert.Equal(results[0], results[2]);
        Assert.Contains("threads", Refuse(() => CompiledGraph.Compile(graph, new() { Threads = 0 })), StringComparison.Ordinal);
    }

    [Fact]
    public void An_absent_provider_says_what_to_install()
    {
        Assert.Equal(["cpu"], Providers.Available().Where(name => name == "cpu"));
        var absent = Providers.Names.Except(Providers.Available()).First();
        var message = Refuse(() => CompiledGraph.Compile(Affine(), new() { Provider = absent }));
        Assert.Contains($"the provider '{absent}' is not in the installed ONNX Runtime", message, StringComparison.Ordinal);
        Assert.Contains("did you mean cuda?", Refuse(() => CompiledGraph.Compile(Affine(), new() { Provider = "cuda2" })), StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_leave_no_file_behind()
    {
        var compiled = CompiledGraph.Compile(Convolutions(1, channels: 512, kernel: 3, pad: 1));
        Assert.NotNull(compiled.WeightFolder);
        if (!OperatingSystem.IsWindows()) Assert.False(Directory.Exists(compiled.WeightFolder));
        compiled.Dispose();
        Assert.False(Directory.Exists(compiled.WeightFolder));
    }

    [Fact]
    public void A_graph_that_ONNX_Runtime_refuses_gives_one_line()
    {
        var graph = new Graph { Inputs = { new("x", new(ElementType.Float, [1])) }, Outputs = { new("y", new(ElementType.Float, null)) } };
        graph.Nodes.Add(new("NoSuchOperator", ["x"], ["y"]));
        var message = Refuse(() => CompiledGraph.Compile(graph));
        Assert.Contains("NoSuchOperator", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void Chunks_give_what_one_run_gives()
    {
        using var compiled = CompiledGraph.Compile(Convolutions(2, channels: 3, kernel: 3, pad: 1));
        var x = RuntimeTensor.Of(RandomFloats(7 * 3 * 11 * 5), 7, 3, 11, 5);
        using var whole = compiled.Run(Feed(("x", x)));
        var done = new List<int>();
        var chunked = Chunks.Run(compiled, Feed(("x", x)), items: 7, chunk: 3, progress: new Immediate(done.Add));
        Assert.Equal(whole["y"].ToArray<float>(), chunked["y"].ToArray<float>());
        Assert.Equal([3, 6, 7], done);
    }

    [Fact]
    public void A_profile_counts_operators()
    {
        using var compiled = CompiledGraph.Compile(Affine(), new() { Optimization = OptimizationLevel.None }, profile: true);
        for (var run = 0; run < 3; run++) compiled.Run(Feed(("x", RuntimeTensor.Of(new float[2], 1, 2)))).Dispose();
        var times = compiled.EndProfile();
        Assert.Equal(["Add", "Relu"], times.Select(time => time.Op).Order());
        Assert.All(times, time => Assert.Equal(3, time.Calls));
    }

    [Fact]
    public void Options_survive_JSON()
    {
        var options = new RuntimeOptions { Threads = 3, Optimization = OptimizationLevel.Basic };
        var text = JsonSerializer.Serialize(options);
        Assert.Contains("\"Basic\"", text, StringComparison.Ordinal);
        Assert.Equal(options, JsonSerializer.Deserialize<RuntimeOptions>(text));
    }

    /// <summary>y = relu(x + 1).</summary>
    private static Graph Affine()
    {
        var graph = new Graph { Inputs = { new("x", new(ElementType.Float, [Dim.Symbol("N"), Dim.Symbol("M")])) }, Outputs = { new("y", new(ElementType.Float, null)) } };
        graph.Constants["one"] = Tensor.Scalar(1);
        graph.Nodes.Add(new("Add", ["x", "one"], ["sum"]));
        graph.Nodes.Add(new("Relu", ["sum"], ["y"]));
        return graph;
    }

    private static Graph Convolutions(int depth, int channels, int kernel, int pad)
    {
        var graph = new Graph
        {
            Inputs = { new("x", new(ElementType.Float, [Dim.Symbol("N"), channels, Dim.Symbol("H"), Dim.Symbol("W")])) },
            Outputs = { new("y", new(ElementType.Float, null)) },
        };
        graph.Constants["w"] = Tensor.Of<float>(RandomFloats(channels * channels * kernel * kernel), channels, channels, kernel, kernel);
        for (var layer = 1; layer <= depth; layer++)
        {
            var (from, to) = (layer == 1 ? "x" : $"t{layer - 1}", layer == depth ? "y" : $"t{layer}");
            graph.Nodes.Add(new("Conv", [from, "w"], [to]) { Attributes = { ["pads"] = new long[] { pad, pad, pad, pad } } });
        }
        return graph;
    }

    private static float[] RandomFloats(int count)
    {
        var random = new Random(7);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
    }

    private static Dictionary<string, RuntimeTensor> Feed(params (string Name, RuntimeTensor Tensor)[] tensors) => tensors.ToDictionary(pair => pair.Name, pair => pair.Tensor);

    private static string Refuse(Func<object> action) => Assert.Throws<ReverieException>(action).Message;

    private sealed class Immediate(Action<int> report) : IProgress<int>
    {
        public void Report(int value) => report(value);
    }

    private sealed class Made(ManualResetEventSlim disposed) : IDisposable
    {
        public void Dispose() => disposed.Set();
    }
}
