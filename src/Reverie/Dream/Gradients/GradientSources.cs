using Reverie.Dream.Objectives;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Runtime;

namespace Reverie.Dream.Gradients;

/// <summary>The compiled gradients of a dream's objectives, each made when it is first asked for and kept: rounds and frames share them.</summary>
/// <param name="network">The network.</param>
/// <param name="pictures">The pictures that guide.</param>
/// <param name="tiles">How pictures are taken apart; null for all at once.</param>
/// <param name="options">Where and how to run.</param>
internal sealed class GradientSources(Network network, IReadOnlyList<Picture> pictures, TileSettings? tiles, RuntimeOptions? options) : IDisposable
{
    private readonly Dictionary<Objective, IGradientSource> _sources = [];
    private readonly Dictionary<Objective, CompiledValue> _values = [];
    private readonly GuideFeatures _guides = new(network, pictures, options);

    /// <summary>Those that a dream needs.</summary>
    public static GradientSources For(DeepDream settings, Network network, RuntimeOptions? options) =>
        new(network, settings.Pictures, settings.Tile is null && settings.Seamless == Seamless.None ? null : TileSettings.Of(settings), options);

    /// <summary>The gradient of an objective.</summary>
    /// <exception cref="ReverieException">A layer or channel does not exist, the way to it cannot be differentiated, or it cannot be taken apart.</exception>
    public IGradientSource Of(Objective objective)
    {
        if (!_sources.TryGetValue(objective, out var source))
            _sources[objective] = source = tiles is { } settings
                ? new TiledGradient(network, TiledObjectiveGraph.Build(network, objective, _guides), settings, options)
                : new CompiledGradient(network, ObjectiveGraph.Build(network, objective, _guides), options);
        return source;
    }

    /// <summary>The objective of a picture, for who asks often: without its gradient, where that is worth a graph of its own.</summary>
    /// <exception cref="ReverieException">As <see cref="Of"/>.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public double Value(Objective objective, Picture picture, CancellationToken cancellation)
    {
        var size = new OctaveSize(picture.Height, picture.Width);
        if (tiles is not null) return Of(objective).Value(picture.Rgb, size, cancellation);
        if (!_values.TryGetValue(objective, out var value)) _values[objective] = value = new(network, ObjectiveGraph.Build(network, objective, _guides), options);
        return value.Of(picture.Rgb, size, cancellation);
    }

    /// <summary>Gives the sessions back.</summary>
    public void Dispose()
    {
        foreach (var source in _sources.Values) source.Dispose();
        foreach (var value in _values.Values) value.Dispose();
        _sources.Clear();
        _values.Clear();
    }
}
