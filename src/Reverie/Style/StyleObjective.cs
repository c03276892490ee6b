using Reverie.Models;
using Reverie.Onnx;

namespace Reverie.Style;

/// <summary>The terms of a run's objective, and how each form weighs them.</summary>
internal sealed class StyleObjective
{
    private readonly StyleTransfer _settings;
    private readonly IReadOnlyList<double> _blend;
    private readonly Dictionary<string, double> _styleShares;
    private readonly Dictionary<string, double> _contentShares;

    /// <summary>Resolves settings for a network.</summary>
    /// <exception cref="ReverieException">A layer does not exist, or settings contradict each other.</exception>
    public StyleObjective(StyleTransfer settings, Network network, int styles)
    {
        _settings = settings;
        _styleShares = Shares(settings.StyleLayers ?? [.. StyleLayers.Style(network).Select(layer => new StyleLayer(layer))], network, "style");
        _contentShares = Shares(settings.ContentLayers ?? [.. StyleLayers.Content(network).Select(layer => new StyleLayer(layer))], network, "content");
        _blend = Blended(settings, styles);
        SeparateStyles = settings.BlendMode == StyleBlend.Losses && styles > 1;
        var terms = _contentShares.Keys.Select(layer => new StyleTerm(StyleTermKind.Content, layer)).ToList();
        foreach (var layer in _styleShares.Keys)
            for (var style = 0; style < (SeparateStyles ? styles : 1); style++)
                terms.AddRange(Kinds(settings).Select(kind => new StyleTerm(kind, layer, style)));
        if (settings.Form == StyleForm.NeuralStyle) terms.Add(new(StyleTermKind.AbsoluteVariation));
        else if (Variation > 0) terms.Add(new(StyleTermKind.Variation));
        Terms = terms;
    }

    /// <summary>The terms, in the order of the graph's weights.</summary>
    public IReadOnlyList<StyleTerm> Terms { get; }

    /// <summary>The layers of style.</summary>
    public IReadOnlyCollection<string> Style => _styleShares.Keys;

    /// <summary>The layers of content.</summary>
    public IReadOnlyCollection<string> Content => _contentShares.Keys;

    /// <summary>Whether it is Reverie's own.</summary>
    public bool IsOwn => _settings.Form == StyleForm.Reverie;

    /// <summary>Whether each style has losses of its own; otherwise their targets are averaged.</summary>
    public bool SeparateStyles { get; }

    /// <summary>The styles' shares, which add up to 1.</summary>
    public IReadOnlyList<double> Blend => _blend;

    private double Variation => _settings.Smoothness ?? (_settings.Form == StyleForm.NeuralStyle ? 1e-3 : _settings.Form == StyleForm.Reverie ? DefaultSmoothness : 0);

    /// <summary>Reverie's weight of total variation, in units of the content picture's own: keeps grain away, to the eye, and no brush stroke.</summary>
    private const double DefaultSmoothness = 0.15;

    /// <summary>
    /// The weights.
    /// </summary>
    /// <param name="channels">The number of channels N of a layer.</param>
    /// <param name="places">The number of places M of a layer in the picture that is painted.</param>
    /// <param name="start">The terms' values that Reverie's own form divides by; not looked at by the others.</param>
    public double[] Weights(Func<string, long> channels, Func<string, long> places, IReadOnlyList<double> start)
    {
        var weights = new double[Terms.Count];
        for (var index = 0; index < weights.Length; index++)
        {
            var term = Terms[index];
            var share = term.Kind switch
            {
                StyleTermKind.Content => _contentShares[term.Layer],
                StyleTermKind.Variation or StyleTermKind.AbsoluteVariation => 1,
                _ => _styleShares[term.Layer] * (SeparateStyles ? _blend[term.Style] : 1),
            };
            double n = term.Layer.Length > 0 ? channels(term.Layer) : 1, m = term.Layer.Length > 0 ? places(term.Layer) : 1;
            weights[index] = share * (_settings.Form == StyleForm.Reverie ? Own(term, start[index]) : Published(term, n, m));
        }
        return weights;
    }

    // sums of squares in papers and code are means of squares here: hence the factors N and M
    private double Published(StyleTerm term, double n, double m) => (_settings.Form, term.Kind) switch
    {
        (_, StyleTermKind.Variation or StyleTermKind.AbsoluteVariation) => Variation,
        (StyleForm.Gatys, StyleTermKind.Content) => (_settings.ContentWeight ?? 1) * n * m / 2 / _contentShares.Count,
        (StyleForm.Gatys, _) => (_settings.StyleWeight ?? 1000) / 4 / _styleShares.Count,
        (StyleForm.NeuralStyle, StyleTermKind.Content) => _settings.ContentWeight ?? 5,
        (StyleForm.NeuralStyle, _) => (_settings.StyleWeight ?? 100) / (n * n),
        (_, StyleTermKind.Content) => _settings.ContentWeight ?? 1,
        (_, StyleTermKind.Gram) => (_settings.StyleWeight ?? 1000) / (n * n),
        (_, StyleTermKind.Mean or StyleTermKind.Deviation) => 10 * (_settings.StyleWeight ?? 1000),
        _ => throw new InvalidOperationException($"{_settings.Form} has no term {term.Kind}"),
    };

    private double Own(StyleTerm term, double start)
    {
        if (term.Kind == StyleTermKind.Variation) return Variation / start;
        if (term.Kind == StyleTermKind.Content) return (_settings.ContentWeight ?? 1) / start / _contentShares.Values.Sum();
        return (_settings.StyleWeight ?? 1) * _settings.Ratio / start / _styleShares.Values.Sum() / Kinds(_settings).Count;
    }

    private static IReadOnlyList<StyleTermKind> Kinds(StyleTransfer settings) => settings.Form switch
    {
        StyleForm.Reverie => settings.Statistic switch
        {
            StyleStatistic.Gram => [StyleTermKind.Gram],
            StyleStatistic.Moments => [StyleTermKind.Mean, StyleTermKind.Deviation],
            StyleStatistic.GramMoments => [StyleTermKind.Gram, StyleTermKind.Mean, StyleTermKind.Deviation],
            StyleStatistic.Wasserstein => [StyleTermKind.Wasserstein],
            StyleStatistic.Nearest => [StyleTermKind.Nearest],
            _ => throw new ReverieException($"there is no statistic {settings.Statistic}"),
        },
        StyleForm.Spst => [StyleTermKind.Gram, StyleTermKind.Mean, StyleTermKind.Deviation],
        _ => [StyleTermKind.Gram],
    };

    private static Dictionary<string, double> Shares(IReadOnlyList<StyleLayer> layers, Network network, string what)
    {
        var shares = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var (layer, weight) in layers)
        {
            if (!network.IsLayer(layer)) throw new ReverieException($"{Names.Unknown("layer", layer, network.Layers)} ('reverie models layers' lists all)");
            if (!double.IsFinite(weight) || weight < 0) throw new ReverieException($"the weight of the {what} layer {layer} must be a number of at least 0");
            if (weight > 0 && !shares.TryAdd(network.Graph.Resolve(layer), weight)) throw new ReverieException($"the {what} layer {layer} is named twice");
        }
        return shares;
    }

    private static IReadOnlyList<double> Blended(StyleTransfer settings, int styles)
    {
        if (settings.Blend is null) return [.. Enumerable.Repeat(1.0 / styles, styles)];
        if (settings.Blend.Count != styles) throw new ReverieException($"there are {styles} styles but {settings.Blend.Count} blend weights; give one for each");
        var sum = settings.Blend.Sum();
        return sum > 0 && settings.Blend.All(weight => weight >= 0) && double.IsFinite(sum)
            ? [.. settings.Blend.Select(weight => weight / sum)]
            : throw new ReverieException("blend weights must be numbers of at least 0, and not all 0");
    }
}
