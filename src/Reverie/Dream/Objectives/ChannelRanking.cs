using Reverie.Imaging;
using Reverie.Models;
using Reverie.Runtime;

namespace Reverie.Dream.Objectives;

/// <summary>Which channels of a layer to take, by how strongly a picture excites them.</summary>
public enum ChannelKind
{
    /// <summary>Those that fire most.</summary>
    Strong,

    /// <summary>Those in the middle of the ranking.</summary>
    Average,

    /// <summary>Those that fire least, but do.</summary>
    Weak,
}

/// <summary>A channel and how strongly a picture excites it.</summary>
/// <param name="Channel">The channel, from 0.</param>
/// <param name="Score">Its mean activation on the picture; in a region: by how much the activation there exceeds that, in standard deviations.</param>
public readonly record struct RankedChannel(int Channel, double Score);

/// <summary>The channels of a layer ranked by a picture, or by a region of it: what is already there that a dream could enlarge.</summary>
public static class ChannelRanking
{
    /// <summary>How far around a point its region reaches, as a fraction of the picture's longer side.</summary>
    public const double Reach = 0.06;

    /// <summary>Ranks all channels, the strongest first.</summary>
    /// <param name="network">The network.</param>
    /// <param name="layer">The layer, of shape [N,C,H,W].</param>
    /// <param name="picture">The picture.</param>
    /// <param name="at">A point: channels are ranked by how far their mean within <see cref="Reach"/> of it exceeds their mean everywhere. Null for the whole picture.</param>
    /// <param name="options">Where and how to run; the defaults where null.</param>
    /// <param name="cancellation">Ends the run in flight.</param>
    /// <exception cref="ReverieException">There is no such layer, or it has no places.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static IReadOnlyList<RankedChannel> Rank(Network network, string layer, Picture picture, Place? at = null, RuntimeOptions? options = null, CancellationToken cancellation = default)
    {
        var opaque = picture.Alpha is null ? picture : picture.Flatten();
        using var results = network.CompiledTo(layer, options).Run(new Dictionary<string, RuntimeTensor> { [network.Input] = network.ToInput(opaque) }, cancellation: cancellation);
        var tensor = results[network.Graph.Resolve(layer)];
        if (tensor.Shape is not [1, var channels, var height, var width] || height * width == 0)
            throw new ReverieException($"{layer} is {tensor}; only channels of layers of shape [N,C,H,W] can be ranked, on pictures that are not too small for them");
        var (grid, values) = (new Grid((int)height, (int)width, picture, at), tensor.ToArray<float>());
        return [.. Enumerable.Range(0, (int)channels)
            .Select(channel => new RankedChannel(channel, grid.Score(values.AsSpan(channel * grid.Places, grid.Places))))
            .OrderByDescending(ranked => ranked.Score).ThenBy(ranked => ranked.Channel)];
    }

    /// <summary>Takes some channels of a ranking; channels that do not fire at all come last.</summary>
    public static IReadOnlyList<int> Choose(IReadOnlyList<RankedChannel> ranking, ChannelKind kind, int count)
    {
        var awake = ranking.Where(ranked => ranked.Score > 0).ToList();
        if (awake.Count < count) awake = [.. ranking];
        count = Math.Min(count, awake.Count);
        var first = kind switch { ChannelKind.Strong => 0, ChannelKind.Average => (awake.Count - count) / 2, _ => awake.Count - count };
        return [.. awake.Skip(first).Take(count).Select(ranked => ranked.Channel)];
    }

    private sealed class Grid
    {
        private readonly bool[]? _region;

        public Grid(int height, int width, Picture picture, Place? at)
        {
            Places = height * width;
            if (at is not { } point) return;
            _region = new bool[Places];
            var reach = Reach * Math.Max(picture.Height, picture.Width);
            for (var place = 0; place < Places; place++)
            {
                var (down, across) = ((place / width + 0.5) / height - point.Y, (place % width + 0.5) / width - point.X);
                _region[place] = Math.Pow(down * picture.Height, 2) + Math.Pow(across * picture.Width, 2) <= reach * reach;
            }
            var (row, column) = point.In(height, width);
            _region[row * width + column] = true;
        }

        public int Places { get; }

        public double Score(ReadOnlySpan<float> plane)
        {
            var (sum, squares, inside, count) = (0.0, 0.0, 0.0, 0);
            for (var place = 0; place < plane.Length; place++)
            {
                sum += plane[place];
                squares += (double)plane[place] * plane[place];
                if (_region?[place] != true) continue;
                inside += plane[place];
                count++;
            }
            var mean = sum / plane.Length;
            if (_region is null) return mean;
            var deviation = Math.Sqrt(Math.Max(0, squares / plane.Length - mean * mean));
            return deviation > 0 ? (inside / count - mean) / deviation : 0;
        }
    }
}
