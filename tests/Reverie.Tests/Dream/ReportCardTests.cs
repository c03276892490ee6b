using Reverie.Dream;
using Reverie.Dream.Reports;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Tests.References;

namespace Reverie.Tests.Dream;

/// <summary>The numbers that are told of a dream.</summary>
public class ReportCardTests
{
    private static readonly Network Net = Network.Embedded;
    private static readonly DeepDream Quick = new() { Octaves = 2, Steps = 4, Jitter = 8, Seed = 4, Objective = Objective.Layer("relu4_3", 3, 7) };

    [Fact]
    public void Equal_pictures_are_alike_in_everything()
    {
        var photo = Photo(150, 170);
        var card = Compare(photo, photo);
        Assert.Equal(1, card.Ssim!.Value, 1e-6);
        Assert.Null(card.Psnr);
        Assert.Equal((0, 1), (card.ColourShift, card.TotalVariationRatio!.Value));
        Assert.Equal(card.ClippedBefore, card.ClippedAfter);
    }

    // the formula of the paper, window by window
    [Fact]
    public void Similarity_clipping_and_distance_are_those_of_their_definitions()
    {
        var (photo, other) = (Photo(141, 30), Photo(141, 30));
        for (var index = 0; index < other.Rgb.Length; index++) other.Rgb[index] = Math.Clamp(0.8f * other.Rgb[index] + 0.1f * MathF.Sin(index), 0, 1);
        var card = Compare(photo, other);
        double[] a = Luma(photo), b = Luma(other);
        var kernel = Enumerable.Range(-5, 11).Select(offset => Math.Exp(-offset * offset / 4.5)).ToArray();
        kernel = [.. kernel.Select(value => value / kernel.Sum())];
        var (sum, count) = (0.0, 0);
        for (var y = 5; y < 136; y++)
            for (var x = 5; x < 25; x++)
            {
                double ma = 0, mb = 0, aa = 0, bb = 0, ab = 0;
                for (var dy = -5; dy <= 5; dy++)
                    for (var dx = -5; dx <= 5; dx++)
                    {
                        var (weight, p, q) = (kernel[dy + 5] * kernel[dx + 5], a[(y + dy) * 30 + x + dx], b[(y + dy) * 30 + x + dx]);
                        (ma, mb, aa, bb, ab) = (ma + weight * p, mb + weight * q, aa + weight * p * p, bb + weight * q * q, ab + weight * p * q);
                    }
                sum += (2 * ma * mb + 1e-4) * (2 * (ab - ma * mb) + 9e-4) / ((ma * ma + mb * mb + 1e-4) * (aa - ma * ma + bb - mb * mb + 9e-4));
                count++;
            }
        Assert.Equal(sum / count, card.Ssim!.Value, 1e-4);
        Assert.Equal(other.Rgb.Count(value => value is <= 1f / 255 or >= 254f / 255) / (double)other.Rgb.Length, card.ClippedAfter, 1e-9);
        Assert.Equal(-10 * Math.Log10(photo.Rgb.Zip(other.Rgb, (p, q) => Math.Pow(p - q, 2)).Average()), card.Psnr!.Value, 1e-3);

        static double[] Luma(Picture picture) => [.. Enumerable.Range(0, 141 * 30).Select(index => 0.299 * picture.Rgb[index] + 0.587 * picture.Rgb[141 * 30 + index] + 0.114 * picture.Rgb[2 * 141 * 30 + index])];
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(2.0)]
    [InlineData(3.0)]
    public void Noise_of_a_known_spectrum_has_its_slope(double slope)
    {
        const int Side = 256;
        var (noise, fft) = (new float[Side * Side], new RealFft2(Side, Side));
        new CounterRandom(5).FillNormal(noise);
        var spectrum = new float[2 * Side * (Side / 2 + 1)];
        fft.Forward(noise, spectrum);
        for (var y = 0; y < Side; y++)
            for (var x = 0; x <= Side / 2; x++)
            {
                var down = y <= Side / 2 ? y : y - Side;
                var scale = (float)Math.Pow(Math.Max(1, Math.Sqrt(down * down + x * x)), -slope / 2);
                for (var part = 0; part < 2; part++) spectrum[2 * (y * (Side / 2 + 1) + x) + part] *= scale;
            }
        fft.Inverse(spectrum, noise);
        var spread = noise.Max(Math.Abs);
        var picture = new Picture(Side, Side, [.. Enumerable.Range(0, 3 * Side * Side).Select(index => 0.5f + 0.5f * noise[index % noise.Length] / spread)]);
        Assert.Equal(slope, PowerSpectrum.Of(Store(picture))!.Slope, 0.15);
    }

    [Fact]
    public void Seams_are_seen_where_there_are_any()
    {
        var (photo, random) = (Photo(120, 160), new CounterRandom(2));
        var (smooth, broken) = (photo.Clone(), photo.Clone());
        for (var index = 0; index < photo.Rgb.Length; index++)
        {
            var change = 0.02f * (float)random.Normal();
            smooth.Rgb[index] += change;
            broken.Rgb[index] += change + (index % 160 >= 64 ? 0.05f : 0);
        }
        Assert.InRange(Score(smooth), 0.8, 1.25);
        Assert.True(Score(broken) > 3, $"{Score(broken)}");

        double Score(Picture dream) => SeamScore.Of(Store(photo), Store(dream), new HashSet<int>(), new HashSet<int> { 64 }, CancellationToken.None)!.Score;
    }

    // a dream is strong in few places: a field whose energy varies a thousandfold over the picture
    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.35, 1.06)]
    public void Seams_of_few_percent_are_told_from_chance(double seam, double expected)
    {
        const int side = 1024;
        var (photo, random) = (new Picture(side, side), new CounterRandom(3));
        var (rows, columns) = (new HashSet<int> { 200, 456, 712 }, new HashSet<int> { 136, 392, 648, 904 });
        var dream = photo.Clone();
        for (var index = 0; index < dream.Rgb.Length; index++)
        {
            var (y, x) = (index / side % side, index % side);
            var local = 0.01f * (float)Math.Exp(1.8 * Math.Sin(x / 150.0) * Math.Cos(y / 170.0));
            // of a border, both sides differ by a share of what is usual there
            var sign = (columns.Count(border => border <= x) + rows.Count(border => border <= y)) % 2 == 0 ? 1 : -1;
            dream.Rgb[index] = local * ((float)random.Normal() + sign * (float)seam / 2);
        }
        var found = SeamScore.Of(Store(photo), Store(dream), rows, columns, CancellationToken.None)!;
        Assert.InRange(found.Error, 0, 0.02);
        Assert.InRange(found.Score, expected - 2.5 * found.Error, expected + 2.5 * found.Error);
        if (seam > 0) Assert.True(found.Score - 1 > 2 * found.Error, $"{found}");
    }

    [Fact]
    public void A_tiled_dream_has_no_seams_and_its_report_says_so()
    {
        var photo = Photo(160, 192);
        var settings = Quick with { Octaves = 1, Steps = 3, Jitter = 0, Tile = 48, Objective = Objective.Layer("relu3_2") };
        var card = DreamReport.Of(Net, settings, settings.Run(Net, photo), photo);
        Assert.InRange(card.SeamError!.Value, 0.01, 0.1);
        Assert.InRange(card.SeamScore!.Value, 1 - 3 * card.SeamError.Value, 1 + 3 * card.SeamError.Value);
        Assert.Null(DreamReport.Of(Net, settings with { Tile = null }, (settings with { Tile = null }).Run(Net, photo), photo).SeamScore);
        // in memory and not, the numbers are the same
        using var streamed = StreamedPicture.Of(photo);
        var result = settings.Run(Net, streamed);
        using var picture = result.Picture;
        Assert.Equal(card, DreamReport.Of(Net, settings, result, streamed));
    }

    [Fact]
    public void A_dream_of_some_channels_is_about_them_and_another_network_sees_more_than_noise()
    {
        var photo = CardCheck.Sample().Resize(128, 128);
        var result = (Quick with { Steps = 8 }).Run(Net, photo);
        // the embedded network judges itself: what it sees in its own dream is no noise
        var card = DreamReport.Of(Net, Quick, result, photo, Net);
        Assert.True(card.Gain > 2, $"{card.Gain}");
        Assert.Equal(result.Gain, card.Gain!.Value);
        Assert.True(card.Specificity > 1.5, $"{card.Specificity}");
        Assert.True(card.Transfer!.Gain > card.Transfer.NoiseGain && card.Transfer.Z > 2, $"{card.Transfer}");
        Assert.True(card.Transfer.SameTop);
        Assert.InRange(card.Ssim!.Value, 0.01, 0.99);
        // of noise it sees no more than of noise
        var (noise, random) = (photo.Clone(), new CounterRandom(9));
        for (var index = 0; index < noise.Rgb.Length; index++) noise.Rgb[index] = Math.Clamp(noise.Rgb[index] + 0.1f * (float)random.Normal(), 0, 1);
        Assert.InRange(DreamReport.Of(Net, Quick, result with { Picture = noise }, photo, Net).Transfer!.Z, -4, 4);
    }

    [Fact]
    public void A_wanted_gain_is_reached_by_the_step_size()
    {
        var photo = CardCheck.Sample().Resize(120, 120);
        foreach (var wanted in new[] { 3.0, 8 })
        {
            var (settings, result) = new GainSearch(wanted).Run(Quick, Net, photo, dream => dream.Run(Net, photo));
            Assert.InRange(result.Gain / wanted, 1 / GainSearch.Tolerance, GainSearch.Tolerance);
            // what was found is a plain dream
            Assert.Equal(settings.Run(Net, photo).Picture.Rgb, result.Picture.Rgb);
        }
        Assert.Contains("must be more than 1", Assert.Throws<ReverieException>(() => new GainSearch(1)).Message, StringComparison.Ordinal);
    }

    private static ReportCard Compare(Picture before, Picture after) => PictureComparison.Compare(Store(before), Store(after), CancellationToken.None);

    private static MemoryPlanes Store(Picture picture) => new(picture.Rgb, picture.Height, picture.Width);

    private static Picture Photo(int height, int width) => new(height, width, Array.ConvertAll(HashPicture.Levels(height, width, 5), level => level / 255f));
}
