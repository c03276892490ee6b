using System.Text;
using System.Text.Json.Nodes;

namespace Reverie.Fuzz.Mutation;

/// <summary>Damages JSON by its structure: values of another kind or size, members gone, nested or renamed; sometimes its text.</summary>
internal static class JsonMutator
{
    public static string Mutate(string valid, Chance chance)
    {
        var root = JsonNode.Parse(valid)!;
        for (var count = 1 + chance.Below(3); count > 0; count--)
        {
            var places = new List<(JsonNode In, string? Name, int At)>();
            Collect(root, places);
            if (places.Count == 0) break;
            var (parent, name, at) = chance.Of(places);
            var old = name is null ? parent[at] : parent[name];
            if (chance.OneIn(5))
            {
                if (name is null) ((JsonArray)parent).RemoveAt(at);
                else ((JsonObject)parent).Remove(name);
                continue;
            }
            if (name is not null && chance.OneIn(8)) ((JsonObject)parent)[chance.Text() + "x"] = old?.DeepClone();
            else if (name is null) parent[at] = Other(old, chance);
            else parent[name] = Other(old, chance);
        }
        var text = root.ToJsonString();
        return chance.OneIn(5) ? Encoding.UTF8.GetString(chance.Damaged(Encoding.UTF8.GetBytes(text))) : text;
    }

    private static JsonNode? Other(JsonNode? old, Chance chance)
    {
        if (old is JsonValue value && value.TryGetValue<double>(out var number) && chance.OneIn(2))
            return chance.OneIn(2) ? JsonValue.Create(chance.Integer((long)number)) : JsonValue.Create(Math.Round(number * 3 + 0.25, 2));
        return chance.Below(9) switch
        {
            0 => null,
            1 => JsonValue.Create(chance.Text()),
            2 => JsonValue.Create(chance.Integer(1)),
            3 => JsonValue.Create(1e300),
            4 => JsonValue.Create(true),
            5 => new JsonArray(),
            6 => new JsonObject(),
            7 => Nested(chance.Below(200)),
            _ => old is null ? null : new JsonArray([.. Enumerable.Range(0, chance.Below(50)).Select(_ => old.DeepClone())]),
        };
    }

    private static JsonNode Nested(int depth)
    {
        JsonNode node = new JsonArray();
        for (; depth > 0; depth--) node = new JsonArray(node);
        return node;
    }

    private static void Collect(JsonNode? node, List<(JsonNode In, string? Name, int At)> places)
    {
        if (node is JsonObject members)
            foreach (var (name, value) in members)
            {
                places.Add((members, name, 0));
                Collect(value, places);
            }
        else if (node is JsonArray items)
            for (var at = 0; at < items.Count; at++)
            {
                places.Add((items, null, at));
                Collect(items[at], places);
            }
    }
}
