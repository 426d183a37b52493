using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs.Endpoints;

namespace ProxSharp.Cli.Declare;

/// <summary>
/// The section <c>guests</c>: configurations. Keys that the file does not name stay. Guests that are missing are made; none is destroyed, and none is moved
/// unless that is asked for.
/// </summary>
internal sealed class GuestSection : IStateSection
{
    /// <summary>What the server writes for itself.</summary>
    public static readonly IReadOnlySet<string> Own = new HashSet<string>(StringComparer.Ordinal)
    {
        "digest", "lock", "meta", "parent", "pending", "running-nets-host-mtu", "runningcpu", "runningmachine", "snapstate", "vmgenid",
    };

    /// <inheritdoc/>
    public string Name => "guests";

    /// <inheritdoc/>
    public IReadOnlyList<string> Reads =>
    [
        "GET /cluster/resources", "GET /cluster/nextid", "GET /nodes/{node}/qemu/{vmid}/config", "GET /nodes/{node}/lxc/{vmid}/config",
        "GET /nodes/{node}/qemu/{vmid}/status/current", "GET /nodes/{node}/lxc/{vmid}/status/current",
    ];

    /// <inheritdoc/>
    public IReadOnlyList<string> Writes =>
    [
        "POST /nodes/{node}/qemu", "POST /nodes/{node}/lxc", "POST /nodes/{node}/qemu/{vmid}/clone", "POST /nodes/{node}/lxc/{vmid}/clone",
        "PUT /nodes/{node}/qemu/{vmid}/config", "PUT /nodes/{node}/lxc/{vmid}/config", "PUT /nodes/{node}/qemu/{vmid}/resize",
        "PUT /nodes/{node}/lxc/{vmid}/resize", "POST /nodes/{node}/qemu/{vmid}/migrate", "POST /nodes/{node}/lxc/{vmid}/migrate",
    ];

    /// <summary>The error for what no call makes so.</summary>
    public static CliError Impossible(string subject, string reason) => new()
    {
        Code = "conflict",
        ExitCode = ExitCodes.Conflict,
        Message = $"{subject}: {reason}",
        Hint = "Change the file, or do it by hand.",
    };

    /// <inheritdoc/>
    public StateSight? Sight => StateSight.Guests;

    // Guests are never destroyed.
    /// <inheritdoc/>
    public bool Prunes(JsonElement wanted) => false;

    /// <inheritdoc/>
    public async Task<JsonElement> ReadAsync(ServerSession session, StateReading reading, CancellationToken cancellationToken)
    {
        JsonElement resources = await session.ListAsync("/cluster/resources", null, cancellationToken).ConfigureAwait(false);
        reading.Note(resources);
        GuestIndex index = new(resources);
        Dictionary<string, JsonElement>? items = reading.IsWhole ? null : ById(reading.Wanted);
        JsonElement[] guests =
        [
            .. index.Places.Where(guest => items?.ContainsKey(guest.Id) != false).Where(reading.Reaches).Select(guest => index.Find(guest.Id)!.Value),
        ];
        JsonElement[] configs = await ConcurrentReading.AllAsync(
            guests, (guest, token) => ConfigAsync(session, guest, token), cancellationToken).ConfigureAwait(false);
        string?[] states = await ConcurrentReading.AllAsync(
            guests, (guest, token) => StateAsync(session, guest, items, token), cancellationToken).ConfigureAwait(false);
        index.CheckNodes(items?.Values);
        HashSet<string> lost = items is null
            ? []
            : await GuestVolumes.LostAsync(session, items, guests, configs, reading.File, cancellationToken).ConfigureAwait(false);
        JsonElement[] absent = [.. items?.Values.Where(item => !index.Has(StateValues.Text(item, "vmid"))) ?? []];
        JsonElement missing = await MissingAsync(session, index, absent, reading.File, cancellationToken).ConfigureAwait(false);
        return JsonText.Build(json =>
        {
            json.WriteStartArray();
            for (int at = 0; at < guests.Length; at++)
            {
                WriteGuest(json, guests[at], configs[at], states[at], lost);
            }

            foreach (JsonElement guest in missing.EnumerateArray())
            {
                guest.WriteTo(json);
            }

            json.WriteEndArray();
        });
    }

    private static async Task<JsonElement> MissingAsync(
        ServerSession session, GuestIndex index, JsonElement[] items, JsonElement file, CancellationToken cancellationToken)
    {
        JsonElement[] free = await ConcurrentReading.AllAsync(
            items, (item, token) => FreeAsync(session, StateValues.Text(item, "vmid")!, token), cancellationToken).ConfigureAwait(false);
        bool[] hidden = [.. free.Select(static number => number.ValueKind == JsonValueKind.Undefined)];
        JsonElement?[] sources = [.. items.Select(item => GuestPlace.Source(item) is { } word ? index.Find(word) : null)];
        await CheckSourcesAsync(session, [.. items.Where((_, at) => !hidden[at] && sources[at] is null)], cancellationToken).ConfigureAwait(false);
        JsonElement[] configs = await ConcurrentReading.AllAsync(
            sources, (guest, token) => guest is { } known ? ConfigAsync(session, known, token) : Task.FromResult<JsonElement>(default), cancellationToken)
            .ConfigureAwait(false);
        GuestPlace[] places = [.. items.Select((item, at) => hidden[at] ? GuestPlace.OfHidden(item) : GuestPlace.OfNew(item, index))];
        IReadOnlyList<string>[] lost = new IReadOnlyList<string>[items.Length];
        Dictionary<string, HashSet<string>?> contents = new(StringComparer.Ordinal);
        GuestStorages storages = new(session, file);
        for (int at = 0; at < items.Length; at++)
        {
            if (hidden[at])
            {
                lost[at] = [];
                continue;
            }

            IReadOnlyDictionary<string, string> faults = await storages.FaultsAsync(items[at], places[at], cancellationToken).ConfigureAwait(false);
            IReadOnlyList<string> volumes = await GuestVolumes.LostOfNewAsync(
                session, items[at], places[at].Node, contents, file, faults.ContainsKey, cancellationToken).ConfigureAwait(false);
            lost[at] = [.. faults.Values, .. volumes.Select(volume => $"there is no '{volume}' on {places[at].Node}")];
        }

        return JsonText.Build(json =>
        {
            json.WriteStartArray();
            for (int at = 0; at < items.Length; at++)
            {
                WriteMissing(json, places[at], sources[at], configs[at], lost[at], hidden[at]);
            }

            json.WriteEndArray();
        });
    }

    // A guest that is not on the list may be there all the same, for who may not see it.
    private static async Task CheckSourcesAsync(ServerSession session, IReadOnlyList<JsonElement> items, CancellationToken cancellationToken)
    {
        List<UnseenThing> unseen = [];
        foreach (string word in items.Select(GuestPlace.Source).OfType<string>().Distinct())
        {
            bool isFree = GuestPlace.IsId(word)
                && (await FreeAsync(session, word, cancellationToken).ConfigureAwait(false)).ValueKind != JsonValueKind.Undefined;
            if (!isFree && await StateSight.LackOfGuestAsync(session, word, cancellationToken).ConfigureAwait(false) is { } lack)
            {
                unseen.Add(new UnseenThing($"guest {word}, which is to be copied", lack));
            }
        }

        if (unseen.Count > 0)
        {
            throw StateSight.Refusal(unseen);
        }
    }

    /// <inheritdoc/>
    public IEnumerable<StateChange> Compare(JsonElement wanted, JsonElement present, StateWish wish)
    {
        Dictionary<string, JsonElement> known = present.EnumerateArray().ToDictionary(static guest => StateValues.Text(guest, "vmid")!, StringComparer.Ordinal);
        foreach (JsonElement guest in ById(wanted).Values)
        {
            StateValues.Only(guest, Name, "vmid", "type", "name", "node", "config", "clone", "ostemplate");
            string id = StateValues.Required(guest, "vmid", Name);
            JsonElement now = known[id];
            JsonElement facts = StateValues.Member(now, "now");
            if (StateValues.Is(facts, "hidden"))
            {
                yield return new StateChange(Name, id, "blocked", StateStage.NewGuests)
                {
                    Reason = "it is there, but this user or token may not see it",
                    Place = $"/vms/{id}",
                };
                continue;
            }

            if (guest.TryGetProperty("config", out JsonElement config))
            {
                string type = StateValues.Text(now, "type") ?? StateValues.Text(facts, "type")!;
                GuestKeys.Check(config, id, type, StateValues.Member(now, "config"));
                if (GuestKeys.Remark(config) is { } remark)
                {
                    yield return new StateChange(Name, id, "change", StateStage.Guests) { IsRemark = true, Reason = remark };
                }
            }

            if (StateValues.Is(facts, "missing"))
            {
                GuestPlace place = new(id, StateValues.Text(facts, "type")!, StateValues.Text(facts, "node")!);
                string[] lost = [.. StateValues.Items(StateValues.Member(facts, "lost"), Name).Select(static volume => volume.GetString()!)];
                yield return lost.Length > 0
                    ? new StateChange(Name, id, "blocked", StateStage.NewGuests) { Reason = string.Join("; ", lost) }
                    : new NewGuest(guest, place, StateValues.Member(facts, "source")).Plan();
                continue;
            }

            foreach (StateChange change in Changes(guest, now, facts, id, wish))
            {
                yield return change;
            }
        }
    }

    private IEnumerable<StateChange> Changes(JsonElement guest, JsonElement now, JsonElement facts, string id, StateWish wish)
    {
        CheckOuter(guest, now, id);
        string title = $"{id} ({StateValues.Text(now, "name")})";
        GuestPlace place = new(id, StateValues.Text(now, "type")!, StateValues.Text(now, "node")!);
        if (StateValues.Text(guest, "node") is { } node && node != place.Node)
        {
            yield return wish.Migrate ? Move(place, node, title, StateValues.Text(facts, "status") == "running") : Elsewhere(place, node, title);
            place = wish.Migrate ? place with { Node = node } : place;
        }

        if (StateValues.Member(guest, "config") is not { ValueKind: JsonValueKind.Object } config)
        {
            yield break;
        }

        HashSet<string> lost = [.. StateValues.Items(StateValues.Member(facts, "lost"), Name).Select(static volume => volume.GetString()!)];
        GuestDifference difference = GuestDifference.Of(place.Type, config, StateValues.Member(now, "config"), Own, id, lost: lost);
        foreach (string remark in difference.Remarks)
        {
            yield return new StateChange(Name, title, "change", StateStage.Guests) { IsRemark = true, Reason = remark };
        }

        foreach (string reason in difference.Blocked)
        {
            yield return new StateChange(Name, title, "blocked", StateStage.Guests) { Reason = reason };
        }

        int sizes = 0;
        foreach (PlannedCall call in difference.Calls(place, title, StateValues.Text(facts, "digest"), place.Node == StateValues.Text(now, "node")))
        {
            bool isResize = call.Template.EndsWith("/resize", StringComparison.Ordinal);
            yield return new StateChange(Name, title, "change", StateStage.Guests)
            {
                Keys = isResize ? [Grown(difference.Larger[sizes++])] : difference.Keys,
                Call = call,
            };
        }
    }

    private static KeyChange Grown(KeyChange disk) => disk with { Key = $"{disk.Key} size" };

    private StateChange Elsewhere(GuestPlace place, string node, string title) => new(Name, title, "move", StateStage.Moves)
    {
        IsRemark = true,
        Reason = $"it is on {place.Node}, and the file says {node}; --migrate moves it",
        Keys = [new("node", place.Node, node)],
    };

    private StateChange Move(GuestPlace place, string node, string title, bool isRunning)
    {
        ApiParameters parameters = [];
        parameters.Add("target", node);
        parameters.Add(place.Type == "lxc" ? "restart" : "online", isRunning ? "1" : null);

        // Proxmox: disks of a storage that the other node does not share are copied along only if that is asked for; a machine that is stopped takes them with it.
        parameters.Add("with-local-disks", isRunning && place.Type != "lxc" ? "1" : null);
        return new StateChange(Name, title, "move", StateStage.Moves)
        {
            Keys = [new("node", place.Node, node)],
            Call = new PlannedCall(ApiMethod.Post, $"/nodes/{Uri.EscapeDataString(place.Node)}/{place.Type}/{place.Id}/migrate", parameters)
            {
                Template = $"/nodes/{{node}}/{place.Type}/{{vmid}}/migrate",
                Target = title,
            },
        };
    }

    /// <summary>What stands beside the configuration says which guest is meant; apply does not change it, and says so.</summary>
    private static void CheckOuter(JsonElement guest, JsonElement now, string id)
    {
        string type = StateValues.Text(now, "type")!;
        string nameKey = type == "lxc" ? "hostname" : "name";
        bool isNamedInside = StateValues.Member(guest, "config") is { ValueKind: JsonValueKind.Object } config && config.TryGetProperty(nameKey, out _);
        foreach (string member in new[] { "type", "name" })
        {
            string? present = StateValues.Text(now, member);
            if (StateValues.Text(guest, member) is { } wanted && wanted != present && !(member == "name" && isNamedInside))
            {
                throw CliException.Usage($"Guest {id} has the {member} '{present}', and the file says '{wanted}'", member == "name"
                    ? $"A new name is a key of the configuration: config: {{{nameKey}: {wanted}}}"
                    : "The type of a guest cannot be changed; is the number right?");
            }
        }
    }

    private Dictionary<string, JsonElement> ById(JsonElement wanted)
    {
        Dictionary<string, JsonElement> items = new(StringComparer.Ordinal);
        foreach (JsonElement item in StateValues.Objects(wanted, Name))
        {
            string id = GuestPlace.IdOf(item);
            if (!items.TryAdd(id, item))
            {
                throw CliException.Usage($"'{Name}' names {id} twice", "Leave one of them out");
            }
        }

        return items;
    }

    private static Task<JsonElement> ConfigAsync(ServerSession session, JsonElement guest, CancellationToken cancellationToken) =>
        session.ObjectAsync($"{PathOf(guest)}/config", cancellationToken);

    private static string PathOf(JsonElement guest) =>
        $"/nodes/{Uri.EscapeDataString(StateValues.Text(guest, "node")!)}/{StateValues.Text(guest, "type")}/{StateValues.Text(guest, "vmid")}";

    // Lists leave out what a user may not see; which numbers are taken everybody is told. Undefined for one that is.
    private static async Task<JsonElement> FreeAsync(ServerSession session, string id, CancellationToken cancellationToken)
    {
        ApiParameters parameters = [];
        parameters.Add("vmid", id);
        try
        {
            return (await session.GetAsync("/cluster/nextid", parameters, cancellationToken).ConfigureAwait(false)).Data;
        }
        catch (ProxmoxApiException taken) when (taken.StatusCode == System.Net.HttpStatusCode.BadRequest)
        {
            return default;
        }
    }

    // Proxmox: the list is up to 10 s old, and a guest that runs is moved in another way.
    private static async Task<string?> StateAsync(
        ServerSession session, JsonElement guest, Dictionary<string, JsonElement>? items, CancellationToken cancellationToken)
    {
        bool isMoved = items?.TryGetValue(StateValues.Text(guest, "vmid")!, out JsonElement item) == true
            && StateValues.Text(item, "node") is { } node && node != StateValues.Text(guest, "node");
        return isMoved
            ? StateValues.Text(await session.ObjectAsync($"{PathOf(guest)}/status/current", cancellationToken).ConfigureAwait(false), "status")
            : StateValues.Text(guest, "status");
    }

    // The configuration tells the present name, which the list shows up to 10 s late; a guest without one has that of the list.
    private static string? NameOf(JsonElement guest, JsonElement config) =>
        StateValues.Text(config, StateValues.Text(guest, "type") == "lxc" ? "hostname" : "name") ?? StateValues.Text(guest, "name");

    private static void WriteGuest(Utf8JsonWriter json, JsonElement guest, JsonElement config, string? state, IReadOnlyCollection<string> lost)
    {
        json.WriteStartObject();
        json.WriteNumber("vmid", guest.GetProperty("vmid").GetInt32());
        json.WriteString("type", StateValues.Text(guest, "type"));
        json.WriteString("name", NameOf(guest, config));
        json.WriteString("node", StateValues.Text(guest, "node"));
        json.WriteStartObject("now");
        json.WriteString("digest", StateValues.Text(config, "digest"));
        json.WriteString("status", state);
        WriteLost(json, lost);
        json.WriteEndObject();
        WriteConfig(json, config);
        json.WriteEndObject();
    }

    private static void WriteLost(Utf8JsonWriter json, IReadOnlyCollection<string> lost)
    {
        if (lost.Count > 0)
        {
            json.WriteStartArray("lost");
            foreach (string volume in lost)
            {
                json.WriteStringValue(volume);
            }

            json.WriteEndArray();
        }
    }

    private static void WriteMissing(
        Utf8JsonWriter json, GuestPlace place, JsonElement? source, JsonElement sourceConfig, IReadOnlyList<string> lost, bool isHidden)
    {
        json.WriteStartObject();
        json.WriteNumber("vmid", place.Number);
        json.WriteStartObject("now");
        json.WriteBoolean("missing", true);
        json.WriteBoolean("hidden", isHidden);
        json.WriteString("type", place.Type);
        json.WriteString("node", place.Node);
        WriteLost(json, lost);
        if (source is { } from)
        {
            json.WritePropertyName("source");
            WriteGuest(json, from, sourceConfig, StateValues.Text(from, "status"), []);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteConfig(Utf8JsonWriter json, JsonElement config)
    {
        json.WriteStartObject("config");
        foreach (JsonProperty member in config.EnumerateObject()
            .Where(static member => !Own.Contains(member.Name))
            .OrderBy(static member => member.Name, Comparer<string>.Create(Sorting.Natural)))
        {
            member.WriteTo(json);
        }

        json.WriteEndObject();
    }
}
