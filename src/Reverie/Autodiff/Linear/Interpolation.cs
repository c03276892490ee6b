using Reverie.Autodiff.Rules;
using Reverie.Onnx;

namespace Reverie.Autodiff.Linear;

/// <summary>How Resize interpolates along one axis, by the operator's definition: where each output lies among the inputs, and which inputs it mixes by which weights.</summary>
internal static class Interpolation
{
    /// <summary>The modes of coordinates that are handled here.</summary>
    public static bool Knows(string coordinates) => coordinates is "half_pixel" or "pytorch_half_pixel" or "asymmetric" or "align_corners";

    /// <summary>The position among the inputs of each output.</summary>
    /// <param name="node">The Resize.</param>
    /// <param name="i">Indices of outputs, as numbers of the graph's type.</param>
    /// <param name="from">How many inputs.</param>
    /// <param name="to">How many outputs.</param>
    /// <param name="scale">Outputs per input.</param>
    public static Value Coordinate(Node node, Value i, Value from, Value to, Value scale) =>
        Coordinates(node) switch
        {
            "half_pixel" => (i + 0.5) / scale - 0.5,
            "pytorch_half_pixel" => (to > 1).Choose((i + 0.5) / scale - 0.5, i * 0),
            "asymmetric" => i / scale,
            "align_corners" => (to > 1).Choose(i * (from - 1) / AtLeastOne(to - 1), i * 0),
            var mode => throw new ReverieException($"{node.Describe()}: the coordinate mode '{mode}' is not supported"),
        };

    /// <summary>The other way round: where among the outputs a position among the inputs lies.</summary>
    public static Value Position(Node node, Value x, Value from, Value to, Value scale) =>
        Coordinates(node) switch
        {
            "asymmetric" => x * scale,
            "align_corners" => x * (to - 1) / AtLeastOne(from - 1),
            _ => (x + 0.5) * scale - 0.5,
        };

    /// <summary>How far from an output's position the inputs lie that it mixes, at most.</summary>
    public static int Radius(Node node) => node.String("mode", "nearest") == "cubic" ? 2 : 1;

    /// <summary>The inputs that outputs at positions <paramref name="x"/> mix, and their weights (null for 1). Places may lie outside and are to be clamped.</summary>
    public static IEnumerable<(Value Place, Value? Weight)> Taps(Node node, Value x)
    {
        switch (node.String("mode", "nearest"))
        {
            case "nearest":
                yield return (node.String("nearest_mode", "round_prefer_floor") switch
                {
                    "round_prefer_floor" => (x - 0.5).Apply("Ceil"),
                    "round_prefer_ceil" => (x + 0.5).Apply("Floor"),
                    "floor" => x.Apply("Floor"),
                    _ => x.Apply("Ceil"),
                }, null);
                break;
            case "linear":
                var low = x.Apply("Floor");
                yield return (low, 1 - (x - low));
                yield return (low + 1, x - low);
                break;
            default:
                // Keys 1981, with the coefficient a of the node
                var a = ActivationRules.Exact(node.Float("cubic_coeff_a", -0.75f));
                var first = x.Apply("Floor");
                var t = x - first;
                yield return (first - 1, Outer(t + 1, a));
                yield return (first, Inner(t, a));
                yield return (first + 1, Inner(1 - t, a));
                yield return (first + 2, Outer(2 - t, a));
                break;
        }
    }

    /// <summary>Positions held between 0 and <paramref name="last"/>.</summary>
    public static Value Clamped(Value place, Value last) => place.Emitter.Op("Min", place.Emitter.Op("Max", place, place.Emitter.Scalar(0)), last);

    /// <summary>0, 1, 2, ... as numbers of the graph's type.</summary>
    public static Value Count(Emitter e, Value end) => e.Op("Range", e.Int(0), end, e.Int(1)).Cast(ElementType.Float);

    private static string Coordinates(Node node) => node.String("coordinate_transformation_mode", "half_pixel");

    private static Value AtLeastOne(Value value) => value.Emitter.Op("Max", value, value.Emitter.Scalar(1));

    private static Value Inner(Value d, double a) => ((a + 2) * d - (a + 3)) * d * d + 1;

    private static Value Outer(Value d, double a) => ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
}
