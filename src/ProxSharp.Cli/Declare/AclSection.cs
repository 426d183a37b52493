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
    /// <inheritdoc/>
    public string Name => "acl";

    /// <inheritdoc/>
    public IReadOnlyList<string> Reads => ["GET /access/acl"];

    /// <inheritdoc/>
    public IReadOnlyList<string> Writes => ["PUT /access/acl"];

    /// <inheritdoc/>
    public StateSight? Sight { get; } = new("/access", "Sys.Audit", "Permissions.Modify") { OnOwnPath = ["Permissions.Modify"] };

    /// <inheritdoc/>
    public async Task<JsonElement> ReadAsync(ServerSession session, StateReading reading, CancellationToken cancellationToken)
    {
        JsonElement entries = await session.ListAsync("/access/acl", null, cancellationToken).ConfigureAwait(false);
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

            json.WriteEndArray();
        });
    }

    /// <inheritdoc/>
    public IEnumerable<StateChange> Compare(JsonElement wanted, JsonElement present, StateWish wish)
    {
        Dictionary<string, JsonElement> known = present.EnumerateArray().ToDictionary(Key, StringComparer.Ordinal);
        HashSet<string> named = new(StringComparer.Ordinal);
        foreach (JsonElement entry in StateValues.Objects(wanted, Name))
        {
            Check(entry);
            StateValues.Once(named, Key(entry), Name);
            bool exists = known.TryGetValue(Key(entry), out JsonElement now);
            string propagate = StateValues.Switch(StateValues.Text(entry, "propagate")) ?? "1";
            string? before = exists ? StateValues.Switch(StateValues.Text(now, "propagate")) : null;
            if (before != propagate)
            {
                yield return new StateChange(Name, Key(entry), exists ? "change" : "create", StateStage.Permissions)
                {
                    Keys = [("propagate", before, propagate)],
                    Place = exists ? null : Path(entry),
                    Call = Call(entry, ("propagate", propagate)),
                };
            }
        }

        foreach (JsonElement entry in wish.Prune ? present.EnumerateArray().Where(entry => !named.Contains(Key(entry))) : [])
        {
            yield return new StateChange(Name, Key(entry), "delete", StateStage.Permissions) { Call = Call(entry, ("delete", "1")) };
        }
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
