using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Declare;

/// <summary>A list of named objects that are made, changed and deleted one by one, such as roles or aliases. What they hold follows from the schema.</summary>
/// <param name="section">The part of the file, for messages.</param>
/// <param name="path">Where they are.</param>
/// <param name="template">The same in the schema.</param>
/// <param name="key">The member that names one.</param>
/// <param name="stage">When they are made.</param>
internal sealed class CollectionPart(string section, string path, string template, string key, StateStage stage)
{
    private const string Fixed = "builtin";

    private readonly string _item = StateSchema.Item(template);

    /// <summary>What stands in front of a name in messages.</summary>
    public string Title { get; init; } = "";

    /// <summary>Parameters for reading; null for none.</summary>
    public (string Name, string Value)? Query { get; init; }

    /// <summary>Tells whether an object is the server's own: it is always there, and is looked at only if a file names it.</summary>
    public Func<JsonElement, bool> IsOwn { get; init; } = static _ => false;

    /// <summary>True if what is the server's own cannot be changed.</summary>
    public bool IsOwnFixed { get; init; }

    /// <summary>The members that the server takes out because of what an object of the file has; they go unless the file names them.</summary>
    public Func<JsonElement, IReadOnlyList<string>> Replaced { get; init; } = static _ => [];

    /// <summary>The path where a privilege is needed to see one; null if all are seen.</summary>
    public Func<string, string>? Place { get; init; }

    /// <summary>The call that reads them.</summary>
    public string Reads => $"GET {template}";

    /// <summary>The calls that change them.</summary>
    public IReadOnlyList<string> Writes => [$"POST {template}", $"PUT {_item}", $"DELETE {_item}"];

    private string InFile => $"{section} {Title}".TrimEnd();

    private IReadOnlyDictionary<string, ApiNode> CreateParameters => StateSchema.Parameters(ApiMethod.Post, template);

    private IReadOnlyDictionary<string, ApiNode> ChangeParameters => StateSchema.Parameters(ApiMethod.Put, _item);

    /// <summary>Reads them.</summary>
    /// <param name="session">The cluster.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <param name="wanted">Those of the file; undefined if there is none.</param>
    public async Task<JsonElement> ReadAsync(ServerSession session, CancellationToken cancellationToken, JsonElement wanted = default)
    {
        HashSet<string?> named = wanted.ValueKind == JsonValueKind.Array ? [.. wanted.EnumerateArray().Select(item => StateValues.Text(item, key))] : [];
        ApiParameters? query = null;
        if (Query is var (name, value))
        {
            query = [];
            query.Add(name, value);
        }

        JsonElement items = await session.ListAsync(path, query, cancellationToken).ConfigureAwait(false);
        IReadOnlySet<string> known = StateSchema.Members(template);
        return JsonText.Build(json =>
        {
            json.WriteStartArray();
            foreach (JsonElement item in items.EnumerateArray().Where(item => !IsOwn(item) || named.Contains(StateValues.Text(item, key)))
                .OrderBy(item => StateValues.Text(item, key), StringComparer.Ordinal))
            {
                json.WriteStartObject();
                json.WriteString(key, StateValues.Text(item, key));
                json.WriteOptional("digest", StateValues.Text(item, "digest"));
                json.WriteOptional(Fixed, IsOwnFixed && IsOwn(item) ? "1" : null);
                foreach (JsonProperty member in item.EnumerateObject()
                    .Where(member => member.Name != key && known.Contains(member.Name) && StateValues.Wire(member.Value) is { Length: > 0 })
                    .OrderBy(static member => member.Name, StringComparer.Ordinal))
                {
                    member.WriteTo(json);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    /// <summary>Compares those of the file with those that are there. Pure.</summary>
    /// <param name="wanted">Those of the file.</param>
    /// <param name="present">Those that are there.</param>
    /// <param name="prune">True if those that the file does not name go.</param>
    /// <param name="own">The one that never goes, for whoever asks is it; null if there is none.</param>
    /// <exception cref="CliException">The file is wrong.</exception>
    public IEnumerable<StateChange> Compare(JsonElement wanted, JsonElement present, bool prune, string? own = null)
    {
        Dictionary<string, JsonElement> known = StateValues.Items(present, section).ToDictionary(item => StateValues.Text(item, key)!, StringComparer.Ordinal);
        HashSet<string> named = new(StringComparer.Ordinal);
        string[] members =
        [
            .. new[] { key }.Concat(StateSchema.Describing(CreateParameters)).Concat(StateSchema.Describing(ChangeParameters)).Distinct(),
        ];
        List<StateChange> changes = [];
        List<StateChange> created = [];
        HashSet<string> digests = new(StringComparer.Ordinal);
        foreach (JsonElement item in StateValues.Objects(wanted, InFile))
        {
            StateValues.Only(item, InFile, members);
            string id = StateValues.Required(item, key, InFile);
            StateValues.Once(named, id, InFile);
            if (!known.TryGetValue(id, out JsonElement now))
            {
                created.Add(Create(item, id));
            }
            else if (Differences(item, now) is { Count: > 0 } keys)
            {
                if (StateValues.Is(now, Fixed))
                {
                    changes.Add(new StateChange(section, Title + id, "blocked", stage)
                    {
                        Keys = keys,
                        Reason = "it is built into the server, and nobody can change it: take it out of the file, or give yours another name",
                    });
                    continue;
                }

                // Most lists have one digest for all of it, and each call makes a new one: the first says which list is meant, the others follow at once.
                string? digest = StateValues.Text(now, "digest");
                changes.Add(Change(item, now, id, keys, digest is not null && digests.Add(digest) ? digest : null));
            }
        }

        return
        [
            .. changes,
            .. created,
            .. (prune ? known.Keys.Where(id => !named.Contains(id)) : [])
                .Select(id => id == own ? Kept(id) : new StateChange(section, Title + id, "delete", stage) { Call = Call(ApiMethod.Delete, id, []) }),
        ];
    }

    private StateChange Kept(string id) => new(section, Title + id, "delete", stage)
    {
        IsRemark = true,
        Reason = "the file does not name it, and it stays: it is the user of this context",
    };

    private StateChange Create(JsonElement item, string id)
    {
        // Servers make UUIDs where nobody chose an id, and do not take all of them back.
        if (CreateParameters.GetValueOrDefault(key)?.Format == "pve-configid" && !(id.Length > 0 && char.IsAsciiLetter(id[0])))
        {
            throw CliException.Usage(
                $"'{section}' has '{id}', which is not there, and a new one cannot have this {key}: it has to begin with a letter",
                $"Give it another one in the file, such as {key}: {key}-{id}");
        }

        IReadOnlyList<KeyChange> keys =
            [.. StateValues.Differences(item, default, CreateParameters, key, "digest").Where(static difference => difference.To is not null)];
        ApiParameters parameters = StateValues.Parameters(keys);
        parameters.Add(key, id);
        return new StateChange(section, Title + id, "create", stage)
        {
            Keys = keys,
            Place = Place?.Invoke(id),
            Call = new PlannedCall(ApiMethod.Post, path, parameters) { Template = template, Target = Title + id },
        };
    }

    private List<KeyChange> Differences(JsonElement item, JsonElement now) =>
    [
        .. StateValues.Differences(item, now, CreateParameters, key, "digest").Where(
            difference => !StateSchema.Same(ChangeParameters.GetValueOrDefault(difference.Key) ?? CreateParameters.GetValueOrDefault(difference.Key),
                difference.To, difference.From)),
        .. Replaced(item).Where(name => StateValues.Member(item, name).ValueKind == JsonValueKind.Undefined)
            .Select(name => new KeyChange(name, StateSchema.Wire(ChangeParameters.GetValueOrDefault(name), StateValues.Member(now, name)), null))
            .Where(static gone => gone.From is not (null or "" or "0")),
    ];

    private StateChange Change(JsonElement item, JsonElement now, string id, List<KeyChange> keys, string? digest)
    {
        string[] settled = [.. keys.Select(static difference => difference.Key).Where(name => !ChangeParameters.ContainsKey(name))];
        if (settled.Length > 0)
        {
            return new StateChange(section, Title + id, "blocked", stage)
            {
                Keys = keys,
                Reason = $"{string.Join(", ", settled)} cannot be changed any more once it has been made",
            };
        }

        bool canDelete = ChangeParameters.ContainsKey("delete");
        ApiParameters parameters = StateValues.Parameters(
            canDelete ? keys : [.. keys.Select(static difference => difference with { To = difference.To ?? "" })],
            ChangeParameters.ContainsKey("digest") ? digest : null);

        PresentValues.Complete(ChangeParameters, parameters, keys.Select(static difference => difference.Key), (name, node) =>
        {
            string? value = StateSchema.Wire(node, StateValues.Member(item, name)) ?? StateSchema.Wire(node, StateValues.Member(now, name));
            parameters.Add(name, value);
            return value is not null;
        });
        return new StateChange(section, Title + id, "change", stage) { Keys = keys, Call = Call(ApiMethod.Put, id, parameters) };
    }

    private PlannedCall Call(ApiMethod method, string id, ApiParameters parameters) =>
        new(method, $"{path}/{Uri.EscapeDataString(id)}", parameters) { Template = _item, Target = Title + id };
}
