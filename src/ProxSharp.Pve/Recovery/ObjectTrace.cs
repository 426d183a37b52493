using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Http;
using ProxSharp.Schema;

namespace ProxSharp.Pve.Recovery;

/// <summary>The object that a lost call was about, and what its state says about the call. Pure.</summary>
internal sealed class ObjectTrace : IObjectTrace
{
    private static readonly HashSet<string> s_guards = new(StringComparer.Ordinal) { "digest", "delete", "revert", "skiplock", "force", "background_delay" };

    private readonly ApiMethod _method;
    private readonly IReadOnlyList<ApiParameter> _values;
    private readonly IReadOnlyList<string> _deleted;
    private readonly string? _digest;
    private readonly bool _isPlace;
    private readonly bool _hidesSomething;

    private ObjectTrace(
        ApiMethod method, string path, IReadOnlyList<ApiParameter> values, IReadOnlyList<string> deleted, string? digest, bool isPlace, bool hidesSomething) =>
        (_method, Path, _values, _deleted, _digest, _isPlace, _hidesSomething) = (method, path, values, deleted, digest, isPlace, hidesSomething);

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public ApiParameters? Query => null;

    /// <summary>Finds the object of a call; null if the API has no way to read it by itself.</summary>
    public static ObjectTrace? Of(ProxmoxOutcomeUnknownException lost, ApiSchema schema)
    {
        string? template = lost.Operation.Method == ApiMethod.Post ? ItemOf(lost, schema) : lost.Operation.Path;

        // What is removed is read by its own path; below one that ends in a word stands what is always there.
        bool isRemovalOfOne = lost.Operation.Method != ApiMethod.Delete || lost.Operation.Path.EndsWith('}');
        if (template is null || !isRemovalOfOne || schema.Find(ApiMethod.Get, template) is null)
        {
            return null;
        }

        HashSet<string> inPath = [.. Placeholders(template)];
        ApiParameter[] sent = [.. lost.Parameters.Where(parameter => !inPath.Contains(parameter.Name) && !s_guards.Contains(parameter.Name))];
        ApiParameter[] values = [.. sent.Where(static parameter => !parameter.Text.Contains(Secrets.Mask, StringComparison.Ordinal))];
        ApiParameter[] delete = [.. lost.Parameters.Where(static parameter => parameter.Name == "delete")];

        // Some calls have a switch of that name, which turns the meaning of all other parameters around.
        bool isSwitch = delete.Any(static parameter => parameter.Text is "0" or "1");
        string[] deleted = isSwitch ? [] : [.. delete.SelectMany(static parameter => parameter.Text.Split(',', ';', ' '))];
        string? digest = lost.Parameters.FirstOrDefault(static parameter => parameter.Name == "digest").Text;
        bool isPlace = template.EndsWith("/{pos}", StringComparison.Ordinal);
        return new ObjectTrace(
            lost.Operation.Method, Fill(template, lost), values, deleted, digest, isPlace, hidesSomething: isSwitch || values.Length < sent.Length);
    }

    /// <inheritdoc/>
    public RecoveryResult Judge(JsonElement? data)
    {
        (RecoveredOutcome outcome, string evidence) = data switch
        {
            { ValueKind: not JsonValueKind.Object } => (RecoveredOutcome.Undetermined, $"{Path} is a list, which does not tell one change from another."),
            { } changed when IsUnchanged(changed) => (RecoveredOutcome.DidNotHappen, $"{Path} still has the digest {_digest}: nothing was changed."),
            _ when _isPlace => (RecoveredOutcome.Undetermined, $"{Path} is a place in a list: what stands there now may be a neighbour."),
            null when _method == ApiMethod.Delete => (RecoveredOutcome.Happened, $"{Path} does not exist any more."),
            null => (RecoveredOutcome.DidNotHappen, $"{Path} does not exist."),
            _ when _method == ApiMethod.Delete => (RecoveredOutcome.DidNotHappen, $"{Path} still exists."),
            { } shown => JudgeValues(shown),
        };
        return new RecoveryResult(outcome, evidence) { ObjectPath = Path };
    }

    private (RecoveredOutcome Outcome, string Evidence) JudgeValues(JsonElement shown)
    {
        if (Differing(shown) is { Length: > 0 } differing)
        {
            return (RecoveredOutcome.DidNotHappen, $"{Path} exists, but {differing} differs from what was sent.");
        }

        // What is created shows by being there with something of what was sent; a change shows only in its values, and each must be seen.
        bool isSeen = _method == ApiMethod.Post
            ? Comparable().Any(sent => Compare(sent, shown) == true) || (_values.Count == 0 && !_hidesSomething)
            : !_hidesSomething && ShowsAll(shown);
        return isSeen
            ? (RecoveredOutcome.Happened, $"{Path} is as it was sent.")
            : (RecoveredOutcome.Undetermined, $"{Path} does not show all of what was sent.");
    }

    // A change that names the state it starts from leaves another one behind.
    private bool IsUnchanged(JsonElement data) =>
        _digest is not null && data.ValueKind == JsonValueKind.Object && data.TryGetProperty("digest", out JsonElement digest) && digest.ToString() == _digest;

    private string Differing(JsonElement data)
    {
        if (data.ValueKind != JsonValueKind.Object)
        {
            return "";
        }

        return Comparable().FirstOrDefault(sent => Compare(sent, data) == false).Name
            ?? _deleted.FirstOrDefault(name => data.TryGetProperty(name, out _))
            ?? "";
    }

    // An option that is not there, was rewritten or is a list says neither yes nor no.
    private bool ShowsAll(JsonElement data) =>
        _values.Count + _deleted.Count > 0 && Comparable().Count() == _values.Count && Comparable().All(sent => Compare(sent, data) == true);

    private IEnumerable<ApiParameter> Comparable() =>
        _values.Where(sent => _values.Count(other => other.Name == sent.Name) == 1);

    // Servers rewrite many values (disks get a volume, lists an order), so a difference counts only between plain ones.
    private static bool? Compare(ApiParameter sent, JsonElement data) => !data.TryGetProperty(sent.Name, out JsonElement stored) ? null
        : Same(sent, stored) ? true
        : IsPlain(stored) && sent.Text.AsSpan().IndexOfAny(",;=") < 0 ? false
        : null;

    private static bool IsPlain(JsonElement stored) => stored.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False
        || (stored.ValueKind == JsonValueKind.String && stored.GetString()!.AsSpan().IndexOfAny(",;=") < 0);

    private static bool Same(ApiParameter sent, JsonElement stored) => stored.ValueKind switch
    {
        JsonValueKind.True => sent.Text == "1",
        JsonValueKind.False => sent.Text == "0",
        _ => stored.ToString().TrimEnd() == sent.Text.TrimEnd(),
    };

    // What POST creates is read below the collection, under the parameter that the item's path names.
    private static string? ItemOf(ProxmoxOutcomeUnknownException lost, ApiSchema schema) => schema.Endpoints
        .Where(endpoint => endpoint.Method == ApiMethod.Get && endpoint.Path.StartsWith(lost.Operation.Path + "/{", StringComparison.Ordinal))
        .Select(static endpoint => endpoint.Path)
        .FirstOrDefault(path => path.LastIndexOf('/') == lost.Operation.Path.Length
            && Placeholders(path).All(name => lost.Parameters.Any(parameter => parameter.Name == name)));

    private static IEnumerable<string> Placeholders(string template) =>
        template.Split('/').Where(static segment => segment.StartsWith('{')).Select(static segment => segment[1..^1]);

    private static string Fill(string template, ProxmoxOutcomeUnknownException lost) =>
        string.Join('/', template.Split('/').Select(segment => segment.StartsWith('{')
            ? Uri.EscapeDataString(lost.Parameters.First(parameter => parameter.Name == segment[1..^1]).Text)
            : segment));
}
