using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.PropertyStrings;
using ProxSharp.Schema;

namespace ProxSharp.Api.Tests;

/// <summary>Compares a result with the reply it was read from, member by member.</summary>
internal static class ResultAssert
{
    public static void Matches(ApiNode node, JsonNode? reply, object? value, string where)
    {
        Assert.True(value is not null, $"{where} is null.");
        switch (value)
        {
            case JsonElement element:
                Assert.True(JsonNode.DeepEquals(reply, JsonNode.Parse(element.GetRawText())), where);
                break;
            case string text:
                Assert.Equal(reply!.GetValueKind() == JsonValueKind.String ? reply.GetValue<string>() : reply.ToJsonString(), text);
                break;
            case bool or long or double:
                Assert.Equal(Number(value), Number(reply!));
                break;
            case PropertyString text:
                Assert.Equal(reply!.GetValue<string>(), text.ToString());
                break;
            case IDictionary map:
                MatchesMap(node, reply!.AsObject(), map, where);
                break;
            case IEnumerable list:
                MatchesList(node, reply!.AsArray(), [.. list.Cast<object>()], where);
                break;
            case ValueType word:
                Assert.Equal(reply!.GetValue<string>(), word.ToString());
                break;
            default:
                MatchesObject(node, reply!.AsObject(), value, where);
                break;
        }
    }

    /// <summary>Checks that lists and maps are there although the server sent nothing.</summary>
    public static void HasNoNullCollections(object result)
    {
        foreach (PropertyInfo property in Samples.Members(result.GetType()).Where(static property => property.PropertyType is { IsGenericType: true } type && Nullable.GetUnderlyingType(type) is null))
        {
            Assert.True(property.GetValue(result) is not null, $"{result.GetType().Name}.{property.Name} is null.");
        }
    }

    private static void MatchesList(ApiNode node, JsonArray reply, List<object> items, string where)
    {
        Assert.Equal(reply.Count, items.Count);
        for (int i = 0; i < items.Count; i++)
        {
            Matches(node.Items ?? new ApiNode(), reply[i], items[i], $"{where}[{i}]");
        }
    }

    private static void MatchesMap(ApiNode node, JsonObject reply, IDictionary map, string where)
    {
        Assert.Equal(reply.Select(static pair => pair.Key), map.Keys.Cast<string>());
        foreach (string key in map.Keys)
        {
            Matches(node.Extra ?? new ApiNode(), reply[key], map[key], $"{where}.{key}");
        }
    }

    private static void MatchesObject(ApiNode node, JsonObject reply, object result, string where)
    {
        IReadOnlyDictionary<string, JsonElement> extra = (IReadOnlyDictionary<string, JsonElement>)result.GetType().GetProperty("Extra")!.GetValue(result)!;
        Assert.Equal(reply.ContainsKey(SampleReply.UnknownMember) ? [SampleReply.UnknownMember] : [], extra.Keys);
        List<PropertyInfo> members = [.. Samples.Members(result.GetType()).Where(static property => property.Name != "Extra")];
        Assert.Equal(node.Properties.Count, members.Count);
        foreach (PropertyInfo property in members)
        {
            string wireName = WireNames.Find(property.Name, [.. node.Properties.Keys]);
            object? value = property.GetValue(result);
            string inner = $"{where}.{property.Name}";
            if (wireName.EndsWith("[n]", StringComparison.Ordinal))
            {
                IDictionary indexed = Assert.IsType<IDictionary>(value, exactMatch: false);
                Assert.Equal([0, 17], indexed.Keys.Cast<int>());
                Matches(node.Properties[wireName], reply[wireName[..^3] + "17"], indexed[17], inner);
            }
            else
            {
                Matches(node.Properties[wireName], reply[wireName], value, inner);
            }
        }
    }

    private static double Number(object value) => value switch
    {
        bool flag => flag ? 1 : 0,
        JsonNode { } node => node.GetValueKind() switch
        {
            JsonValueKind.True => 1,
            JsonValueKind.False => 0,
            JsonValueKind.String => double.Parse(node.GetValue<string>(), CultureInfo.InvariantCulture),
            _ => double.Parse(node.ToJsonString(), CultureInfo.InvariantCulture),
        },
        _ => Convert.ToDouble(value, CultureInfo.InvariantCulture),
    };
}
