using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.Json;
using ProxSharp.PropertyStrings;

namespace ProxSharp.Api.Tests;

/// <summary>Results that real servers sent are read without loss: every member that was seen has a typed property.</summary>
public sealed class RecordedShapeTests
{
    private static readonly string s_folder = Path.Combine(AppContext.BaseDirectory, "Recordings");

    /// <summary>Members that stay in Extra, with the reason.</summary>
    private static readonly Dictionary<string, string> s_accepted = new(StringComparer.Ordinal);

    public static TheoryData<string> Files()
    {
        IEnumerable<string> files = new[] { "pve/shapes", "pbs/shapes" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(s_folder, folder), "*.json").Select(file => $"{folder}/{Path.GetFileName(file)}"))
            .Order(StringComparer.Ordinal);
        return [.. files.Where(static file => Load(file).Status == 200)];
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task RecordedResult_Read_LosesNothing(string file)
    {
        Shape shape = Load(file);
        (_, GeneratedMethod method) = GeneratedApi.Find(shape.Product, shape.Endpoint);
        if (method.Data is null)
        {
            return; // A void call; some leak a value that means nothing.
        }

        List<string> lost = [];
        foreach (JsonNode? reply in new[] { shape.Example, shape.Synthesize() })
        {
            RecordingConnection connection = new(reply?.ToJsonString() ?? "null");
            (object? sync, object? async) = await method.CallAsync(connection, method.Request is { } request ? Samples.Request(request, onlyRequired: true) : null);
            Collect(reply, Data(sync), "data", lost);
            Collect(reply, Data(async), "data", lost);
        }

        string[] unexplained = [.. lost.Distinct().Where(member => !s_accepted.ContainsKey($"{shape.Endpoint} {member}"))];
        Assert.Empty(unexplained);
    }

    [Fact]
    public void Recordings_CoverBothProducts()
    {
        Assert.True(Files().Count > 550, "The recorded shapes are not where the test looks for them.");
    }

    private static object? Data(object? response) => response!.GetType().GetProperty("Data")!.GetValue(response);

    /// <summary>Walks reply and result side by side and collects what the result does not hold.</summary>
    private static void Collect(JsonNode? reply, object? value, string where, List<string> lost)
    {
        switch (reply, value)
        {
            case (null, _) or (_, JsonElement or PropertyString):
                break;
            case (JsonValue, null):
                // An empty text and N/A stand for a number that is not there.
                if (reply.ToJsonString() is not ("\"\"" or "\"N/A\""))
                {
                    lost.Add(where);
                }

                break;
            case (JsonValue scalar, not IEnumerable or string):
                if (!IsSame(scalar, value!))
                {
                    lost.Add($"{where} = {scalar.ToJsonString()} (read as {value})");
                }

                break;
            case (JsonObject or JsonArray, null):
                lost.Add(where);
                break;
            case (JsonObject map, IDictionary typed):
                foreach ((string key, JsonNode? item) in map)
                {
                    Collect(item, typed.Contains(key) ? typed[key] : null, $"{where}.*", lost);
                }

                break;
            case (JsonObject members, not (string or ValueType)):
                CollectMembers(members, value!, where, lost);
                break;
            case (JsonArray items, IEnumerable list and not string):
                List<object?> typedItems = [.. list.Cast<object?>()];
                List<JsonNode?> present = [.. items.Where(static item => item is not null)];
                if (typedItems.Count < present.Count)
                {
                    lost.Add($"{where}[]");
                    break;
                }

                for (int i = 0; i < items.Count && typedItems.Count == items.Count; i++)
                {
                    Collect(items[i], typedItems[i], $"{where}[]", lost);
                    if (items[i] is null && typedItems[i] is long or double and not double.NaN)
                    {
                        lost.Add($"{where}[] = null (read as {typedItems[i]})");
                    }
                }

                break;
            case (JsonArray, string text):
                if (text.Length == 0)
                {
                    lost.Add(where);
                }

                break;
        }
    }

    private static bool IsSame(JsonValue reply, object value)
    {
        string text = reply.GetValueKind() == JsonValueKind.String ? reply.GetValue<string>() : reply.ToJsonString();
        return value switch
        {
            bool flag => WireBoolean.Parse(text) == flag || (double.TryParse(text, CultureInfo.InvariantCulture, out double number) && number != 0 == flag),
            long or double => double.Parse(text is "true" ? "1" : text is "false" ? "0" : text, CultureInfo.InvariantCulture).Equals(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
            _ => value.ToString() == text,
        };
    }

    private static void CollectMembers(JsonObject members, object value, string where, List<string> lost)
    {
        IReadOnlyDictionary<string, JsonElement> extra = (IReadOnlyDictionary<string, JsonElement>)value.GetType().GetProperty("Extra")!.GetValue(value)!;
        lost.AddRange(extra.Keys.Select(key => $"{where}.{key} (Extra)"));
        List<string> names = [.. members.Select(static member => member.Key)];
        foreach (PropertyInfo property in Samples.Members(value.GetType()).Where(static property => property.Name != "Extra"))
        {
            if (Match(property, names) is { } name)
            {
                Collect(members[name], property.GetValue(value), $"{where}.{name}", lost);
            }
        }
    }

    private static string? Match(PropertyInfo property, List<string> names) =>
        names.Where(name => WireNames.Plain(name) == WireNames.Plain(property.Name)).ToList() is [var only] ? only : null;

    private static Shape Load(string file)
    {
        JsonObject json = JsonNode.Parse(File.ReadAllBytes(Path.Combine(s_folder, file)))!.AsObject();
        string verb = json["method"]?.GetValue<string>() ?? "GET";
        return new Shape(file[..3], $"{verb} {json["path"]!.GetValue<string>()}", json["status"]?.GetValue<int>() ?? 0, json["example"], json["shape"]?.AsObject());
    }

    private sealed record Shape(string Product, string Endpoint, int Status, JsonNode? Example, JsonObject? Tree)
    {
        /// <summary>Makes a result that holds every member that was seen anywhere.</summary>
        public JsonNode? Synthesize() => Tree is null ? null : Make(Tree);

        private static JsonNode? Make(JsonObject node)
        {
            string[] types = [.. node["types"]?.AsArray().Select(static type => type!.GetValue<string>()) ?? []];
            if (types.Contains("object"))
            {
                JsonObject made = [];
                foreach ((string name, JsonNode? member) in node["members"]?.AsObject() ?? [])
                {
                    made[name] = Make(member!.AsObject());
                }

                return made;
            }

            if (types.Contains("array"))
            {
                return node["items"] is JsonObject item ? new JsonArray(Make(item)) : new JsonArray();
            }

            return node["examples"]?.AsArray().FirstOrDefault(static example => example is not null)?.DeepClone();
        }
    }
}
