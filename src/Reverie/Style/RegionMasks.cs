using Reverie.Imaging;

namespace Reverie.Style;

/// <summary>Regions that a user has painted: each flat colour of a mask is one.</summary>
internal static class RegionMasks
{
    private const int MostRegions = 12;

    // A colour is one of the mask's where it covers this share of it; less is the fringe that scaling and JPEG leave between two.
    private const double LeastShare = 0.01;

    // Two colours nearer than this (of the cube's side) are one.
    private const double LeastDistance = 0.2;

    /// <summary>Reads the masks.</summary>
    /// <exception cref="ReverieException">A mask does not fit its picture, or its colours do not fit the others'.</exception>
    public static StyleRegions Read(StyleInputs inputs)
    {
        var mask = inputs.ContentMask!;
        CheckShape(mask, inputs.Content, "the content mask", "the content picture");
        var colours = Palette(mask);
        if (colours.Count < 2) throw new ReverieException("the content mask has one colour only; each region needs a flat colour of its own");
        if (colours.Count > MostRegions) throw new ReverieException($"the content mask has {colours.Count} colours; at most {MostRegions} regions are handled, each in a flat colour");
        var content = Masks(mask, colours, inputs.Content);
        if (inputs.StyleMasks is not { } styleMasks)
        {
            if (inputs.Styles.Count != colours.Count)
                throw new ReverieException($"the content mask has {colours.Count} colours but there are {inputs.Styles.Count} styles; give one style for each colour, from dark to light, or --style-mask");
            return new()
            {
                Content = content,
                StyleOf = [.. Enumerable.Range(0, colours.Count)],
                Styles = [.. inputs.Styles.Select(style => (IReadOnlyList<float[]>)[.. colours.Select(_ => Whole(style))])],
            };
        }
        var styles = new List<IReadOnlyList<float[]>>();
        for (var style = 0; style < styleMasks.Count; style++)
        {
            CheckShape(styleMasks[style], inputs.Styles[style], $"style mask {style + 1}", "its style picture");
            styles.Add(Masks(styleMasks[style], colours, inputs.Styles[style]));
        }
        var styleOf = new List<int>();
        for (var region = 0; region < colours.Count; region++)
        {
            var shares = styles.Select(masks => masks[region].Average()).ToList();
            var best = shares.IndexOf(shares.Max());
            if (shares[best] < LeastShare)
                throw new ReverieException($"the colour {Name(colours[region])} of the content mask is in no style mask; paint there what that region is to look like");
            styleOf.Add(best);
        }
        return new() { Content = content, StyleOf = styleOf, Styles = styles };
    }

    /// <summary>Weights of 1 everywhere.</summary>
    public static float[] Whole(Picture picture)
    {
        var whole = new float[picture.Height * picture.Width];
        Array.Fill(whole, 1f);
        return whole;
    }

    // The flat colours, from dark to light.
    private static List<(float R, float G, float B)> Palette(Picture mask)
    {
        var pixels = mask.Height * mask.Width;
        var bins = new Dictionary<int, (int Count, double R, double G, double B)>();
        for (var pixel = 0; pixel < pixels; pixel++)
        {
            var (r, g, b) = (mask.Rgb[pixel], mask.Rgb[pixels + pixel], mask.Rgb[2 * pixels + pixel]);
            var bin = Level(r) * 64 + Level(g) * 8 + Level(b);
            var (count, red, green, blue) = bins.GetValueOrDefault(bin);
            bins[bin] = (count + 1, red + r, green + g, blue + b);
        }
        var found = new List<(float R, float G, float B)>();
        foreach (var (count, red, green, blue) in bins.OrderByDescending(pair => pair.Value.Count).ThenBy(pair => pair.Key).Select(pair => pair.Value))
        {
            var colour = ((float)(red / count), (float)(green / count), (float)(blue / count));
            if (count >= LeastShare * pixels && found.All(other => Distance(other, colour) > LeastDistance)) found.Add(colour);
        }
        return [.. found.OrderBy(colour => 0.299 * colour.R + 0.587 * colour.G + 0.114 * colour.B)];

        static int Level(float value) => Math.Clamp((int)(value * 8), 0, 7);
    }

    // Each pixel belongs to the nearest colour.
    private static List<float[]> Masks(Picture mask, List<(float R, float G, float B)> colours, Picture picture)
    {
        var pixels = mask.Height * mask.Width;
        var masks = colours.Select(_ => new float[pixels]).ToList();
        for (var pixel = 0; pixel < pixels; pixel++)
        {
            var own = (mask.Rgb[pixel], mask.Rgb[pixels + pixel], mask.Rgb[2 * pixels + pixel]);
            var best = 0;
            for (var region = 1; region < colours.Count; region++)
                if (Distance(colours[region], own) < Distance(colours[best], own)) best = region;
            masks[best][pixel] = 1;
        }
        return [.. masks.Select(values => Resampling.Resize(values, 1, mask.Height, mask.Width, picture.Height, picture.Width, ResampleKernel.Triangle))];
    }

    private static double Distance((float R, float G, float B) left, (float R, float G, float B) right) =>
        Math.Sqrt((left.R - right.R) * (left.R - right.R) + (left.G - right.G) * (left.G - right.G) + (left.B - right.B) * (left.B - right.B));

    private static string Name((float R, float G, float B) colour) => $"#{Level(colour.R):x2}{Level(colour.G):x2}{Level(colour.B):x2}";

    private static int Level(float value) => (int)Math.Round(value * 255);

    private static void CheckShape(Picture mask, Picture picture, string what, string of)
    {
        var (own, other) = ((double)mask.Width / mask.Height, (double)picture.Width / picture.Height);
        if (Math.Abs(own / other - 1) > 0.03)
            throw new ReverieException($"{what} is {mask.Width} x {mask.Height} but {of} {picture.Width} x {picture.Height}: they must have the same shape");
    }
}
