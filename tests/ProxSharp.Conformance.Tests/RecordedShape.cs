using System.Text.Json;
using System.Text.Json.Nodes;

namespace ProxSharp.Conformance.Tests;

/// <summary>What real answers of one endpoint looked like: members, types, which of them are always there.</summary>
internal sealed class RecordedShape
{
    private readonly JsonObject _json;

    private RecordedShape(string name, JsonObject json) => (Name, _json) = (name, json);

    public string Name { get; }

    public string Path => _json["path"]!.GetValue<string>();

    public bool IsRead => _json["method"]!.GetValue<string>() == "GET";

    public bool WasAnswered => _json["shape"] is JsonObject && _json["status"]?.GetValue<int>() == 200;

    /// <summary>The parameters of the first successful call.</summary>
    public IEnumerable<KeyValuePair<string, string>> Parameters =>
        _json["calls"]!.AsArray().First(static call => call!["status"]!.GetValue<int>() == 200)!["params"] is JsonObject members
            ? members.Select(static member => KeyValuePair.Create(member.Key, member.Value!.ToString()))
            : [];

    public static IEnumerable<string> Names() =>
        Directory.EnumerateFiles(System.IO.Path.Combine(AppContext.BaseDirectory, "Recordings", "pve", "shapes"), "*.json").Select(static file => System.IO.Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal);

    public static RecordedShape Load(string name) =>
        new(name, JsonNode.Parse(File.ReadAllBytes(System.IO.Path.Combine(AppContext.BaseDirectory, "Recordings", "pve", "shapes", name + ".json")))!.AsObject());

    /// <summary>Where an answer differs from what was seen.</summary>
    public IReadOnlyList<string> Differences(JsonNode? data)
    {
        List<string> differences = [];
        Compare("data", _json["shape"]!.AsObject(), data, differences);
        return differences;
    }

    private static void Compare(string path, JsonObject shape, JsonNode? live, List<string> differences)
    {
        string[] types = [.. shape["types"]!.AsArray().Select(static type => type!.GetValue<string>())];
        if (!types.Any(type => Fits(type, live)))
        {
            differences.Add($"{path}: {string.Join('/', types)} recorded, live {Short(live)}");
            return;
        }

        if (live is JsonArray items && shape["items"] is JsonObject item)
        {
            foreach (JsonNode? entry in items)
            {
                Compare(path + "[]", item, entry, differences);
            }
        }
        else if (live is JsonObject members && shape["members"] is JsonObject known && known.Count > 0)
        {
            CompareMembers(path, known, members, differences);
        }
    }

    private static void CompareMembers(string path, JsonObject known, JsonObject live, List<string> differences)
    {
        foreach ((string name, JsonNode? member) in known)
        {
            if (live.TryGetPropertyValue(name, out JsonNode? value))
            {
                Compare($"{path}.{name}", member!.AsObject(), value, differences);
            }
            else if (member!["optional"]?.GetValue<bool>() == false)
            {
                differences.Add($"{path}.{name}: missing");
            }
        }

        differences.AddRange(live.Where(member => !known.ContainsKey(member.Key)).Select(member => $"{path}.{member.Key}: never recorded, live {Short(member.Value)}"));
    }

    private static string Short(JsonNode? node) => node?.ToJsonString() is { } text ? text.Length > 80 ? text[..80] + "..." : text : "null";

    private static bool Fits(string type, JsonNode? live) => (type, live?.GetValueKind() ?? JsonValueKind.Null) switch
    {
        ("null", JsonValueKind.Null) => true,
        ("int" or "number" or "bool01" or "float", JsonValueKind.Number) => true,
        ("string" or "numeric-string", JsonValueKind.String) => true,
        ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
        ("array", JsonValueKind.Array) => true,
        ("object", JsonValueKind.Object) => true,
        _ => false,
    };
}
