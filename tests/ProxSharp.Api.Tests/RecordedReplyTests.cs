using System.Collections;
using System.Reflection;
using System.Text.Json;
using ProxSharp.Schema;

namespace ProxSharp.Api.Tests;

/// <summary>What real servers answered is read without anything left over.</summary>
public sealed class RecordedReplyTests
{
    [Fact]
    public async Task Recordings_EveryMember_HasAProperty()
    {
        SortedSet<string> unknown = new(StringComparer.Ordinal);
        foreach (RecordedReply recorded in RecordedReply.All)
        {
            foreach (string member in (await ReadAsync(recorded)).SelectMany(static data => Unknown(data, "")))
            {
                unknown.Add($"{recorded.Product} {recorded.Endpoint}: {member}");
            }
        }

        Assert.True(RecordedReply.All.Count > 300, $"Only {RecordedReply.All.Count} recordings were found.");
        Assert.True(unknown.Count == 0, string.Join('\n', unknown));
    }

    [Fact]
    public async Task Recordings_RequiredMembers_AreThere()
    {
        SortedSet<string> missing = new(StringComparer.Ordinal);
        foreach (RecordedReply recorded in RecordedReply.All)
        {
            await ReadAsync(recorded);
            foreach (string member in Missing(recorded.Endpoint.Returns, recorded.Data, ""))
            {
                missing.Add($"{recorded.Product} {recorded.Endpoint}: {member}");
            }
        }

        Assert.True(missing.Count == 0, string.Join('\n', missing));
    }

    private static async Task<List<object?>> ReadAsync(RecordedReply recorded)
    {
        GeneratedMethod method = GeneratedApi.Find(recorded.Product, recorded.Endpoint.ToString()).Method;
        if (method.Data is null)
        {
            return [];
        }

        RecordingConnection connection = new(recorded.Data.GetRawText());
        (object? sync, _) = await method.CallAsync(connection, method.Request is { } request ? Samples.Request(request, onlyRequired: true) : null);
        return [sync!.GetType().GetProperty("Data")!.GetValue(sync)];
    }

    private static IEnumerable<string> Unknown(object? value, string where)
    {
        switch (value)
        {
            case null or string or ValueType:
                return [];
            case IDictionary map:
                return map.Values.Cast<object?>().SelectMany(item => Unknown(item, where + ".*"));
            case IEnumerable list:
                return list.Cast<object?>().SelectMany(item => Unknown(item, where + "[]"));
        }

        if (value.GetType().GetProperty("Extra")?.GetValue(value) is not IReadOnlyDictionary<string, JsonElement> extra)
        {
            return [];
        }

        return extra.Select(pair => $"{where}.{pair.Key} = {pair.Value}")
            .Concat(Samples.Members(value.GetType()).Where(static property => property.Name != "Extra").SelectMany(property => Unknown(property.GetValue(value), $"{where}.{property.Name}")));
    }

    private static IEnumerable<string> Missing(ApiNode node, JsonElement data, string where) => (node.Type, data.ValueKind) switch
    {
        (ApiValueType.Array, JsonValueKind.Array) when node.Items is { } item => data.EnumerateArray().SelectMany(entry => Missing(item, entry, where + "[]")),
        (ApiValueType.Object, JsonValueKind.Object) => node.Properties
            .Where(pair => !pair.Value.IsOptional && pair.Value.When is null && !pair.Key.EndsWith("[n]", StringComparison.Ordinal) && !data.TryGetProperty(pair.Key, out _))
            .Select(pair => $"{where}.{pair.Key}")
            .Concat(node.Properties.Where(pair => data.TryGetProperty(pair.Key, out _)).SelectMany(pair => Missing(pair.Value, data.GetProperty(pair.Key), $"{where}.{pair.Key}"))),
        _ => [],
    };
}
