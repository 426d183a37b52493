using System.Collections.Concurrent;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Http;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Reads what waits to be put in force and is dropped by a call, or put in force by it: changes of a guest that wait for its next start, of the interfaces of a
/// node, and of virtual networks. They are kept nowhere else.
/// </summary>
/// <param name="client">Reads what waits in guests.</param>
/// <param name="guests">Knows the guests, and reads what waits in networks.</param>
internal sealed class DroppedChanges(ProxmoxClient client, GuestConfigs guests)
{
    /// <summary>How the facts begin whose values others have written.</summary>
    public const string Start = "drops";

    private const string InForce = "puts in force";
    private const string Network = "/nodes/{node}/network";
    private const string Sdn = "/cluster/sdn";
    private const string Backup = "/nodes/{node}/vzdump";
    private const string HaResources = "/cluster/ha/resources";
    private const int MostLines = 60;
    private const int MostGuests = 20;

    // Guests start with the settings that waited for that.
    private static readonly string[] s_starts = ["/status/start", "/status/reboot"];
    private static readonly string[] s_stops = ["/status/stop", "/status/shutdown"];
    private static readonly string[] s_many = ["/guest/start", "/guest/shutdown", "/startall", "/stopall", "/{sid}/relocate", "/{sid}/migrate"];
    private static readonly string[] s_later = [.. s_stops, "/guest/shutdown", "/stopall", HaResources, HaResources + "/{sid}"];

    private readonly ConcurrentDictionary<string, JsonElement> _pending = new(StringComparer.Ordinal);

    /// <summary>True for the name of such a fact.</summary>
    public static bool IsFact(string name) => name is InForce or Start || name.StartsWith(Start + " ", StringComparison.Ordinal)
        || name.StartsWith(InForce + " ", StringComparison.Ordinal);

    /// <summary>What is dropped, by name; empty where a call drops nothing.</summary>
    /// <exception cref="GuardRefusedException">The interfaces of a node cannot be read, so that nobody can tell.</exception>
    public async Task<Dictionary<string, string>> ReadAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        Dictionary<string, string> found = new(StringComparer.Ordinal);
        if (call.Path == Network && call.Method is ApiMethod.Delete or ApiMethod.Put)
        {
            string staged = await guests.Networks.StagedAsync(call.Parameters.Find("node") ?? "", cancellationToken).ConfigureAwait(false);
            Add(found, call.Method == ApiMethod.Delete ? Start : InForce, [.. Lines(staged)]);
        }
        else if ((call.Path == Sdn && call.Method == ApiMethod.Put) || call.Path == Sdn + "/rollback")
        {
            bool isApplied = call.Method == ApiMethod.Put;
            IReadOnlyList<PendingNetwork> virtualOnes = await guests.Networks.VirtualAsync(cancellationToken).ConfigureAwait(false);
            IReadOnlyList<KeyValuePair<string, string>> staged = isApplied ? await guests.Networks.StagedAsync(cancellationToken).ConfigureAwait(false) : [];
            Add(
                found,
                isApplied ? InForce : Start,
                [.. virtualOnes.Select(static change => change.Line), .. staged.SelectMany(static node => Lines(node.Value).Select(line => $"{node.Key} {line}"))]);
        }
        else if (GuestNames.IsConfig(call))
        {
            await AddAsync(found, call, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await AddRestartsAsync(found, call, cancellationToken).ConfigureAwait(false);
        }

        return found;
    }

    private static void Add(Dictionary<string, string> found, string name, string[] lines)
    {
        if (lines.Length > 0)
        {
            string rest = lines.Length > MostLines
                ? $"; and {JsonTexts.Number(lines.Length - MostLines)} lines more ({JsonTexts.Hash(string.Join('\n', lines))[..12]})"
                : "";
            found[name] = string.Join("; ", lines.Take(MostLines)) + rest;
        }
    }

    // Of a comparison what is taken away and what comes, without what stands around it.
    private static IEnumerable<string> Lines(string difference) => difference.Split('\n')
        .Where(static line => line.Length > 1 && line[0] is '+' or '-' && !line.StartsWith("+++", StringComparison.Ordinal)
            && !line.StartsWith("---", StringComparison.Ordinal) && line[1..].Trim().Length > 0)
        .Select(static line => $"{line[0]}{line[1..].Trim()}");

    private async Task AddRestartsAsync(Dictionary<string, string> found, PlannedCall call, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> restarted = await RestartedAsync(call, cancellationToken).ConfigureAwait(false);
        string when = s_later.Any(end => call.Path.EndsWith(end, StringComparison.Ordinal)) ? " at the next start" : "";
        foreach (string guest in restarted.Take(MostGuests))
        {
            JsonElement pending = await PendingAsync(guest, cancellationToken).ConfigureAwait(false);
            string vmid = guest[(guest.LastIndexOf('/') + 1)..];
            bool isNew = pending.ValueKind != JsonValueKind.Array && await guests.PathAsync(vmid, cancellationToken).ConfigureAwait(false) is null;
            string[] lines = isNew ? []
                : pending.ValueKind == JsonValueKind.Array
                ? [.. pending.EnumerateArray().Where(static entry => Waiting(entry) is not null).Select(static entry => $"{entry.Text("key")}={Waiting(entry)}")]
                : [StandingRules.Unreadable];
            Add(found, $"{InForce}{when}{(restarted.Count > 1 ? $" in {vmid}" : "")}", lines);
        }

        if (restarted.Count > MostGuests)
        {
            Add(found, $"{InForce}{when} in others", [$"not looked up for {JsonTexts.Number(restarted.Count - MostGuests)} more guests"]);
        }
    }

    // The paths of the guests that a call starts anew, or lets somebody start who then finds other settings.
    private async Task<IReadOnlyList<string>> RestartedAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        if (client.Schema.Product != ProxmoxProduct.VirtualEnvironment || call.Method is ApiMethod.Get or ApiMethod.Delete)
        {
            return [];
        }

        if (s_starts.Concat(s_stops).FirstOrDefault(end => call.Path.EndsWith("/{vmid}" + end, StringComparison.Ordinal)) is { } action)
        {
            return [call.ConcretePath[..^action.Length]];
        }

        // Proxmox: a container is moved by stopping it here and starting it there.
        bool isMove = call.Path.EndsWith("/migrate", StringComparison.Ordinal);
        if (isMove && call.Path.Contains("/lxc/", StringComparison.Ordinal) && UndoBuilder.IsSet(call, "restart"))
        {
            return [call.ConcretePath[..call.ConcretePath.LastIndexOf('/')]];
        }

        List<string> paths = [];
        foreach (string id in await ManyAsync(call, cancellationToken).ConfigureAwait(false))
        {
            string? path = await guests.PathAsync(id, cancellationToken).ConfigureAwait(false);
            paths.AddRange(path is not null && (!isMove || path.Contains("/lxc/", StringComparison.Ordinal)) ? [path] : []);
        }

        return paths;
    }

    // Backups of one kind stop guests.
    private async Task<IEnumerable<string>> ManyAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        IEnumerable<TouchedGuest> many = call.Path == Backup && call.Parameters.Find("mode") == "stop"
            ? await new GuestGroups(client).ReadAsync(call, cancellationToken).ConfigureAwait(false)
            : s_many.Any(end => call.Path.EndsWith(end, StringComparison.Ordinal)) || IsAboutState(call) ? GuestNames.NamedBy(call) : [];
        return many.Select(static guest => guest.Vmid).Distinct(StringComparer.Ordinal);
    }

    // What high availability is asked for: without a word it starts what is put in its care.
    private static bool IsAboutState(PlannedCall call) => (call.Method, call.Path) is (ApiMethod.Post, HaResources)
        || (call.Path == HaResources + "/{sid}" && call.Parameters.Find("state") is not (null or "ignored"));

    // A call and its way back are about the same guest, which is on another node by then. Of no kind if it cannot be read.
    private async Task<JsonElement> PendingAsync(string guest, CancellationToken cancellationToken)
    {
        string key = guest[guest.IndexOf('/', "/nodes/".Length)..];
        if (!_pending.TryGetValue(key, out JsonElement known))
        {
            _pending[key] = known = await StandingRules.ReadAsync(client, $"{guest}/pending", null, cancellationToken).ConfigureAwait(false) ?? default;
        }

        return known;
    }

    // What a setting is to become; null if nothing waits.
    private static string? Waiting(JsonElement entry) =>
        entry.Text("pending") is { } value ? Secrets.Show(entry.Text("key") ?? "", value) : ChangedJob.IsOn(entry.Text("delete")) ? "its removal" : null;

    // Proxmox: who takes a setting away also drops what it was to become.
    private async Task AddAsync(Dictionary<string, string> found, PlannedCall call, CancellationToken cancellationToken)
    {
        string[] reverted = [.. ItemLists.Split(call.Parameters.Find("revert") ?? "")];
        string[] names = [.. reverted.Union(ItemLists.Deleted(call.Parameters), StringComparer.Ordinal)];
        if (names.Length == 0)
        {
            return;
        }

        JsonElement all = await PendingAsync(call.ConcretePath[..call.ConcretePath.LastIndexOf('/')], cancellationToken).ConfigureAwait(false);
        if (all.ValueKind != JsonValueKind.Array)
        {
            foreach (string name in reverted)
            {
                found[$"{Start} {name}"] = StandingRules.Unreadable;
            }

            return;
        }

        foreach (JsonElement entry in all.EnumerateArray())
        {
            if (entry.Text("key") is { } name && Array.IndexOf(names, name) >= 0)
            {
                if (Waiting(entry) is { } waiting)
                {
                    found[$"{Start} {name}"] = waiting;
                }
            }
        }
    }
}
