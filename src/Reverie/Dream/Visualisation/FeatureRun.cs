using Reverie.Imaging;
using Reverie.Models;
using Reverie.Onnx.Shapes;
using Reverie.Runtime;

namespace Reverie.Dream.Visualisation;

/// <summary>One run of <see cref="FeatureVisualisation"/>: batches of pictures, each sought by the same number of steps.</summary>
internal sealed class FeatureRun : IDisposable
{
    // By then it shows which hill is the higher one.
    private const int TrialSteps = 16;

    // 2 and 4 times as large steps
    private const int Attempts = 2;
    private const double Stride = 2;

    private readonly FeatureVisualisation _settings;
    private readonly Network _network;
    private readonly RuntimeOptions? _options;
    private readonly FeatureGraph _feature;
    private readonly CompiledGraph _graph;
    private readonly int _channels;
    private readonly float[] _places;
    private readonly long[] _grid;
    private CompiledGraph? _redirected;

    public FeatureRun(FeatureVisualisation settings, Network network, RuntimeOptions? options)
    {
        (_settings, _network, _options) = (settings, network, options);
        if (network.BatchReason is not null && settings.Variants > 1) throw new ReverieException($"{network.Name} does not take several pictures at once ({network.BatchReason}), so that variants cannot be driven apart");
        _feature = FeatureGraph.Build(network, settings.Layer, settings.Variants > 1, redirected: false);
        var shape = LayerShape();
        _channels = (int)shape[1];
        foreach (var channel in settings.Channels)
            if (channel < 0 || channel >= _channels) throw new ReverieException($"{settings.Layer} has no channel {channel}; it has {_channels}, counted from 0");
        _grid = _feature.HasPlaces ? [1, 1, shape[2], shape[3]] : [];
        _places = Weights(settings.Focus, _feature.HasPlaces ? ((int)shape[2], (int)shape[3]) : (1, 1));
        _graph = CompiledGraph.Compile(_feature.Graph, options);
    }

    public void Dispose()
    {
        _graph.Dispose();
        _redirected?.Dispose();
    }

    public FeatureResult Seek(IProgress<FeatureProgress>? progress, CancellationToken cancellation)
    {
        // the variants of a channel stay in one batch: only there can they be driven apart, and from other channels' pictures they need not be
        var perBatch = _network.BatchReason is not null || _settings.Variants > 1 ? 1 : _settings.Batch;
        var starts = _settings.Variants > 1 ? 1 : _settings.Starts ?? 1;
        var trial = Math.Min(TrialSteps, _settings.Steps);
        var (features, pictures, done) = (new List<Feature>(), _settings.Channels.Count * _settings.Variants, 0L);
        var total = (long)pictures * (_settings.Steps + (starts - 1) * trial);
        try
        {
            foreach (var channels in _settings.Channels.Chunk(perBatch))
            {
                var items = starts > 1 ? Best(channels, starts, trial, Report, cancellation) : Items(channels, 0);
                Ascend(items, starts > 1 ? trial : 0, _settings.Steps, Report, cancellation);
                var found = Finished(items, cancellation);
                // of variants, one alone cannot be sought anew: the others would not be driven away from it
                if (_settings.Variants == 1) Revive(found, starts, cancellation);
                features.AddRange(found);
            }
        }
        catch (OperationCanceledException) when (features.Count > 0)
        {
            // what is finished is of use
        }
        return new() { Features = features, Cancelled = features.Count < pictures };

        void Report(int steps)
        {
            done += steps;
            progress?.Report(new(done, total, features.Count, pictures));
        }
    }

    // A channel that is silent on noise and all near it may speak up farther away: those that are silent to the end are sought again from other noise, in larger steps.
    private void Revive(List<Feature> found, int starts, CancellationToken cancellation)
    {
        var stride = 1.0;
        for (var attempt = 0; attempt < Attempts && found.Exists(feature => feature.Dead); attempt++)
        {
            stride *= Stride;
            int[] silent = [.. Enumerable.Range(0, found.Count).Where(index => found[index].Dead)];
            FeatureItem[] items = [.. silent.Select(index => new FeatureItem(_settings, found[index].Channel, 0, starts + attempt, stride))];
            Ascend(items, 0, _settings.Steps, static _ => { }, cancellation);
            foreach (var (feature, index) in Finished(items, cancellation).Zip(silent)) found[index] = feature;
        }
    }

    private FeatureItem[] Items(int[] channels, int start) =>
        [.. channels.SelectMany(channel => Enumerable.Range(0, _settings.Variants).Select(variant => new FeatureItem(_settings, channel, variant, start)))];

    // For each channel the noise that a few steps make most of: ascent from one alone may end on a low hill, such as a filter's second-best colour.
    private FeatureItem[] Best(int[] channels, int starts, int steps, Action<int> report, CancellationToken cancellation)
    {
        var (best, heights) = (new FeatureItem[channels.Length], new double[channels.Length]);
        for (var start = 0; start < starts; start++)
        {
            var items = Items(channels, start);
            Ascend(items, 0, steps, report, cancellation);
            var found = Finished(items, cancellation);
            for (var index = 0; index < items.Length; index++)
                if (start == 0 || found[index].Mean > heights[index]) (best[index], heights[index]) = (items[index], found[index].Mean);
        }
        return best;
    }

    private void Ascend(FeatureItem[] items, int from, int to, Action<int> report, CancellationToken cancellation)
    {
        var batch = new FeatureBatch(_network, _feature, items.Length, _settings.Size);
        batch.Weigh(items, _channels, _places, _grid, _settings.Diversity);
        for (var step = from; step < to; step++)
        {
            Parallel.For(0, items.Length, index => items[index].Show(step, batch.Views[index]));
            batch.Run(_graph, cancellation);
            // a silent channel is called up, but must speak for itself in the end
            if (step < _settings.Steps / 2 && batch.AnySilent())
            {
                foreach (var index in batch.Silent()) items[index].Rescued = true;
                _redirected ??= CompiledGraph.Compile(FeatureGraph.Build(_network, _settings.Layer, _settings.Variants > 1, redirected: true).Graph, _options, cancellation: cancellation);
                batch.RunSilent(_redirected, cancellation);
            }
            Parallel.For(0, items.Length, index => items[index].Step(batch.Gradients[index]));
            report(items.Length);
        }
    }

    // How much the pictures excite their channels, seen straight on.
    private List<Feature> Finished(FeatureItem[] items, CancellationToken cancellation)
    {
        Picture[] pictures = [.. items.Select(item => new Picture(_settings.Size, _settings.Size, (float[])item.Picture.Clone()))];
        using var results = _network.CompiledTo(_feature.Layer, _options).Run(new Dictionary<string, RuntimeTensor> { [_network.Input] = _network.ToInput(pictures) }, cancellation: cancellation);
        var tensor = results[_feature.Layer];
        var (values, places) = (tensor.ToArray<float>(), (int)(tensor.Count / items.Length / _channels));
        return [.. items.Select((item, index) =>
        {
            var plane = values.AsSpan((index * _channels + item.Channel) * places, places);
            var (sum, highest) = (0.0, double.NegativeInfinity);
            foreach (var value in plane) (sum, highest) = (sum + value, Math.Max(highest, value));
            return new Feature { Channel = item.Channel, Variant = item.Variant, Picture = pictures[index], Mean = sum / places, Highest = highest, Rescued = item.Rescued, Dead = item.Dead };
        })];
    }

    private long[] LayerShape()
    {
        var (size, failure) = (_settings.Size, (ReverieException?)null);
        try
        {
            var shapes = ShapeInference.Resolve(_network.Graph.Cut([_feature.Layer]), new Dictionary<string, long[]> { [_network.Input] = _network.Preprocessing.Shape(1, size, size) });
            if (shapes.TryGetValue(_feature.Layer, out var shape) && !shape.Contains(0)) return shape;
        }
        catch (ReverieException exception)
        {
            // shape inference refuses a window that does not fit, or a size that the network does not take
            failure = exception;
        }
        throw new ReverieException($"pictures of {size} x {size} are too small for {_settings.Layer}{(_network.SizeReason is { } reason ? $", or not what {_network.Name} takes ({reason})" : "")}; give another --size", failure!);
    }

    private static float[] Weights(FeatureFocus focus, (int Height, int Width) grid)
    {
        var weights = new float[grid.Height * grid.Width];
        if (focus == FeatureFocus.Neuron) weights[grid.Height / 2 * grid.Width + grid.Width / 2] = 1;
        else Array.Fill(weights, 1f / weights.Length);
        return weights;
    }
}
