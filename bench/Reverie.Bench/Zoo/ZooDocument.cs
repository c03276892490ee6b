using System.Globalization;
using System.Text;

namespace Reverie.Bench.Zoo;

/// <summary>Writes docs/zoo.md from the rows that were measured.</summary>
internal static class ZooDocument
{
    private const double SlowerThan = 1.1;
    private const double WithinTimes = 3;

    public static string Of(IReadOnlyList<ZooRow> rows)
    {
        var text = new StringBuilder("""
            # The zoo

            Every architecture of torchvision's classifiers as PyTorch's own exporter writes it, with seeded random weights and BatchNorm statistics, compared with PyTorch's autograd.
            Written by `dotnet run -c Release --project bench/Reverie.Bench -- zoo` (bench/README.md); small networks of every family, in opsets 9 to 16, are compared in the tests.

            - *nodes*: operators of the network as read; of the graph that computes the logits and the gradient of one of them.
            - *float64*: the largest relative L2 distance of our float64 gradient of the plain export from PyTorch's float64 gradient, for a logit and for half the squared norm of a middle layer.
            - *float32*: the median distance of our float32 gradients from PyTorch's float64 gradients over *n* pictures / the median of PyTorch's own float32 gradients, for the plain export,
              and with BatchNorm folded in float32: the exporter's default, and on PyTorch's side its own folding. Where a ReLU mask flips by rounding, an error jumps from 1e-7 to 1e-4 or more,
              on either side: such medians tell whether more than half of the pictures flip, and are a lottery between 1e-6 and 1e-3.
            - *flips*: on how many of the 2 *n* gradients of a logit, plain and folded, a mask flipped: ours / PyTorch's.
            - *time*: forward and backward pass of one logit at batch 1, the default export, medians in milliseconds, against torchvision's module in eager mode; *memory*: the most that the process had
              resident, in 10^6 bytes.

            | architecture | input | parameters | nodes | float64 | n | float32, logit | float32, layer | folded, logit | flips | time ours / PyTorch | ratio | memory ours / PyTorch | ratio |
            |---|---|---|---|---|---|---|---|---|---|---|---|---|---|

            """);
        foreach (var row in rows)
            text.Append(CultureInfo.InvariantCulture,
                $"| {row.Name} | {row.Size} | {row.Parameters / 1e6:F1} M | {row.Nodes}, {row.GradientNodes} | {row.Float64Error:E1} | {row.Inputs} | {Pair(row, "plain", "logits")} | {Pair(row, "plain", "features")} | {Pair(row, "folded", "logits", ZooNetwork.FoldedLogits)} | {row.Flips.Ours} / {row.Flips.PyTorch} | {Times(row)} | {Ratio(row.TimeRatio)} | {Memory(row)} | {Ratio(row.MemoryRatio)} |\n");
        text.Append(CultureInfo.InvariantCulture, $"\nFlips in all: {rows.Sum(row => row.Flips.Ours)} of {2 * rows.Sum(row => row.Inputs)}, PyTorch {rows.Sum(row => row.Flips.PyTorch)}.\n");
        text.Append(CultureInfo.InvariantCulture, $"Medians above {WithinTimes} x PyTorch's, of {3 * rows.Count}: {Listed(rows.SelectMany(OursAgainstTheirs))}.\n");
        text.Append(CultureInfo.InvariantCulture, $"PyTorch's own folded networks above {WithinTimes} x its plain ones, of {rows.Count}: {Listed(rows.Select(TheirsAgainstThemselves))}. No two implementations keep such a bound where about half of the pictures flip, not even PyTorch against itself; ")
            .Append("flips in all, and the errors of pictures without one, can be compared.\n");
        var timed = rows.Where(row => row.TimeRatio is not null).ToList();
        if (timed.Count > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"\nGeometric means of {timed.Count} architectures: time {Mean(timed.Select(row => row.TimeRatio!.Value)):F2}, memory {Mean(timed.Select(row => row.MemoryRatio!.Value)):F2}.\n");
            var (ours, theirs) = (timed[0].Ours!, timed[0].PyTorch!);
            text.Append(CultureInfo.InvariantCulture, $"ONNX Runtime {ours.Onnxruntime}, PyTorch {theirs.Torch} with {theirs.Blas}, {ours.Threads} threads.\n");
        }
        foreach (var row in rows.Where(row => row.TimeRatio > SlowerThan && row.Profile is not null))
            text.Append(CultureInfo.InvariantCulture, $"\n**{row.Name}** is slower than PyTorch. Where our time goes: {row.Profile}.\n");
        return text.ToString().ReplaceLineEndings("\n");
    }

    private static IEnumerable<(string Name, double Times)> OursAgainstTheirs(ZooRow row) =>
    [
        ($"{row.Name}, logit", row.Median("plain", "logits") / row.PyTorchMedian("logits")),
        ($"{row.Name}, layer", row.Median("plain", "features") / row.PyTorchMedian("features")),
        ($"{row.Name}, folded logit", row.Median("folded", "logits") / row.PyTorchMedian(ZooNetwork.FoldedLogits)),
    ];

    private static (string Name, double Times) TheirsAgainstThemselves(ZooRow row) => (row.Name, row.PyTorchMedian(ZooNetwork.FoldedLogits) / row.PyTorchMedian("logits"));

    private static string Listed(IEnumerable<(string Name, double Times)> all)
    {
        var above = all.Where(each => each.Times > WithinTimes).Select(each => string.Create(CultureInfo.InvariantCulture, $"{each.Name} ({each.Times:F1})")).ToList();
        return above.Count == 0 ? "none" : string.Join("; ", above);
    }

    private static string Pair(ZooRow row, string form, string tensor, string? theirs = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{row.Median(form, tensor):E1} / {row.PyTorchMedian(theirs ?? tensor):E1}");

    private static string Times(ZooRow row) => row.TimeRatio is null ? "not measured" : string.Create(CultureInfo.InvariantCulture, $"{row.Ours!.Median * 1e3:F1} / {row.PyTorch!.Median * 1e3:F1}");

    private static string Memory(ZooRow row) => row.TimeRatio is null ? "not measured" : string.Create(CultureInfo.InvariantCulture, $"{row.Ours!.PeakRssBytes / 1e6:F0} / {row.PyTorch!.PeakRssBytes / 1e6:F0}");

    private static string Ratio(double? ratio) => ratio?.ToString("F2", CultureInfo.InvariantCulture) ?? "";

    private static double Mean(IEnumerable<double> ratios) => Math.Exp(ratios.Average(Math.Log));
}
