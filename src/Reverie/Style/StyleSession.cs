using Reverie.Imaging;
using Reverie.Models;
using Reverie.Onnx;
using Reverie.Onnx.Shapes;
using Reverie.Runtime;
using Reverie.Style.Tiles;

namespace Reverie.Style;

/// <summary>
/// A network compiled for a style objective: one graph for targets and one for the objective and its gradient, both for every picture and size. Targets of a style are
/// computed once for each size and kept, so that a grid or a sequence of pictures pays for them once.
/// </summary>
internal sealed class StyleSession : IDisposable
{
    private readonly StyleTransfer _settings;
    private readonly RuntimeOptions? _options;
    private readonly Graph _layers;
    private readonly CompiledGraph? _measuring, _painting;
    private readonly StyleTiles? _tiles;
    private readonly string _gradient = "";
    private readonly Dictionary<(Picture, int, int, object?), StyleTargets> _styles = [];
    private readonly Dictionary<int, CompiledGraph> _roots = [];

    /// <summary>Compiles.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="network">The network.</param>
    /// <param name="styles">The number of styles.</param>
    /// <param name="regions">The number of regions; 0 for none.</param>
    /// <param name="options">Where and how to run.</param>
    /// <param name="graph">A graph to take for the network's own, with tensors of the same names; null for its own.</param>
    /// <param name="plan">Whether <see cref="Predict"/> will be asked.</param>
    /// <exception cref="ReverieException">The network lacks a layer, or cannot be differentiated.</exception>
    public StyleSession(StyleTransfer settings, Network network, int styles, int regions, RuntimeOptions? options, Graph? graph = null, bool plan = false)
    {
        (_settings, Network, Regions, _options) = (settings, network, regions, options);
        Objective = new(settings, network, styles);
        if (regions > 0 && (settings.Statistic == StyleStatistic.Nearest || Objective.SeparateStyles))
            throw new ReverieException("regions go with Gram matrices and moments, and with averaged styles only");
        graph = NetworkRewrites.Apply(graph ?? network.Graph, settings.Pooling, settings.Padding);
        _layers = graph.Cut(Objective.Terms.Select(term => term.Layer).Where(layer => layer.Length > 0).Distinct());
        if (settings.Tile is { } side)
        {
            _tiles = new(network, graph, Objective, Activations, Moments, regions, side, options, plan);
            return;
        }
        var built = StyleGraph.Build(network, graph, Objective.Terms, regions);
        _gradient = built.Gradient;
        _painting = CompiledGraph.Compile(built.Graph, options, plan: plan);
        _measuring = CompiledGraph.Compile(TargetGraph.Build(graph, Activations, Moments, regions), options, plan: plan);
    }

    /// <summary>The network.</summary>
    public Network Network { get; }

    /// <summary>What is minimised.</summary>
    public StyleObjective Objective { get; }

    /// <summary>The number of regions; 0 for none.</summary>
    public int Regions { get; }

    private IReadOnlyCollection<string> Activations => [.. Objective.Content.Union(Objective.Terms.Where(term => term.Kind == StyleTermKind.Nearest).Select(term => term.Layer))];

    private IReadOnlyCollection<string> Moments => _settings.Statistic == StyleStatistic.Nearest && _settings.Form == StyleForm.Reverie ? [] : Objective.Style;

    /// <summary>Whether every layer has places left in a picture of that size.</summary>
    public bool Fits(int height, int width)
    {
        try
        {
            return LayerShapes(height, width).Values.All(shape => !shape.Contains(0));
        }
        catch (ReverieException)
        {
            return false;   // shape inference refuses windows that do not fit
        }
    }

    /// <summary>The shapes of the layers of the objective for a picture of a size.</summary>
    public Dictionary<string, long[]> LayerShapes(int height, int width)
    {
        var shapes = ShapeInference.Resolve(_layers, new Dictionary<string, long[]> { [Network.Input] = Network.Preprocessing.Shape(1, height, width) });
        return _layers.Outputs.ToDictionary(output => output.Name, output => shapes[output.Name], StringComparer.Ordinal);
    }

    /// <summary>Foretells the peak memory of the process while the gradient of a picture is computed, without the pictures and the optimiser's vectors, in bytes.</summary>
    /// <param name="height">The picture's rows.</param>
    /// <param name="width">The picture's columns.</param>
    /// <param name="side">The side of the tiles, where the session works in tiles.</param>
    public long Predict(int height, int width, int? side)
    {
        var layers = LayerShapes(height, width);
        var targets = Activations.Sum(layer => layers[layer].Aggregate((long)sizeof(float), (product, size) => product * size));
        if (_tiles is not null) return _tiles.Predict(height, width, side!.Value, layers) + targets;
        var shapes = _painting!.Inputs.ToDictionary(input => input.Name, input => input.Type.Shape!.Select(dim => dim.Value ?? StyleTargetInputs.MostFeatures).ToArray(), StringComparer.Ordinal);
        shapes[Network.Input] = Network.Preprocessing.Shape(1, height, width);
        foreach (var (layer, shape) in layers)
        {
            if (shapes.ContainsKey(StyleGraph.ContentTarget(layer))) shapes[StyleGraph.ContentTarget(layer)] = shape;
            if (shapes.ContainsKey(StyleGraph.Mask(layer))) shapes[StyleGraph.Mask(layer)] = [Regions, 1, shape[2] * shape[3]];
        }
        var buffers = 2L * Network.Preprocessing.Channels * height * width * sizeof(float);
        // each session keeps the memory of its largest run
        var measured = _measuring!.Inputs.ToDictionary(input => input.Name, input => shapes[input.Name], StringComparer.Ordinal);
        return _painting.Memory!.Predict(shapes, outputsGiven: true).PeakBytes + _measuring.Memory!.RunBytes([measured]) + targets + buffers;
    }

    /// <summary>The targets that a picture gives, as content or as style.</summary>
    /// <param name="picture">At the size it is to be seen at.</param>
    /// <param name="masks">Its regions' weights [H,W]; null without regions.</param>
    /// <param name="cancellation">Ends the run in flight.</param>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public StyleTargets Measure(Picture picture, IReadOnlyList<float[]>? masks, CancellationToken cancellation)
    {
        if (_tiles is not null) return _tiles.Measure(picture, masks, cancellation);
        var inputs = new Dictionary<string, RuntimeTensor> { [Network.Input] = Network.ToInput(picture) };
        if (Regions > 0) AddMasks(inputs, picture.Height, picture.Width, masks!, Moments);
        using var results = _measuring!.Run(inputs, cancellation: cancellation);
        var targets = new StyleTargets();
        foreach (var layer in Activations) targets.Activations[layer] = (results[layer].ToArray<float>(), results[layer].Shape.ToArray());
        foreach (var layer in Moments)
            targets.Moments[layer] = new(Math.Max(1, Regions), results[TargetGraph.Second(layer)].ToArray<float>(), results[TargetGraph.Mean(layer)].ToArray<float>());
        return targets;
    }

    /// <summary>The targets of a style picture, kept for the next time.</summary>
    public StyleTargets MeasureStyle(Picture style, (int Height, int Width) size, IReadOnlyList<float[]>? masks, CancellationToken cancellation)
    {
        var (height, width) = size;
        if (_styles.TryGetValue((style, height, width, masks), out var known)) return known;
        var scaled = style.Resize(height, width);
        System.Numerics.Tensors.TensorPrimitives.Clamp(scaled.Rgb, 0f, 1f, scaled.Rgb);
        return _styles[(style, height, width, masks)] = Measure(scaled, masks?.Select(mask => Resampling.Resize(mask, 1, style.Height, style.Width, height, width, ResampleKernel.Triangle)).ToList(), cancellation);
    }

    /// <summary>The objective for pictures of one size, with the targets of this content.</summary>
    /// <param name="content">At the size to paint.</param>
    /// <param name="styles">The styles' targets.</param>
    /// <param name="regions">Regions at that size; null for none.</param>
    /// <param name="cancellation">Ends the run in flight.</param>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public StyleProblem Problem(Picture content, IReadOnlyList<StyleTargets> styles, StyleRegions? regions, CancellationToken cancellation) =>
        _tiles is not null ? new TiledStyleProblem(this, _tiles, content, Measure(content, regions?.Content, cancellation), styles, regions, cancellation)
        : new WholeStyleProblem(this, _painting!, _gradient, content, Measure(content, regions?.Content, cancellation), styles, regions, cancellation);

    /// <summary>The square root of covariances [R,N,N], of which second moments and means are given.</summary>
    public float[] Root(LayerMoments moments, CancellationToken cancellation)
    {
        if (!_roots.TryGetValue(moments.Channels, out var compiled))
            _roots[moments.Channels] = compiled = CompiledGraph.Compile(TargetGraph.BuildRoot(moments.Channels, Regions), _options, cancellation: cancellation);
        long[] shape = Regions > 0 ? [Regions, moments.Channels, moments.Channels] : [moments.Channels, moments.Channels];
        using var results = compiled.Run(new Dictionary<string, RuntimeTensor> { [TargetGraph.Matrix] = RuntimeTensor.Of(moments.Covariance(), shape) }, cancellation: cancellation);
        return results[TargetGraph.Root].ToArray<float>();
    }

    /// <summary>Adds the weights of regions at the layers' places, each region's adding up to 1.</summary>
    public void AddMasks(Dictionary<string, RuntimeTensor> inputs, int height, int width, IReadOnlyList<float[]> masks, IEnumerable<string> layers)
    {
        var shapes = LayerShapes(height, width);
        foreach (var layer in layers)
        {
            var (rows, columns) = ((int)shapes[layer][2], (int)shapes[layer][3]);
            var weights = StyleRegions.Weights(masks, height, width, rows, columns);
            inputs[StyleGraph.Mask(layer)] = RuntimeTensor.Of(weights, Regions, 1, rows * columns);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _painting?.Dispose();
        _measuring?.Dispose();
        _tiles?.Dispose();
        foreach (var root in _roots.Values) root.Dispose();
    }
}
