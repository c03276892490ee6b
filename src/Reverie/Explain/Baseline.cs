using System.Text.Json.Serialization;
using Reverie.Imaging;
using Reverie.Models;

namespace Reverie.Explain;

/// <summary>The kinds of baselines.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BaselineKind>))]
public enum BaselineKind
{
    /// <summary>Black.</summary>
    Black,
    /// <summary>White.</summary>
    White,
    /// <summary>The colour that the network's preprocessing makes zero: the mean colour of its training pictures.</summary>
    Mean,
    /// <summary>The picture itself, blurred.</summary>
    Blur,
    /// <summary>Uniform noise.</summary>
    Noise,
    /// <summary>A picture from a file.</summary>
    Image,
    /// <summary>All pictures of a folder.</summary>
    Folder,
}

/// <summary>
/// What a picture is compared with, stated in pixels and pushed through the same preprocessing as the picture: black is black, whatever number the network has for it.
/// </summary>
public sealed record Baseline
{
    /// <summary>The kind.</summary>
    public BaselineKind Kind { get; init; }

    /// <summary>The standard deviation of a blur, in pixels of the network's input.</summary>
    public double Sigma { get; init; } = 10;

    /// <summary>Where noise begins.</summary>
    public ulong Seed { get; init; }

    /// <summary>How many pictures of noise.</summary>
    public int Count { get; init; } = 1;

    /// <summary>The file or folder.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Path { get; init; }

    /// <summary>Black.</summary>
    public static Baseline Black { get; } = new();

    /// <summary>White.</summary>
    public static Baseline White { get; } = new() { Kind = BaselineKind.White };

    /// <summary>The mean colour of the network's training pictures, as its card states it.</summary>
    public static Baseline Mean { get; } = new() { Kind = BaselineKind.Mean };

    /// <summary>The picture blurred by a Gaussian of a standard deviation in pixels.</summary>
    public static Baseline Blur(double sigma = 10) => new() { Kind = BaselineKind.Blur, Sigma = sigma };

    /// <summary>Pictures of uniform noise.</summary>
    public static Baseline Noise(ulong seed = 0, int count = 1) => new() { Kind = BaselineKind.Noise, Seed = seed, Count = count };

    /// <summary>A picture from a file.</summary>
    public static Baseline Image(string path) => new() { Kind = BaselineKind.Image, Path = path };

    /// <summary>All pictures of a folder, in the order of their names.</summary>
    public static Baseline Folder(string path) => new() { Kind = BaselineKind.Folder, Path = path };

    /// <summary>
    /// Reads <c>black</c>, <c>white</c>, <c>mean</c>, <c>blur</c>, <c>blur:SIGMA</c>, <c>noise</c>, <c>noise:SEED</c>, a picture's file or a folder.
    /// </summary>
    /// <exception cref="ReverieException">The text is none of these.</exception>
    public static Baseline Parse(string text)
    {
        var (name, argument) = text.IndexOf(':', StringComparison.Ordinal) is var colon and > 0 ? (text[..colon], text[(colon + 1)..]) : (text, "");
        var culture = System.Globalization.CultureInfo.InvariantCulture;
        switch (name.ToLowerInvariant())
        {
            case "black" when argument.Length == 0: return Black;
            case "white" when argument.Length == 0: return White;
            case "mean" when argument.Length == 0: return Mean;
            case "blur" when argument.Length == 0: return Blur();
            case "blur" when double.TryParse(argument, culture, out var sigma) && sigma > 0: return Blur(sigma);
            case "noise" when argument.Length == 0: return Noise();
            case "noise" when ulong.TryParse(argument, culture, out var seed): return Noise(seed);
        }
        if (Directory.Exists(text)) return Folder(text);
        if (File.Exists(text)) return Image(text);
        throw new ReverieException($"'{text}' is no baseline: give black, white, mean, blur, blur:SIGMA, noise, noise:SEED, a picture's file or a folder of pictures");
    }

    /// <summary>The pictures that this baseline is for a picture, at its size.</summary>
    /// <param name="network">The network whose mean colour counts.</param>
    /// <param name="seen">The picture as the network sees it.</param>
    /// <param name="place">Brings another picture to the size of <paramref name="seen"/> as the network's own preprocessing does.</param>
    /// <exception cref="ReverieException">A file cannot be read, or a folder holds no pictures.</exception>
    public IReadOnlyList<Picture> Pictures(Network network, Picture seen, Func<Picture, Picture> place)
    {
        var (height, width) = (seen.Height, seen.Width);
        switch (Kind)
        {
            case BaselineKind.White: return [Filled(height, width, [1, 1, 1])];
            case BaselineKind.Mean:
                var colour = new float[3];
                network.Preprocessing.ToPlanes(new float[network.Preprocessing.Channels], colour);
                return [Filled(height, width, colour)];
            case BaselineKind.Blur:
                if (!(Sigma > 0) || !double.IsFinite(Sigma)) throw new ReverieException("the sigma of a blurred baseline must be positive");
                var blurred = new Picture(height, width);
                GaussianBlur.Apply(seen.Rgb, 3, height, width, Sigma, blurred.Rgb);
                return [blurred];
            case BaselineKind.Noise:
                if (Count is < 1 or > 10_000) throw new ReverieException("the number of noise baselines must be between 1 and 10000");
                return [.. Enumerable.Range(0, Count).Select(index =>
                {
                    var noise = new Picture(height, width);
                    new CounterRandom(Seed, stream: 0xBA5E, index: (uint)index).FillUniform(noise.Rgb);
                    return noise;
                })];
            case BaselineKind.Image: return [place(Picture.Load(Path ?? throw new ReverieException("the baseline names no file")))];
            case BaselineKind.Folder:
                var folder = Path ?? throw new ReverieException("the baseline names no folder");
                if (!Directory.Exists(folder)) throw new ReverieException($"the folder {folder} does not exist");
                var files = Directory.GetFiles(folder).Where(IsPicture).Order(StringComparer.Ordinal).ToList();
                return files.Count > 0 ? [.. files.Select(file => place(Picture.Load(file)))] : throw new ReverieException($"the folder {folder} holds no pictures (PNG, JPEG, WebP, GIF, BMP)");
            default: return [new(height, width)];
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        BaselineKind.Blur => FormattableString.Invariant($"blur:{Sigma}"),
        BaselineKind.Noise => Count == 1 ? $"noise:{Seed}" : $"noise:{Seed} x {Count}",
        BaselineKind.Image or BaselineKind.Folder => System.IO.Path.GetFileName(Path?.TrimEnd('/', '\\')) ?? "",
        _ => Kind.ToString().ToLowerInvariant(),
    };

    private static bool IsPicture(string file) => System.IO.Path.GetExtension(file).ToLowerInvariant() is ".png" or ".jpg" or ".jpeg" or ".webp" or ".gif" or ".bmp";

    private static Picture Filled(int height, int width, float[] colour)
    {
        var picture = new Picture(height, width);
        for (var channel = 0; channel < 3; channel++) picture.Plane(channel).Fill(colour[channel]);
        return picture;
    }
}
