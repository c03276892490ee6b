namespace Reverie.Style;

/// <summary>The sizes of a run and the evaluations at each.</summary>
internal static class StylePlan
{
    /// <summary>Evaluations of a published form at its one size.</summary>
    public const int PublishedEvaluations = 300;

    /// <summary>Evaluations of Reverie's own form at the last size.</summary>
    public const int LastEvaluations = 60;

    /// <summary>The smallest size painted at before the last.</summary>
    public const int FirstSide = 128;

    // evaluations at half the size are a quarter of the work, so there may be more of them
    private const double Growth = 1.6, Step = 2, MostEvaluations = 250;

    /// <summary>The sizes from the smallest to the last: those of the settings, or worked out for a picture of that size.</summary>
    public static IReadOnlyList<StyleScale> Resolve(StyleTransfer settings, int height, int width)
    {
        if (settings.Scales is { } given) return given;
        var last = settings.Size ?? Math.Max(height, width);
        if (settings.Form != StyleForm.Reverie) return [new(last, settings.Evaluations ?? PublishedEvaluations)];
        var scales = new List<StyleScale>();
        double side = last, evaluations = settings.Evaluations ?? LastEvaluations;
        var most = Math.Max(MostEvaluations, evaluations);
        scales.Add(new(last, (int)evaluations));
        // the shorter side counts: a strip that is 40 pixels high shows no objects
        while (side / Step >= FirstSide && side / Step * Math.Min(height, width) / Math.Max(height, width) >= FirstSide / 2.0)
        {
            side /= Step;
            evaluations = Math.Min(evaluations * Growth, most);
            scales.Insert(0, new((int)Math.Round(side), (int)Math.Round(evaluations)));
        }
        return scales;
    }
}
