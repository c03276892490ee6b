using System.Reflection;
using System.Text.Json.Serialization;
using Reverie.Explain;

namespace Reverie.Tests.Explain;

/// <summary>What holds for every method of attribution alike.</summary>
public sealed class AttributionMethodTests(SmallSubject shared) : IClassFixture<SmallSubject>
{
    public static TheoryData<string> Ids => [.. AttributionMethods.All.Select(method => method.Id)];

    [Fact]
    public void Every_method_can_be_written_and_is_listed()
    {
        var written = typeof(AttributionMethod).GetCustomAttributes<JsonDerivedTypeAttribute>().ToDictionary(each => (string)each.TypeDiscriminator!, each => each.DerivedType);
        Assert.Equal(written.Keys.Order(), AttributionMethods.All.Select(method => method.Id).Distinct().Order());
        Assert.All(AttributionMethods.All, method => Assert.Equal(written[method.Id], method.GetType()));
        Assert.Equal(typeof(AttributionMethod).Assembly.GetTypes().Count(type => type.IsSubclassOf(typeof(AttributionMethod)) && !type.IsAbstract), written.Count);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Settings_survive_a_round_trip(string id)
    {
        var method = AttributionMethods.Find(id);
        var json = AttributionJson.ToJson(method);
        Assert.Equal(id, json.GetProperty("method").GetString());
        Assert.Equal(json.ToString(), AttributionJson.ToJson(AttributionJson.FromJson(json)).ToString());
        Assert.Throws<ReverieException>(() => (method with { Version = 2 }).Run(TestPhoto.Network, TestPhoto.Small));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Runs_with_one_seed_are_the_same_to_the_bit(string id)
    {
        var method = Quick.Of(id);
        var subject = shared.Subject;
        var (first, second) = (method.Run(subject), method.Run(subject));
        Assert.Equal([1, first.Map.Shape[1], subject.Seen.Height, subject.Seen.Width], first.Map.Shape);
        Assert.Equal(first.Map.Values, second.Map.Values);
        Assert.Contains(first.Map.Values, value => value != 0);
        Assert.DoesNotContain(first.Map.Values, value => !double.IsFinite(value));
    }

    // a batch mixes nothing: neither normalisations of a method nor its random numbers
    [Theory]
    [MemberData(nameof(Ids))]
    public void A_batch_gives_what_its_items_give_alone(string id)
    {
        var method = Quick.Of(id);
        using var subject = SmallCnn.Plain();
        var context = new AttributionContext { Subject = subject, Inputs = [SmallCnn.Picture(1, items: 3)], Baselines = [[SmallCnn.Picture(5, items: 3)]] };
        var together = method.Attribute(context).Maps[0];
        for (var item = 0; item < 3; item++)
        {
            var alone = method.Attribute(context.Single(item)).Maps[0];
            Assert.Equal(together.ItemLength, alone.ItemLength);
            var scale = alone.Values.Max(Math.Abs);
            for (var place = 0; place < alone.Values.Length; place++) Assert.Equal(alone.Values[place], together.Item(item)[place], 1e-5 * Math.Max(scale, 1e-3));
        }
    }
}
