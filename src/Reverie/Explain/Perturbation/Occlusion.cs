using System.Text.Json.Serialization;

namespace Reverie.Explain;

/// <summary>Where the windows of occlusion lie.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WindowPlacement>))]
public enum WindowPlacement
{
    /// <summary>Symmetric about the middle: windows reach over both borders alike, and a mirrored picture has the mirrored map.</summary>
    Centred,
    /// <summary>From the first pixel on; only the last window reaches over the border, as in Captum.</summary>
    Clipped,
}

/// <summary>
/// Occlusion (Zeiler and Fergus 2013): a window is set to the baseline, everywhere in turn. The value of a pixel is the mean of f(x) - f(x occluded) over the windows that cover it.
/// </summary>
public sealed record Occlusion : AttributionMethod
{
    /// <inheritdoc/>
    public override string Id => "occlusion";

    /// <inheritdoc/>
    public override string Title => "Occlusion";

    /// <inheritdoc/>
    public override Baseline? Reference => Baseline;

    /// <summary>What stands in the window: the picture itself, blurred, by default. A patch of one colour is something to see where there was nothing, such as grey before a bright sky.</summary>
    public Baseline Baseline { get; init; } = Baseline.Blur();

    /// <summary>The side of the window, in pixels of the network's input.</summary>
    public int Window { get; init; } = 15;

    /// <summary>How far the window moves each time.</summary>
    public int Stride { get; init; } = 8;

    /// <summary>Where the windows lie.</summary>
    public WindowPlacement Placement { get; init; }

    /// <summary>For raw tensors: the window's size along each axis of one item, for each input. Null: squares over the last two axes, and all of the channels.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<IReadOnlyList<int>>? Windows { get; init; }

    /// <summary>For raw tensors: the steps along each axis of one item, for each input; 1 where null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<IReadOnlyList<int>>? Strides { get; init; }

    /// <inheritdoc/>
    protected internal override void Validate()
    {
        base.Validate();
        Check(Window >= 1, "the window must be at least one pixel wide");
        Check(Stride >= 1, "the stride must be at least one pixel");
        Check(Stride <= Window, $"a stride of {Stride} pixels leaves pixels between windows of {Window} that are never covered");
        Check((Windows ?? []).Concat(Strides ?? []).All(sizes => sizes.All(size => size >= 1)), "windows and strides must be at least 1 along every axis");
    }

    /// <inheritdoc/>
    protected internal override RawAttribution Compute(AttributionContext context)
    {
        var maps = context.Inputs.Select(input => new Signal(new double[context.Items * input.ItemLength], [context.Items, .. input.ItemShape])).ToList();
        var (done, asked) = (0, 0);
        for (var item = 0; item < context.Items; item++)
        {
            var single = context.Single(item);
            var whole = single.Subject.Scores(single.Inputs, single.Cancellation)[0];
            for (var input = 0; input < single.Inputs.Count; input++)
            {
                var boxes = Boxes(single, input);
                var total = done + boxes.Count * (context.Items - item);
                var scores = single.Subject.Scores(boxes.Count, single.Inputs, (index, into) => Write(single, input, boxes[index], into), RunCounter.For(context, Id, total, done), single.Cancellation);
                Average(boxes, scores, whole, single.Inputs[input].ItemShape, maps[input].Item(item));
                (done, asked) = (done + boxes.Count, item == 0 ? asked + boxes.Count : asked);
            }
        }
        return new() { Maps = maps, Steps = asked };
    }

    private List<Box> Boxes(AttributionContext context, int input)
    {
        var shape = context.Inputs[input].ItemShape;
        var (rows, columns) = context.ChannelsLast ? (0, 1) : (shape.Length - 2, shape.Length - 1);
        var sizes = Windows?[input] ?? [.. shape.Select((size, axis) => axis == rows || axis == columns ? Window : (int)size)];
        var steps = Strides?[input] ?? (Windows is null ? [.. shape.Select((size, axis) => axis == rows || axis == columns ? Stride : (int)size)] : [.. shape.Select(_ => 1)]);
        if (sizes.Count != shape.Length || steps.Count != shape.Length) throw new ReverieException($"a window of {sizes.Count} axes and a stride of {steps.Count} do not fit an input of {shape.Length} axes");
        List<Box> boxes = [new([], [])];
        for (var axis = 0; axis < shape.Length; axis++)
        {
            var ranges = Ranges((int)shape[axis], sizes[axis], steps[axis], Windows is null ? Placement : WindowPlacement.Clipped);
            boxes = [.. boxes.SelectMany(box => ranges.Select(range => new Box([.. box.From, range.From], [.. box.To, range.To])))];
        }
        return boxes;
    }

    private static List<(int From, int To)> Ranges(int length, int window, int step, WindowPlacement placement)
    {
        var count = length <= window ? 1 : (length - window + step - 1) / step + 1;
        // how far the windows reach over the borders, both together
        var over = (count - 1) * step + window - length;
        // a middle window that cannot lie in the middle of the pixels gives way to two
        if (placement == WindowPlacement.Centred && count % 2 == 1 && over % 2 != 0) (count, over) = (count + 1, over + step);
        return [.. Enumerable.Range(0, count).Select(index =>
        {
            // an odd excess cannot be halved: the halves of the picture round it towards the middle, where windows then overlap by a pixel more
            var start = placement == WindowPlacement.Clipped ? index * step : index * step - (2 * index < count - 1 ? over / 2 : over - over / 2);
            return (Math.Max(0, start), Math.Min(length, start + window));
        })];
    }

    private static void Write(AttributionContext context, int input, Box box, double[][] into)
    {
        for (var each = 0; each < into.Length; each++) context.Inputs[each].Item(0).CopyTo(into[each]);
        var baseline = context.Baseline[input].Values;
        var target = into[input];
        box.ForEachRun(context.Inputs[input].ItemShape, (start, length) => baseline.AsSpan(start, length).CopyTo(target.AsSpan(start)));
    }

    private static void Average(List<Box> boxes, double[] scores, double whole, long[] shape, Span<double> map)
    {
        var (sums, counts) = (new double[map.Length], new int[map.Length]);
        for (var index = 0; index < boxes.Count; index++)
        {
            var drop = whole - scores[index];
            boxes[index].ForEachRun(shape, (start, length) =>
            {
                for (var at = start; at < start + length; at++)
                {
                    sums[at] += drop;
                    counts[at]++;
                }
            });
        }
        for (var at = 0; at < map.Length; at++) map[at] = counts[at] == 0 ? 0 : sums[at] / counts[at];
    }

    /// <summary>A box of elements: from (inclusive) and to (exclusive) along each axis.</summary>
    private sealed record Box(int[] From, int[] To)
    {
        /// <summary>Calls back for each run of elements that lie side by side.</summary>
        public void ForEachRun(long[] shape, Action<int, int> run)
        {
            if (shape.Length == 0)
            {
                run(0, 1);
                return;
            }
            var index = (int[])From.Clone();
            var last = shape.Length - 1;
            while (true)
            {
                var start = 0;
                for (var axis = 0; axis <= last; axis++) start = start * (int)shape[axis] + index[axis];
                run(start, To[last] - From[last]);
                var carry = last - 1;
                while (carry >= 0 && ++index[carry] == To[carry]) index[carry] = From[carry--];
                if (carry < 0) return;
            }
        }
    }
}
