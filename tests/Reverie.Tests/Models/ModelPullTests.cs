using System.Security.Cryptography;
using Reverie.Models;
using Reverie.Models.Catalogue;
using Reverie.Onnx;

namespace Reverie.Tests.Models;

/// <summary>Models are fetched whole or not at all, from servers of every kind.</summary>
public sealed class ModelPullTests : IDisposable
{
    private static readonly byte[] Net = MakeNet();

    private readonly TempFolder _folder = new();
    private readonly ModelStore _store;

    public ModelPullTests() => _store = new(_folder["store"]);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_good_server_is_asked_once(bool published)
    {
        using var server = new FaultyServer(Net);
        await Pull(server, published);
        Assert.Equal(1, server.Requests);
        Assert.Equal(published, _store.SourceOf("net")!.Published);
        Assert.Equal(Hash(Net), _store.SourceOf("net")!.Sha256);
        using var network = Network.Load(_store.PathOf("net"));
        Assert.Contains("relu", network.Layers);
        Assert.Empty(Directory.EnumerateFiles(_store.Folder, ".*.part"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_that_is_cut_is_taken_up_where_it_was(bool published)
    {
        using var server = new FaultyServer(Net, _ => new() { CutAfter = Net.Length / 3 });
        await Pull(server, published);
        Assert.Equal([0, Net.Length / 3, Net.Length / 3 * 2], server.Starts.Take(3));
    }

    [Fact]
    public async Task Without_a_hash_bytes_of_unknown_versions_are_never_joined()
    {
        using var server = new FaultyServer(Net, request => new() { NoTag = true, CutAfter = request < 2 ? Net.Length / 2 : null });
        await Pull(server, published: false);
        Assert.All(server.Starts, start => Assert.Equal(0, start));
    }

    [Fact]
    public async Task A_server_without_ranges_serves_all_again()
    {
        using var server = new FaultyServer(Net, request => new() { NoRanges = true, CutAfter = request < 2 ? 5000 : null });
        await Pull(server, published: true);
        Assert.Equal(3, server.Requests);
    }

    [Fact]
    public async Task A_redirect_is_followed()
    {
        using var server = new FaultyServer(Net);
        using var first = new FaultyServer([], _ => new() { Redirect = server.Address });
        await Pull(first, published: true);
    }

    [Fact]
    public async Task The_next_mirror_serves_where_one_fails()
    {
        using var gone = new FaultyServer(Net, _ => new() { Status = 404 });
        using var wrong = new FaultyServer(Net, _ => new() { Instead = [.. Net[..^1], (byte)(Net[^1] ^ 1)] });
        using var good = new FaultyServer(Net);
        await Run(Entry(published: true, gone.Address, wrong.Address, good.Address));
        Assert.Equal((1, 1, 1), (gone.Requests, wrong.Requests, good.Requests));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(-100)]
    public async Task A_server_that_lies_about_the_size_is_refused(int lie)
    {
        using var server = new FaultyServer(Net, _ => new() { Lie = lie });
        var message = (await Assert.ThrowsAsync<ReverieException>(() => Pull(server, published: true))).Message;
        Assert.Contains("bytes", message, StringComparison.Ordinal);
        AssertAbsent();
    }

    [Fact]
    public async Task Wrong_bytes_are_refused()
    {
        using var server = new FaultyServer(Net, _ => new() { Instead = [.. Net[..^1], (byte)(Net[^1] ^ 1)] });
        var message = (await Assert.ThrowsAsync<ReverieException>(() => Pull(server, published: true))).Message;
        Assert.Contains("its bytes are not those that are published", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        AssertAbsent();
        Assert.Empty(Directory.EnumerateFiles(_store.Folder, ".*.part"));
    }

    [Fact]
    public async Task A_web_page_in_place_of_a_model_is_refused()
    {
        using var server = new FaultyServer("<!DOCTYPE html><p>sign in</p>"u8.ToArray());
        var message = (await Assert.ThrowsAsync<ReverieException>(() => Pull(server, published: false))).Message;
        Assert.Contains("web page", message, StringComparison.Ordinal);
        AssertAbsent();
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_given_up()
    {
        using var server = new FaultyServer(Net, _ => new() { Silent = true });
        var message = (await Assert.ThrowsAsync<ReverieException>(() => Run(Entry(published: true, server.Address), TimeSpan.FromMilliseconds(50)))).Message;
        Assert.Contains("nothing came", message, StringComparison.Ordinal);
        AssertAbsent();
    }

    [Fact]
    public async Task Without_a_network_the_message_says_what_to_do()
    {
        var message = (await Assert.ThrowsAsync<ReverieException>(() => Run(Entry(published: true, "http://127.0.0.1:9/net.onnx")))).Message;
        Assert.Contains("--from", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_serves_in_place_of_the_network()
    {
        _folder.Write("net.onnx", Net);
        await Run(Entry(published: true, "http://127.0.0.1:9/net.onnx"), from: _folder.Path);
        Assert.True(_store.Has("net"));
        _store.Remove("net");
        _folder.Write("net.onnx", [.. Net, 0]);
        Assert.Contains("is not the file that is published", (await Assert.ThrowsAsync<ReverieException>(() => Run(Entry(published: true, "http://127.0.0.1:9/net.onnx"), from: _folder.Path))).Message, StringComparison.Ordinal);
        AssertAbsent();
    }

    [Fact]
    public async Task Whenever_it_is_cancelled_the_model_is_absent_or_whole_and_the_next_try_completes_it()
    {
        var random = new Random(5);
        for (var round = 0; round < 15; round++)
        {
            _store.Remove("net");
            using var server = new FaultyServer(Net, _ => new() { Slow = TimeSpan.FromMilliseconds(1) });
            for (var tries = 0; tries < 3; tries++)
            {
                using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(random.Next(0, 60)));
                try
                {
                    await Run(Entry(published: true, server.Address), cancellation: stop.Token);
                }
                catch (OperationCanceledException)
                {
                    AssertAbsent();
                }
            }
            await Run(Entry(published: true, server.Address));
            Assert.Equal(Net, File.ReadAllBytes(_store.PathOf("net")));
        }
    }

    [Fact]
    public async Task Two_at_once_fetch_it_once()
    {
        using var server = new FaultyServer(Net, _ => new() { Slow = TimeSpan.FromMilliseconds(2) });
        var waited = 0;
        var pulls = Enumerable.Range(0, 4).Select(_ => new ModelPull { Entry = Entry(published: true, server.Address), Waiting = () => Interlocked.Increment(ref waited) }.RunAsync(_store, null, TestContext.Current.CancellationToken));
        await Task.WhenAll(pulls);
        Assert.Equal(1, server.Requests);
        Assert.Equal(3, waited);
        Assert.Equal(Net, File.ReadAllBytes(_store.PathOf("net")));
    }

    [Fact]
    public async Task A_classifier_can_be_cut_off()
    {
        using var server = new FaultyServer(Net);
        await new ModelPull { Entry = Entry(published: true, server.Address), Strip = true }.RunAsync(_store, null, TestContext.Current.CancellationToken);
        using var network = Network.Load(_store.PathOf("net"));
        Assert.Equal("relu", Assert.Single(network.Graph.Outputs).Name);
        Assert.True(new FileInfo(_store.PathOf("net")).Length < Net.Length / 2);
        Assert.True(_store.SourceOf("net")!.Stripped);
    }

    [Fact]
    public async Task Good_layers_that_the_file_lacks_are_left_out_of_its_card()
    {
        using var server = new FaultyServer(Net);
        var entry = Entry(published: true, server.Address) with { Card = new() { Input = new() { Size = [8, 8] }, Layers = new() { Dream = ["relu", "of another version"], Style = ["conv"] } } };
        await Run(entry);
        using var network = Network.Load(_store.PathOf("net"));
        Assert.Equal("relu", Assert.Single(network.Card.Layers.Dream));
        Assert.Equal("conv", Assert.Single(network.Card.Layers.Style));
    }

    [Fact]
    public void The_catalogue_is_complete_in_every_entry()
    {
        Assert.NotEmpty(ModelCatalogue.Entries);
        Assert.Equal(ModelCatalogue.Entries.Count, ModelCatalogue.Entries.Select(entry => entry.Name).Distinct().Count());
        foreach (var entry in ModelCatalogue.Entries)
        {
            Assert.All(entry.Urls, url => Assert.Equal("https", new Uri(url).Scheme));
            Assert.NotEmpty(entry.Urls);
            if (entry.Sha256 is { } hash) Assert.Equal(64, Convert.FromHexString(hash).Length * 2);
            _ = _store.PathOf(entry.Name);
            Assert.Equal(entry.Sha256 is null, entry.Bytes is null);
            // nothing is trusted on first use that somebody published a hash of
            Assert.True(entry.Sha256 is not null || entry.Sha256Prefix is { Length: 8 }, entry.Name);
            if (entry.Card is { } card) _ = ModelCard.Parse(card.ToJson(), entry.Name);
        }
    }

    [Theory]
    [InlineData("alexnet")]
    [InlineData("caffenet")]
    [InlineData("googlenet")]
    [InlineData("inception-v1")]
    [InlineData("inception-v2")]
    [InlineData("inception-v3")]
    [InlineData("vgg16")]
    [InlineData("vgg19")]
    [InlineData("squeezenet1.0")]
    [InlineData("squeezenet1.1")]
    [InlineData("resnet18")]
    [InlineData("resnet50")]
    [InlineData("densenet121")]
    [InlineData("mobilenetv2")]
    [InlineData("efficientnet-lite4")]
    [InlineData("zfnet512")]
    public void The_classics_are_in_the_catalogue(string name) => Assert.NotNull(ModelCatalogue.Find(name));

    private async Task Pull(FaultyServer server, bool published) => await Run(Entry(published, server.Address));

    private Task<string> Run(CatalogueEntry entry, TimeSpan? patience = null, string? from = null, CancellationToken? cancellation = null) =>
        new ModelPull { Entry = entry, From = from, Patience = patience ?? TimeSpan.FromSeconds(10), Pause = TimeSpan.FromMilliseconds(1) }
            .RunAsync(_store, null, cancellation ?? TestContext.Current.CancellationToken);

    private void AssertAbsent() => Assert.False(_store.Has("net"));

    private static CatalogueEntry Entry(bool published, params string[] urls) => new()
    {
        Name = "net",
        Title = "a network",
        License = "MIT",
        Urls = urls,
        Bytes = published ? Net.Length : null,
        Sha256 = published ? Hash(Net) : null,
    };

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    // A convolution, and a classifier with most of the weights.
    private static byte[] MakeNet()
    {
        var graph = new Graph { Name = "net" };
        graph.Inputs.Add(new("x", new(ElementType.Float, [Dim.Symbol("N"), 3, 8, 8])));
        graph.Constants["w"] = Tensor.Of<float>(Enumerable.Range(0, 4 * 3 * 9).Select(value => value / 100f).ToArray(), 4, 3, 3, 3);
        graph.Constants["fc"] = Tensor.Of<float>(Enumerable.Range(0, 40 * 256).Select(value => value / 10000f).ToArray(), 40, 256);
        var conv = new Node("Conv", ["x", "w"], ["conv"]);
        conv.Attributes["pads"] = new long[] { 1, 1, 1, 1 };
        var gemm = new Node("Gemm", ["flat", "fc"], ["scores"]);
        gemm.Attributes["transB"] = 1L;
        graph.Nodes.AddRange([conv, new("Relu", ["conv"], ["relu"]), new("Flatten", ["relu"], ["flat"]), gemm]);
        graph.Outputs.Add(new("scores", new(ElementType.Float, null)));
        return new Model { Graph = graph, Opset = 13 }.ToBytes();
    }
}
