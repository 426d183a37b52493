using System.Text.Json;
using ProxSharp.Api;

namespace ProxSharp.Pve.Recovery;

/// <summary>A pool that a lost call was about. It has no path of its own: it is read, changed and removed by a parameter. Pure.</summary>
internal sealed class PoolTrace : IObjectTrace
{
    private static readonly char[] s_separators = [',', ';', ' '];

    private readonly ApiMethod _method;
    private readonly string _id;
    private readonly string? _comment;
    private readonly bool _removes;
    private readonly IReadOnlyList<string> _guests;
    private readonly IReadOnlyList<string> _storages;

    private PoolTrace(ApiMethod method, string id, Func<string, string?> value)
    {
        (_method, _id, _comment) = (method, id, value("comment"));
        _removes = value("delete") == "1";
        _guests = Words(value("vms"));
        _storages = Words(value("storage"));
        Query = new ApiParameters { { "poolid", id } };
    }

    /// <inheritdoc/>
    public string Path => "/pools";

    /// <inheritdoc/>
    public ApiParameters? Query { get; }

    /// <summary>Finds the pool of a call; null if it is about something else.</summary>
    public static PoolTrace? Of(ProxmoxOutcomeUnknownException lost)
    {
        string? Value(string name) => lost.Parameters.FirstOrDefault(parameter => parameter.Name == name).Text;
        return lost.Operation.Path is "/pools" or "/pools/{poolid}" && Value("poolid") is { } id ? new PoolTrace(lost.Operation.Method, id, Value) : null;
    }

    /// <inheritdoc/>
    public RecoveryResult Judge(JsonElement? data)
    {
        JsonElement? pool = data switch
        {
            { ValueKind: JsonValueKind.Array } list => list.GetArrayLength() == 1 ? list[0] : null,
            _ => data,
        };
        (RecoveredOutcome outcome, string evidence) = (pool, _method) switch
        {
            (null, ApiMethod.Delete) => (RecoveredOutcome.Happened, $"The pool {_id} does not exist any more."),
            (null, _) => (RecoveredOutcome.DidNotHappen, $"The pool {_id} does not exist."),
            (_, ApiMethod.Delete) => (RecoveredOutcome.DidNotHappen, $"The pool {_id} still exists."),
            ({ } shown, _) => Difference(shown) is { } difference
                ? (RecoveredOutcome.DidNotHappen, $"The pool {_id} exists, but {difference}.")
                : (RecoveredOutcome.Happened, $"The pool {_id} is as it was sent."),
        };
        return new RecoveryResult(outcome, evidence) { ObjectPath = $"/pools?poolid={Uri.EscapeDataString(_id)}" };
    }

    private static string[] Words(string? list) => list?.Split(s_separators, StringSplitOptions.RemoveEmptyEntries) ?? [];

    // A pool changes as a whole or not at all.
    private string? Difference(JsonElement pool)
    {
        if (_comment is not null && Text(pool, "comment").TrimEnd() != _comment.TrimEnd())
        {
            return "its comment differs from what was sent";
        }

        string? stray = Stray(pool, "vmid", _guests) is { } guest ? $"guest {guest}"
            : Stray(pool, "storage", _storages) is { } storage ? $"storage {storage}"
            : null;
        return stray is null ? null : $"{stray} is {(_removes ? "still" : "not")} in it";
    }

    private string? Stray(JsonElement pool, string member, IReadOnlyList<string> wanted)
    {
        HashSet<string> present = pool.TryGetProperty("members", out JsonElement members) && members.ValueKind == JsonValueKind.Array
            ? [.. members.EnumerateArray().Select(item => Text(item, member))]
            : [];
        return wanted.FirstOrDefault(word => present.Contains(word) == _removes);
    }

    private static string Text(JsonElement item, string member) => item.TryGetProperty(member, out JsonElement value) ? value.ToString() : "";
}
