using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs.Endpoints;

namespace ProxSharp.Cli.Declare;

/// <summary>IP sets with their entries, or security groups with their rules.</summary>
/// <param name="title">What stands in front of a name in messages.</param>
/// <param name="path">Where they are.</param>
/// <param name="template">The same in the schema.</param>
/// <param name="key">The member that names one: <c>name</c> of sets, <c>group</c> of groups.</param>
internal sealed class FirewallNames(string title, string path, string template, string key)
{
    private const string Section = "firewall";

    private readonly string _inside = key == "group" ? "rules" : "entries";

    /// <summary>The calls that read them.</summary>
    public IReadOnlyList<string> Reads => [$"GET {template}", $"GET {Item}"];

    /// <summary>The calls that change them.</summary>
    public IReadOnlyList<string> Writes =>
        [$"POST {template}", $"DELETE {Item}", .. key == "group" ? Rules("").Writes : [$"POST {Item}", $"PUT {Item}/{{cidr}}", $"DELETE {Item}/{{cidr}}"]];

    private string Place => $"{Section} {title}".TrimEnd();

    private string Item => $"{template}/{{{key}}}";

    /// <summary>Reads them.</summary>
    public async Task<JsonElement> ReadAsync(ServerSession session, CancellationToken cancellationToken)
    {
        JsonElement all = await session.ListAsync(path, null, cancellationToken).ConfigureAwait(false);
        List<(JsonElement Item, JsonElement Inside)> read = [];
        foreach (JsonElement item in all.EnumerateArray().OrderBy(item => StateValues.Text(item, key), StringComparer.Ordinal))
        {
            string name = StateValues.Text(item, key)!;
            read.Add((item, key == "group"
                ? await Rules(name).ReadAsync(session, cancellationToken).ConfigureAwait(false)
                : await Entries(name).ReadAsync(session, cancellationToken).ConfigureAwait(false)));
        }

        return JsonText.Build(json =>
        {
            json.WriteStartArray();
            foreach ((JsonElement item, JsonElement inside) in read)
            {
                json.WriteStartObject();
                json.WriteString(key, StateValues.Text(item, key));
                json.WriteOptional("digest", StateValues.Text(item, "digest"));
                json.WriteOptional("comment", StateValues.Text(item, "comment"));
                json.WritePropertyName(_inside);
                inside.WriteTo(json);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    /// <summary>Compares those of the file with those that are there. Pure.</summary>
    public IEnumerable<StateChange> Compare(JsonElement wanted, JsonElement present, bool prune)
    {
        Dictionary<string, JsonElement> known = StateValues.Items(present, Section).ToDictionary(item => StateValues.Text(item, key)!, StringComparer.Ordinal);
        HashSet<string> named = new(StringComparer.Ordinal);
        bool isFirst = true;
        // All have one digest, which the first call changes: those that are there come first, so that it counts.
        foreach (JsonElement item in StateValues.Objects(wanted, Place).OrderBy(item => known.ContainsKey(Kept(StateValues.Text(item, key) ?? "", known)) ? 0 : 1))
        {
            StateValues.Only(item, Place, key, "comment", _inside);
            string name = Kept(StateValues.Required(item, key, Place), known);
            StateValues.Once(named, name, Place);
            bool exists = known.TryGetValue(name, out JsonElement now);
            string? comment = StateValues.Text(item, "comment");
            string? before = exists ? StateValues.Text(now, "comment") : null;
            if (!exists || (comment is not null && comment != (before ?? "")))
            {
                yield return new StateChange(Section, $"{title}{name}", exists ? "change" : "create", StateStage.FirewallNames)
                {
                    Keys = comment is null ? [] : [new("comment", before, comment)],
                    Call = Named(name, comment, isThere: exists, isFirst ? StateValues.Text(now, "digest") : null),
                };
                isFirst = false;
            }

            if (StateValues.Member(item, _inside) is { ValueKind: JsonValueKind.Array } inside)
            {
                foreach (StateChange change in Inside(name, inside, StateValues.Member(now, _inside), prune))
                {
                    yield return change;
                }
            }
        }

        foreach (StateChange change in prune ? known.Where(item => !named.Contains(item.Key)).SelectMany(item => Removal(item.Key, item.Value)) : [])
        {
            yield return change;
        }
    }

    // Proxmox keeps these names in lower case, whatever was asked for, and then knows them by no other.
    private static string Kept(string name, Dictionary<string, JsonElement> known) => known.ContainsKey(name) ? name : name.ToLowerInvariant();

    // The server removes a name only when nothing is left inside.
    private IEnumerable<StateChange> Removal(string name, JsonElement present)
    {
        JsonElement empty = JsonText.Build(static json =>
        {
            json.WriteStartArray();
            json.WriteEndArray();
        });
        StateChange last = new(Section, $"{title}{name}", "delete", StateStage.FirewallNames)
        {
            Call = new PlannedCall(ApiMethod.Delete, $"{path}/{Uri.EscapeDataString(name)}", []) { Template = Item, Target = $"{title}{name}" },
        };
        return Inside(name, empty, StateValues.Member(present, _inside), prune: true).Append(last);
    }

    private IEnumerable<StateChange> Inside(string name, JsonElement wanted, JsonElement present, bool prune) => key == "group"
        ? Rules(name).Compare(wanted, present, prune)
        : Entries(name).Compare(wanted, present, prune);

    // Proxmox: the comment of what is there is changed by "renaming" it to its own name.
    private PlannedCall Named(string name, string? comment, bool isThere, string? digest)
    {
        ApiParameters parameters = [];
        parameters.Add(key, name);
        parameters.Add("comment", comment);
        parameters.Add("rename", isThere ? name : null);
        parameters.Add("digest", isThere ? digest : null);
        return new PlannedCall(ApiMethod.Post, path, parameters) { Template = template, Target = $"{title}{name}" };
    }

    private RuleList Rules(string name) => new($"{title}{name} ", $"{path}/{Uri.EscapeDataString(name)}", Item, StateStage.FirewallMembers);

    private CollectionPart Entries(string name) =>
        new(Section, $"{path}/{Uri.EscapeDataString(name)}", Item, "cidr", StateStage.FirewallMembers) { Title = $"{title}{name} entry " };
}
