using System.Text.Json.Serialization;

namespace Reverie.Style;

/// <summary>Whose objective is minimised: how the terms are normalised and weighed.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StyleForm>))]
public enum StyleForm
{
    /// <summary>
    /// Reverie's own: every term is divided by its value at the start, so that weights mean the same on every network, layer and size, and one
    /// strength from 0 to 100 stands for the ratio of style to content.
    /// </summary>
    Reverie,

    /// <summary>
    /// Gatys, Ecker and Bethge 2015, arXiv:1508.06576, equations 1 to 7: 1/2 sum (F - P)^2 of the content layer and sum (G - A)^2 / (4 N^2 M^2) of each
    /// style layer, weighed 1/5 each, with 1000 times as much style as content. (With pictures of two sizes, each Gram matrix is divided by its own M.)
    /// </summary>
    Gatys,

    /// <summary>
    /// jcjohnson/neural-style and ProGamerGov/neural-style-pt: mean squares of Gram matrices divided by N M, weight 100; content 5; total variation as a sum of
    /// magnitudes, weight 0.001.
    /// </summary>
    NeuralStyle,

    /// <summary>Gatys' own PyTorch code (leongatys/PytorchNeuralStyleTransfer): mean squares of Gram matrices divided by M, weight 1000 / N^2; content 1.</summary>
    Lg,

    /// <summary>
    /// Galerne, Raad, Lezama and Morel, "Scaling Painting Style Transfer", EGSR 2024, arXiv:2212.13459: as <see cref="Lg"/>, and the mean squares of the channels'
    /// means and standard deviations, weight 10000 each.
    /// </summary>
    Spst,
}

/// <summary>What a term of the objective compares.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StyleTermKind>))]
public enum StyleTermKind
{
    /// <summary>Activations F of a content layer with the content picture's P: the mean of (F - P)^2.</summary>
    Content,

    /// <summary>Second moments G = F F^T / M of a style layer's N channels over its M places: the mean of (G - A)^2 over their N^2 entries.</summary>
    Gram,

    /// <summary>The channels' means: their mean squared difference.</summary>
    Mean,

    /// <summary>The channels' standard deviations: their mean squared difference.</summary>
    Deviation,

    /// <summary>
    /// The squared 2-Wasserstein distance of two normal distributions with the layers' means and covariances, divided by N, as in
    /// crowsonkb/style-transfer-pytorch.
    /// </summary>
    Wasserstein,

    /// <summary>
    /// 1 - cos between the features at each place and the nearest of the style picture's, on average: nearest-neighbour feature matching (Kolkin et al. 2022,
    /// arXiv:2203.13215).
    /// </summary>
    Nearest,

    /// <summary>Squared differences of neighbouring pixels in units of full intensity, summed over the two directions, averaged over pixels and channels.</summary>
    Variation,

    /// <summary>Magnitudes of the differences of neighbouring numbers of the network's input, summed: neural-style-pt's total variation.</summary>
    AbsoluteVariation,
}
