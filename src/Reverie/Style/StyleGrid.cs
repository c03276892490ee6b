using Reverie.Imaging;
using Reverie.Models;
using Reverie.Runtime;

namespace Reverie.Style;

/// <summary>
/// Style transfers of many contents and styles: the network is compiled once and each style's targets are computed once for each size, so that every further picture costs
/// its evaluations only. Every picture is the same to the byte as one of <see cref="StyleTransfer.Run(Network, Picture, Picture, IProgress{StyleProgress}?, RuntimeOptions?, CancellationToken)"/>.
/// </summary>
public sealed class StyleGrid : IDisposable
{
    private readonly Network _network;
    private readonly StyleSession _session;

    /// <summary>Compiles.</summary>
    /// <exception cref="ReverieException">The settings ask for regions, which every pair of pictures has of its own, or the network lacks a layer.</exception>
    public StyleGrid(StyleTransfer settings, Network network, RuntimeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Regions > 0) throw new ReverieException("a grid has no regions: paint such pictures one by one");
        (_network, _session) = (network, new(settings, network, 1, 0, options));
    }

    /// <summary>Paints one picture.</summary>
    /// <param name="settings">Those of the grid, or with other sizes, evaluations or seeds.</param>
    /// <param name="content">What is to be seen.</param>
    /// <param name="style">In whose manner; the same object each time, for its targets to be found again.</param>
    /// <param name="progress">Told after every evaluation.</param>
    /// <param name="cancellation">Ends the run early; the result then holds the best picture so far.</param>
    /// <exception cref="ReverieException">A setting is out of range.</exception>
    public StyleResult Paint(StyleTransfer settings, Picture content, Picture style, IProgress<StyleProgress>? progress = null, CancellationToken cancellation = default)
    {
        var inputs = new StyleInputs { Content = content, Styles = [style] };
        StyleSettings.Validate(settings, inputs);
        using var run = new StyleRun(settings, _network, inputs, null, _session);
        return run.Paint(progress, cancellation);
    }

    /// <summary>Gives the sessions' memory back.</summary>
    public void Dispose() => _session.Dispose();
}
