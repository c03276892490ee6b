using Reverie.Models;
using Reverie.Style;

namespace Reverie.Tests.Style;

/// <summary>The ledger: complete, and of no influence on the picture.</summary>
public class LedgerTests
{
    private static readonly StyleInputs Inputs = new() { Content = StyleTransferTests.Picture(48, 64, 1), Styles = [StyleTransferTests.Picture(56, 40, 2)] };

    // In a published form there is nothing but the terms, so what they gained is what the objective fell by.
    [Theory]
    [InlineData(StyleForm.Spst, StyleInit.Content)]
    [InlineData(StyleForm.NeuralStyle, StyleInit.Grey)]
    [InlineData(StyleForm.Reverie, StyleInit.Content)]
    public void Gains_of_all_layers_and_pixels_add_up_to_what_the_objective_fell_by(StyleForm form, StyleInit init)
    {
        var settings = new StyleTransfer { Form = form, Init = init, Scales = [new(48, 12), new(64, 16)], StyleLayers = [new("relu1_1"), new("relu3_1", 2)], Tolerance = 0 };
        var ledger = new StyleLedger { Fall = 0.05 };
        var result = settings.Run(Network.Embedded, Inputs, ledger: ledger);
        var fell = result.Scales.Sum(scale => scale.Values[0] - scale.Values.Min());
        var parts = ledger.Parts;
        Assert.Equal(["style relu1_1", "style relu3_1"], parts.Select(part => part.Name).Take(2));
        Assert.All(parts, part => Assert.Equal(48 * 64, part.Map.Length));
        // Reverie's own form also has a small penalty of what lies beyond black and white
        Assert.Equal(fell, parts.Sum(part => part.Gain), fell * (form == StyleForm.Reverie ? 0.02 : 1e-3));
        Assert.Equal(fell, parts.Sum(part => part.Map.Sum(value => (double)value)), fell * 0.1);
        Assert.All(parts, part => Assert.Equal(part.Gain, part.Map.Sum(value => (double)value) + part.Missed, fell * 1e-9));
        Assert.Equal(settings.Run(Network.Embedded, Inputs).Picture.Rgb, result.Picture.Rgb);
    }

    [Fact]
    public void Layers_without_weight_have_nothing()
    {
        var ledger = new StyleLedger();
        new StyleTransfer { Form = StyleForm.Lg, Scales = [new(64, 4)], ContentWeight = 0 }.Run(Network.Embedded, Inputs, ledger: ledger);
        Assert.All(ledger.Parts.Where(part => part.Name.StartsWith("content", StringComparison.Ordinal)), part => Assert.All(part.Map, value => Assert.Equal(0, value)));
        Assert.Contains(ledger.Parts, part => part.Gain > 0);
    }
}
