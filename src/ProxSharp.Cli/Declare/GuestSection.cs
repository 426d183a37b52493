using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs.Endpoints;

namespace ProxSharp.Cli.Declare;

/// <summary>The section <c>guests</c>: configurations. Keys that the file does not name stay; guests are neither made nor destroyed.</summary>
internal sealed class GuestSection : IStateSection
{
    /// <summary>What the server writes for itself.</summary>
    private static readonly HashSet<string> s_own = new(StringComparer.Ordinal)
    {
        "digest", "lock", "meta", "parent", "pending", "running-nets-host-mtu", "runningcpu", "runningmachine", "snapstate", "vmgenid",
    };

    /// <inheritdoc/>
    public string Name => "guests";

    /// <inheritdoc/>
    public async Task<JsonElement> ReadAsync(ServerSession session, JsonElement wanted, CancellationToken cancellationToken)
    {
        HashSet<string>? ids = wanted.ValueKind == JsonValueKind.Array
            ? [.. wanted.EnumerateArray().Select(static item => StateValues.Text(item, "vmid")).OfType<string>()]
            : null;
        ApiParameters filter = [];
        filter.Add("type", "vm");
        JsonElement guests = (await session.GetAsync("/cluster/resources", filter, cancellationToken).ConfigureAwait(false)).Data;
        List<(JsonElement Guest, JsonElement Config)> all = [];
        foreach (JsonElement guest in guests.EnumerateArray()
            .Where(guest => ids?.Contains(StateValues.Text(guest, "vmid")!) != false)
            .OrderBy(static guest => guest.GetProperty("vmid").GetInt32()))
        {
            string node = Uri.EscapeDataString(StateValues.Text(guest, "node")!);
            string path = $"/nodes/{node}/{StateValues.Text(guest, "type")}/{StateValues.Text(guest, "vmid")}/config";
            all.Add((guest, (await session.GetAsync(path, null, cancellationToken).ConfigureAwait(false)).Data));
        }

        return JsonText.Build(json => Write(json, all));
    }

    /// <inheritdoc/>
    public IEnumerable<StateChange> Compare(JsonElement wanted, JsonElement present, bool prune)
    {
        Dictionary<string, JsonElement> known = present.EnumerateArray().ToDictionary(static guest => StateValues.Text(guest, "vmid")!, StringComparer.Ordinal);
        foreach (JsonElement guest in StateValues.Items(wanted, Name))
        {
            StateValues.Only(guest, Name, "vmid", "type", "name", "node", "digest", "config");
            string id = StateValues.Required(guest, "vmid", Name);
            if (!known.TryGetValue(id, out JsonElement now))
            {
                yield return new StateChange(Name, id, "missing");
                continue;
            }

            CheckOuter(guest, now, id);
            IReadOnlyList<(string Key, string? From, string? To)> keys = StateValues.Member(guest, "config") is { ValueKind: JsonValueKind.Object } config
                ? StateValues.Differences(config, StateValues.Member(now, "config"), [.. s_own])
                : [];
            if (keys.Count > 0)
            {
                string template = $"/nodes/{{node}}/{StateValues.Text(now, "type")}/{{vmid}}/config";
                string path = $"/nodes/{Uri.EscapeDataString(StateValues.Text(now, "node")!)}/{StateValues.Text(now, "type")}/{id}/config";
                yield return new StateChange(Name, $"{id} ({StateValues.Text(now, "name")})", "change")
                {
                    Keys = keys,
                    Call = new PlannedCall(ApiMethod.Put, path, StateValues.Parameters(keys, StateValues.Text(now, "digest")))
                    {
                        Template = template,
                        Target = id,
                    },
                };
            }
        }
    }

    /// <summary>What stands beside the configuration says which guest is meant; apply does not change it, and says so.</summary>
    private static void CheckOuter(JsonElement guest, JsonElement now, string id)
    {
        string type = StateValues.Text(now, "type")!;
        string nameKey = type == "lxc" ? "hostname" : "name";
        bool isNamedInside = StateValues.Member(guest, "config") is { ValueKind: JsonValueKind.Object } config && config.TryGetProperty(nameKey, out _);
        string noun = type == "lxc" ? "ct" : "vm";
        foreach (string member in new[] { "type", "node", "name" })
        {
            string? present = StateValues.Text(now, member);
            if (StateValues.Text(guest, member) is not { } wanted || wanted == present || (member == "name" && isNamedInside))
            {
                continue;
            }

            throw CliException.Usage($"Guest {id} has the {member} '{present}', and the file says '{wanted}'", member switch
            {
                "node" => $"apply moves no guests: prox {noun} migrate {id} {wanted}, or take the line out of the file",
                "name" => $"A new name is a key of the configuration: config: {{{nameKey}: {wanted}}}",
                _ => "The type of a guest cannot be changed; is the number right?",
            });
        }
    }

    private static void Write(Utf8JsonWriter json, List<(JsonElement Guest, JsonElement Config)> all)
    {
        json.WriteStartArray();
        foreach ((JsonElement guest, JsonElement config) in all)
        {
            json.WriteStartObject();
            json.WriteNumber("vmid", guest.GetProperty("vmid").GetInt32());
            json.WriteString("type", StateValues.Text(guest, "type"));
            json.WriteString("name", StateValues.Text(guest, "name"));
            json.WriteString("node", StateValues.Text(guest, "node"));
            json.WriteString("digest", StateValues.Text(config, "digest"));
            json.WriteStartObject("config");
            foreach (JsonProperty member in config.EnumerateObject()
                .Where(static member => !s_own.Contains(member.Name))
                .OrderBy(static member => member.Name, Comparer<string>.Create(Sorting.Natural)))
            {
                member.WriteTo(json);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
