using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Http;
using ProxSharp.Schema;

namespace ProxSharp.Pve.Recovery;

/// <summary>The object that a lost call was about, and what its state says about the call. Pure.</summary>
internal sealed class ObjectTrace
{
    private static readonly HashSet<string> s_guards = new(StringComparer.Ordinal) { "digest", "delete", "revert", "skiplock", "force", "background_delay" };

    private readonly ApiMethod _method;
    private readonly IReadOnlyList<ApiParameter> _values;
    private readonly IReadOnlyList<string> _deleted;

    private ObjectTrace(ApiMethod method, string path, IReadOnlyList<ApiParameter> values, IReadOnlyList<string> deleted) =>
        (_method, Path, _values, _deleted) = (method, path, values, deleted);

    /// <summary>The path of the object.</summary>
    public string Path { get; }

    /// <summary>Finds the object of a call; null if the API has no way to read it by itself.</summary>
    public static ObjectTrace? Of(ProxmoxOutcomeUnknownException lost, ApiSchema schema)
    {
        string? template = lost.Operation.Method == ApiMethod.Post ? ItemOf(lost, schema) : lost.Operation.Path;
        if (template is null || schema.Find(ApiMethod.Get, template) is null)
        {
            return null;
        }

        HashSet<string> inPath = [.. Placeholders(template)];
        ApiParameter[] values = [.. lost.Parameters.Where(parameter => !inPath.Contains(parameter.Name) && !s_guards.Contains(parameter.Name) && parameter.Text != Secrets.Mask)];
        string[] deleted = [.. lost.Parameters.Where(static parameter => parameter.Name == "delete").SelectMany(static parameter => parameter.Text.Split(',', ';', ' '))];
        return new ObjectTrace(lost.Operation.Method, Fill(template, lost), values, deleted);
    }

    /// <summary>Judges the call by the object.</summary>
    /// <param name="data">The object as the server shows it; null if there is none.</param>
    public RecoveryResult Judge(JsonElement? data)
    {
        (RecoveredOutcome outcome, string evidence) = (_method, data) switch
        {
            (ApiMethod.Delete, null) => (RecoveredOutcome.Happened, $"{Path} does not exist any more."),
            (ApiMethod.Delete, _) => (RecoveredOutcome.DidNotHappen, $"{Path} still exists."),
            (_, null) => (RecoveredOutcome.DidNotHappen, $"{Path} does not exist."),
            _ when Differing(data.Value) is { Length: > 0 } differing => (RecoveredOutcome.DidNotHappen, $"{Path} exists, but {differing} differs from what was sent."),
            (ApiMethod.Put, _) when _values.Count + _deleted.Count == 0 => (RecoveredOutcome.Undetermined, $"{Path} shows nothing of what was sent."),
            _ => (RecoveredOutcome.Happened, $"{Path} is as it was sent."),
        };
        return new RecoveryResult(outcome, evidence) { ObjectPath = Path };
    }

    private string Differing(JsonElement data)
    {
        if (data.ValueKind != JsonValueKind.Object)
        {
            return "";
        }

        foreach (IGrouping<string, ApiParameter> sent in _values.GroupBy(static parameter => parameter.Name))
        {
            // Servers rewrite many values (disks get a volume, lists an order), so only plain ones are compared.
            if (data.TryGetProperty(sent.Key, out JsonElement stored) && IsPlain(stored) && sent.Count() == 1 && !Same(sent.First(), stored))
            {
                return sent.Key;
            }
        }

        return _deleted.FirstOrDefault(name => data.TryGetProperty(name, out _)) ?? "";
    }

    private static bool IsPlain(JsonElement stored) => stored.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False
        || (stored.ValueKind == JsonValueKind.String && stored.GetString()!.AsSpan().IndexOfAny(",;=") < 0);

    private static bool Same(ApiParameter sent, JsonElement stored) => stored.ValueKind switch
    {
        JsonValueKind.True => sent.Text == "1",
        JsonValueKind.False => sent.Text == "0",
        _ => stored.ToString().TrimEnd() == sent.Text.TrimEnd() || sent.Text.AsSpan().IndexOfAny(",;= ") >= 0,
    };

    // What POST creates is read below the collection, under the parameter that the item's path names.
    private static string? ItemOf(ProxmoxOutcomeUnknownException lost, ApiSchema schema) => schema.Endpoints
        .Where(endpoint => endpoint.Method == ApiMethod.Get && endpoint.Path.StartsWith(lost.Operation.Path + "/{", StringComparison.Ordinal))
        .Select(static endpoint => endpoint.Path)
        .FirstOrDefault(path => path.LastIndexOf('/') == lost.Operation.Path.Length && Placeholders(path).All(name => lost.Parameters.Any(parameter => parameter.Name == name)));

    private static IEnumerable<string> Placeholders(string template) =>
        template.Split('/').Where(static segment => segment.StartsWith('{')).Select(static segment => segment[1..^1]);

    private static string Fill(string template, ProxmoxOutcomeUnknownException lost) => string.Join('/', template.Split('/').Select(segment => segment.StartsWith('{')
        ? Uri.EscapeDataString(lost.Parameters.First(parameter => parameter.Name == segment[1..^1]).Text)
        : segment));
}
