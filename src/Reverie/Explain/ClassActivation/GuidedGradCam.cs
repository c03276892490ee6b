using Reverie.Imaging;

namespace Reverie.Explain;

/// <summary>Guided Grad-CAM (Selvaraju et al. 2017): guided backpropagation where Grad-CAM finds the class. It inherits the blindness of guided backpropagation.</summary>
public sealed record GuidedGradCam : LayeredMethod
{
    /// <inheritdoc/>
    public override string Id => "guided-grad-cam";

    /// <inheritdoc/>
    public override string Title => "Guided Grad-CAM";

    /// <summary>Whether the map is enlarged by repetition and not by linear interpolation.</summary>
    public bool Nearest { get; init; }

    /// <summary>Whether only the parts of the map that speak for the target count.</summary>
    public bool Rectify { get; init; } = true;

    /// <inheritdoc/>
    protected internal override RawAttribution Compute(AttributionContext context)
    {
        var map = new GradCam { Layer = Layer, Rectify = Rectify }.Compute(context);
        var guided = Backpropagation.Run(context, GuidedBackprop.Rules);
        return new() { Maps = [.. guided.Select(signal => Multiplied(signal, map.Maps[0]))], IsComplete = false, Notes = map.Notes };
    }

    private Signal Multiplied(Signal guided, Signal map)
    {
        if (guided.Shape.Length != 4 || map.Shape.Length != 4) throw new ReverieException($"{Id} needs pictures and a layer with rows and columns");
        var channelsLast = guided.Shape[3] <= 4 && guided.Shape[1] > 4;
        var (height, width) = channelsLast ? ((int)guided.Shape[1], (int)guided.Shape[2]) : ((int)guided.Shape[2], (int)guided.Shape[3]);
        var product = guided.ZerosLike();
        for (var item = 0; item < guided.Items; item++)
        {
            var mask = Enlarged(map.Item(item), (int)map.Shape[2], (int)map.Shape[3], height, width);
            Span<double> from = guided.Item(item), to = product.Item(item);
            for (var place = 0; place < to.Length; place++) to[place] = from[place] * mask[channelsLast ? place / (int)guided.Shape[3] : place % mask.Length];
        }
        return product;
    }

    private double[] Enlarged(ReadOnlySpan<double> map, int rows, int columns, int height, int width)
    {
        var large = new double[height * width];
        if (Nearest)
        {
            for (var y = 0; y < height; y++)
                for (var x = 0; x < width; x++) large[y * width + x] = map[y * rows / height * columns + x * columns / width];
            return large;
        }
        var small = new float[map.Length];
        for (var place = 0; place < small.Length; place++) small[place] = (float)map[place];
        return Array.ConvertAll(Resampling.Resize(small, 1, rows, columns, height, width, ResampleKernel.Bilinear), value => (double)value);
    }
}
