using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs.Endpoints;

namespace ProxSharp.Cli.Declare;

/// <summary>The section <c>acl</c>: who has which role on which path.</summary>
internal sealed class AclSection : IStateSection
{
    private const string Unheld = "unheld";

    /// <inheritdoc/>
    public string Name => "acl";

    /// <inheritdoc/>
    public IReadOnlyList<string> Reads => ["GET /access/acl", .. AclHolders.Reads];

    /// <inheritdoc/>
    public IReadOnlyList<string> Writes => ["PUT /access/acl"];

    /// <inheritdoc/>
    public StateSight? Sight { get; } = new("/access", "Sys.Audit", "Permissions.Modify") { OnOwnPath = ["Permissions.Modify"] };

    /// <inheritdoc/>
    public async Task<JsonElement> ReadAsync(ServerSession session, StateReading reading, CancellationToken cancellationToken)
    {
        JsonElement entries = await session.ListAsync("/access/acl", null, cancellationToken).ConfigureAwait(false);
        HashSet<string> known = [.. entries.EnumerateArray().Select(Key)];
        JsonElement[] added = reading.IsWhole ? [] : [.. StateValues.Objects(reading.Wanted, Name).Where(entry => !known.Contains(Key(entry)))];
        AclHolders? holders = await AclHolders.ReadAsync(session, added, reading.File, cancellationToken).ConfigureAwait(false);
        return JsonText.Build(json =>
        {
            json.WriteStartArray();
            foreach (JsonElement entry in entries.EnumerateArray().OrderBy(Key, StringComparer.Ordinal))
            {
                json.WriteStartObject();
                foreach (string member in (string[])["path", "type", "ugid", "roleid"])
                {
                    json.WriteString(member, StateValues.Text(entry, member));
                }

                json.WriteBoolean("propagate", StateValues.Switch(StateValues.Text(entry, "propagate")) != "0");
                json.WriteEndObject();
            }

            foreach (string key in added.Where(entry => holders?.Has(entry) == false).Select(Key).Distinct())
            {
                json.WriteStartObject();
                json.WriteString(Unheld, key);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    /// <inheritdoc/>
    public IEnumerable<StateChange> Compare(JsonElement wanted, JsonElement present, StateWish wish)
    {
        ILookup<bool, JsonElement> all = present.EnumerateArray().ToLookup(static entry => entry.TryGetProperty(Unheld, out _));
        Dictionary<string, JsonElement> known = all[false].ToDictionary(Key, StringComparer.Ordinal);
        HashSet<string?> unheld = [.. all[true].Select(static entry => StateValues.Text(entry, Unheld))];
        HashSet<string> named = new(StringComparer.Ordinal);
        foreach (JsonElement entry in StateValues.Objects(wanted, Name))
        {
            Check(entry);
            StateValues.Once(named, Key(entry), Name);
            bool exists = known.TryGetValue(Key(entry), out JsonElement now);
            if (unheld.Contains(Key(entry)))
            {
                yield return Blocked(entry);
                continue;
            }

            string propagate = StateValues.Switch(StateValues.Text(entry, "propagate")) ?? "1";
            string? before = exists ? StateValues.Switch(StateValues.Text(now, "propagate")) : null;
            if (before != propagate)
            {
                yield return new StateChange(Name, Key(entry), exists ? "change" : "create", StateStage.Permissions)
                {
                    Keys = [new("propagate", before, propagate)],
                    Place = exists ? null : Path(entry),
                    Call = Call(entry, ("propagate", propagate)),
                };
            }
        }

        foreach (JsonElement entry in wish.Prune ? known.Values.Where(entry => !named.Contains(Key(entry))) : [])
        {
            yield return new StateChange(Name, Key(entry), "delete", StateStage.Permissions) { Call = Call(entry, ("delete", "1")) };
        }
    }

    private StateChange Blocked(JsonElement entry)
    {
        string type = StateValues.Text(entry, "type")!;
        return new StateChange(Name, Key(entry), "blocked", StateStage.Permissions)
        {
            Reason = $"there is no {type} {StateValues.Text(entry, "ugid")}, neither there nor in the file",
            IsOutOfReach = true,
            Remedy = type == "token"
                ? "Make the token first (prox access token create), for a file holds no secrets; then run it again"
                : $"Make the {type} first, or add it to the section '{type}s' of the file; then run it again",
        };
    }

    private static string Key(JsonElement entry) =>
        $"{Path(entry)} {StateValues.Text(entry, "type")} {StateValues.Text(entry, "ugid")} {StateValues.Text(entry, "roleid")}";

    // As the server keeps it.
    private static string Path(JsonElement entry) =>
        "/" + string.Join('/', (StateValues.Text(entry, "path") ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries));

    private void Check(JsonElement entry)
    {
        StateValues.Only(entry, Name, "path", "type", "ugid", "roleid", "propagate");
        foreach (string member in (string[])["path", "ugid", "roleid"])
        {
            StateValues.Required(entry, member, Name);
        }

        if (StateValues.Text(entry, "type") is not ("user" or "group" or "token"))
        {
            throw CliException.Usage($"An item of '{Name}' has no type that is user, group or token", "See what prox export writes");
        }
    }

    private static PlannedCall Call(JsonElement entry, (string Name, string Value) more)
    {
        ApiParameters parameters = [];
        parameters.Add("path", Path(entry));
        parameters.Add("roles", StateValues.Text(entry, "roleid"));
        parameters.Add($"{StateValues.Text(entry, "type")}s", StateValues.Text(entry, "ugid"));
        parameters.Add(more.Name, more.Value);
        return new PlannedCall(ApiMethod.Put, "/access/acl", parameters) { Template = "/access/acl" };
    }
}
