using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ProxSharp.Conformance.Tests.Pbs;

/// <summary>Compares answers of backup servers: status line, heads, envelope, member names, types and texts.</summary>
internal sealed class PbsComparer(PbsSample sample)
{
    // Measured, counted or made at random.
    private static readonly HashSet<string> s_measured = new(StringComparer.Ordinal)
    {
        "digest", "ticket", "next-run", "last-run-endtime", "duration", "disk-bytes", "disk-chunks", "index-data-bytes", "history-start", "created", "value",
        "csum", "notes", "pending-bytes", "pending-chunks", "dns1",
    };

    // Lists whose order is that of a folder of the recorded machine.
    private static readonly string[] s_identity = ["backup-type", "backup-id", "backup-time", "store", "path", "ugid", "userid", "subdir", "name", "Package"];

    private readonly List<string> _differences = [];

    public IReadOnlyList<string> Differences => _differences;

    public void Compare(Answer recorded, Answer live)
    {
        Equal("status line", recorded.StatusLine, live.StatusLine);
        Equal("headers", Headers(recorded), Headers(live));
        if (Parse(recorded) is { } expected && Parse(live) is { } actual)
        {
            JsonComparer json = new(PbsPreparations.IsByShape(sample.Name), s_measured);
            json.Compare("", Normal(expected), Normal(actual));
            _differences.AddRange(json.Differences);
        }
        else
        {
            Equal("body", Masks.Apply(recorded.Text), Masks.Apply(live.Text));
        }
    }

    private static JsonNode? Parse(Answer answer)
    {
        try
        {
            return answer.Body is [(byte)'{', ..] ? JsonNode.Parse(answer.Body) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private JsonNode? Normal(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                return new JsonObject(members.Select(member => KeyValuePair.Create(member.Key, Normal(member.Value))));
            case JsonArray items when items.Count > 0 && items.All(static item => item is JsonValue value && value.GetValueKind() == JsonValueKind.String):
                return new JsonArray([.. items.Select(static item => item!.GetValue<string>()).Order(StringComparer.Ordinal).Select(static text => (JsonNode)JsonValue.Create(text))]);
            case JsonArray items when sample.Name == "prune-datastore-task-log":
                return new JsonArray([.. items.Select(static item => item!["t"]!.GetValue<string>()).Order(StringComparer.Ordinal).Select(static text => (JsonNode)JsonValue.Create(text))]);
            case JsonArray items:
                return new JsonArray([.. items.Select(Normal).OrderBy(Identity, StringComparer.Ordinal)]);
            default:
                return node?.DeepClone();
        }
    }

    private static string Identity(JsonNode? node) => node is JsonObject members ? string.Join('|', s_identity.Select(name => members[name]?.ToString())) : "";

    private static string Headers(Answer answer)
    {
        StringBuilder text = new();
        foreach ((string name, string value) in answer.Headers.Where(static header => header.Key is not ("date" or "content-length")))
        {
            text.Append(name).Append(": ").Append(value).Append("; ");
        }

        return text.ToString();
    }

    private void Equal(string what, string recorded, string live)
    {
        if (recorded != live)
        {
            _differences.Add($"{what}: recorded <{recorded}> live <{live}>");
        }
    }
}
