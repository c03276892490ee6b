using Reverie.Axioms;

namespace Reverie.Tests.Axioms;

/// <summary>The counterexamples T1 to T9, to 1e-6.</summary>
public sealed class TeachingFiguresTests
{
    [Fact]
    public void Every_number_computed_is_the_number_derived()
    {
        var figures = TeachingFigures.All();
        Assert.Equal(["T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9"], figures.Select(figure => figure.Id));
        foreach (var figure in figures)
            foreach (var row in figure.Rows)
                for (var index = 0; index < row.Values.Count; index++)
                    Assert.True(Math.Abs(row.Values[index] - row.Derived[index]) < 1e-6, $"{figure.Id} {row.Method} {row.Of}: {row.Values[index]} instead of {row.Derived[index]}");
        // the figures' derived numbers are the published ones, not whatever was computed
        Assert.Equal([2.0, -1.0], Row(figures, "T2", "DeepLIFT Rescale", "G"));
        Assert.Equal([25.0 / 11, -2.0 / 3], Row(figures, "T2", "LRP gamma 1/4", "G"));
        Assert.Equal(-1.9 / 11, Row(figures, "T3", "Integrated gradients", "x2 = 1.9")[1], 1e-9);
        Assert.Equal([-0.5, 0.5], Row(figures, "T9", "DeepLIFT", ""));
    }

    [Fact]
    public void Figures_are_drawn_at_one_width()
    {
        foreach (var figure in TeachingFigures.All())
        {
            var picture = FigurePicture.Draw(figure);
            Assert.Equal(960, picture.Width);
            // something is on it: red bars, and ink
            Assert.Contains(picture.Plane(1).ToArray(), value => value < 0.4f);
        }
    }

    private static IReadOnlyList<double> Row(IReadOnlyList<TeachingFigure> figures, string id, string method, string of) =>
        figures.First(figure => figure.Id == id).Rows.First(row => row.Method == method && row.Of == of).Derived;
}
