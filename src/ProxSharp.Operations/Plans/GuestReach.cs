using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Http;
using ProxSharp.Schema;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Tells which guests a call reaches: the one in its path, those that its parameters name, the owners of the volumes and backups in it, and those behind
/// groups, nodes, jobs, rules of high availability, rights, storages, disks of hosts, networks, the firewall and mapped devices. It is what plans go by, for
/// programs that protect guests without making plans.
/// </summary>
public static class GuestReach
{
    /// <summary>Calls that act on all guests of a node, or on those they list; who has a shell of the node can do anything to them.</summary>
    private static readonly HashSet<string> s_wholeNode = new(StringComparer.Ordinal)
    {
        "stopall", "suspendall", "migrateall", "startall", "status", "execute", "termproxy", "vncshell", "spiceshell",
    };

    /// <summary>
    /// Returns those of some guests that a call reaches, in the order of their numbers. A call that only reads reaches nobody; neither does a copy its source.
    /// Requests are made only for what the call does not say itself.
    /// </summary>
    /// <param name="client">Reads what has to be known.</param>
    /// <param name="request">The call; also one that the schema does not know.</param>
    /// <param name="among">The numbers of the guests that matter; if there are none, nothing is read.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="GuardRefusedException">Nobody can tell which guests the call reaches.</exception>
    /// <exception cref="ProxmoxException">What has to be known cannot be read.</exception>
    public static async Task<IReadOnlyList<int>> FindAsync(
        ProxmoxClient client, PlanRequest request, IReadOnlySet<int> among, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(among);
        if (among.Count == 0 || client.Schema.Product != ProxmoxProduct.VirtualEnvironment)
        {
            return [];
        }

        PlannedCall call = Call(client.Schema, request);
        if (call.Class == OperationClass.Read)
        {
            return [];
        }

        IEnumerable<string> reached = IsWholeNode(call)
            ? await OnNodeAsync(client, call, cancellationToken).ConfigureAwait(false)
            : await NamedOrBehindAsync(client, call, among, cancellationToken).ConfigureAwait(false);
        return [.. reached.Select(Number).OfType<int>().Where(among.Contains).Distinct().Order()];
    }

    private static PlannedCall Call(ApiSchema schema, PlanRequest request)
    {
        (ApiOperation operation, ApiParameters parameters) = RawPath.Resolve(schema, request.Method, request.Path, request.Parameters);
        string path = operation.Path;
        if (schema.Find(request.Method, path) is null)
        {
            (path, parameters) = Unknown(path, parameters);
        }

        return new PlannedCall(request.Method, path, parameters, OperationCatalogue.For(schema.Product).Find(request.Method, path).SetOf(parameters));
    }

    /// <summary>A call that is newer than the schema: where its path names a node, or a guest, it is read like others there.</summary>
    private static (string Path, ApiParameters Parameters) Unknown(string path, ApiParameters parameters)
    {
        string[] words = [.. path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString)];
        (string[] names, int first) = words switch
        {
            ["nodes", _, "qemu" or "lxc", _, ..] => (["nodes", "{node}", words[2], "{vmid}"], 4),
            ["nodes", _, ..] => (["nodes", "{node}"], 2),
            _ => ((string[])[], 0),
        };
        ApiParameters all = [];
        for (int at = 0; at < first; at++)
        {
            if (names[at].StartsWith('{'))
            {
                all.Add(names[at][1..^1], words[at]);
            }
        }

        foreach (ApiParameter parameter in parameters.Where(parameter => all.Find(parameter.Name) is null))
        {
            all.Add(parameter);
        }

        return ("/" + string.Join('/', names.Concat(words.Skip(first))), all);
    }

    private static bool IsWholeNode(PlannedCall call) => !GuestNames.NamedBy(call).Any()
        && (GuestGroups.IsBulk(call) || (call.Path.Split('/') is ["", "nodes", "{node}", { } word] && s_wholeNode.Contains(word)));

    // Proxmox: the word localhost, too, names a node: it may be any. Without a node the call is about the whole cluster.
    private static async Task<IEnumerable<string>> OnNodeAsync(ProxmoxClient client, PlannedCall call, CancellationToken cancellationToken)
    {
        string? node = call.Parameters.Find("node");
        JsonElement all = (await client.Raw.GetAsync("/cluster/resources", new ApiParameters { { "type", "vm" } }, cancellationToken: cancellationToken)
            .ConfigureAwait(false)).Data;
        return all.EnumerateArray().Where(guest => node is null or "localhost" || guest.Text("node") == node)
            .Select(static guest => guest.Text("vmid")).OfType<string>();
    }

    private static async Task<IEnumerable<string>> NamedOrBehindAsync(
        ProxmoxClient client, PlannedCall call, IReadOnlySet<int> among, CancellationToken cancellationToken)
    {
        string[] own = [.. (GuestNames.IsInPath(call) ? [call.Parameters.Find("vmid")!] : Array.Empty<string>()).Concat(NewGuests.MadeBy(call))
            .Where(vmid => !CopySources.IsOne(call, vmid))];
        if (own.Any(vmid => Number(vmid) is { } number && among.Contains(number)))
        {
            return own;
        }

        JsonElement config = await ConfigAsync(client, call, cancellationToken).ConfigureAwait(false);
        GuestConfigs configs = new(client, among);
        TouchedGuests guests = new(client, configs, new VolumeUsers(client, configs));
        IEnumerable<TouchedGuest> touched = await guests.ReadAsync(call, config, cancellationToken).ConfigureAwait(false);
        return touched.Where(guest => guest.Holds is not null || !CopySources.IsOne(call, guest.Vmid)).Select(static guest => guest.Vmid);
    }

    /// <summary>The configuration of the guest in the path, where the call may be about disks in it: those may belong to others.</summary>
    private static async Task<JsonElement> ConfigAsync(ProxmoxClient client, PlannedCall call, CancellationToken cancellationToken)
    {
        bool isMeant = GuestNames.IsInPath(call) && !call.Path.EndsWith("/clone", StringComparison.Ordinal)
            && (call.Others.Any() || VolumeEffects.Takes(call));
        if (!isMeant)
        {
            return default;
        }

        string path = $"{string.Join('/', call.ConcretePath.Split('/').Take(5))}/config";
        try
        {
            return await ReadAsync(client, path, cancellationToken).ConfigureAwait(false);
        }
        catch (ProxmoxApiException unread)
        {
            // It may have moved to another node, or not be there yet: then it has no disks of anybody.
            string vmid = call.Parameters.Find("vmid")!;
            return await new GuestReader(client).FindAsync(vmid, cancellationToken).ConfigureAwait(false) switch
            {
                null => default,
                { } place when $"/nodes/{place.Node}/{place.Type}/{vmid}/config" is { } there && there != path =>
                    await ReadAsync(client, there, cancellationToken).ConfigureAwait(false),
                _ => throw new GuardRefusedException("target", $"Nobody can tell whose disks {call.Title} is about: {unread.Message}", unread),
            };
        }
    }

    private static async Task<JsonElement> ReadAsync(ProxmoxClient client, string path, CancellationToken cancellationToken) =>
        (await client.Raw.GetAsync(path, cancellationToken: cancellationToken).ConfigureAwait(false)).Data;

    private static int? Number(string vmid) => int.TryParse(vmid, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
