using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>Finds the guests that are connected to a virtual network, or to a bridge of a node: who changes those changes how the guests are reached.</summary>
/// <param name="client">Reads the networks, each list once.</param>
/// <param name="guests">Reads the configurations.</param>
internal sealed class NetworkUsers(ProxmoxClient client, GuestConfigs guests)
{
    private const string Sdn = "/cluster/sdn";
    private const string Node = "/nodes/{node}/network";

    private readonly ConcurrentDictionary<string, JsonElement> _read = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _staged = new(StringComparer.Ordinal);

    // What an interface is built upon, as its settings name it.
    private static readonly string[] s_parts = ["bridge_ports", "slaves", "bond-primary", "ovs_ports", "ovs_bonds", "ovs_bridge", "vlan-raw-device"];

    // A new object of these kinds is used by nothing yet.
    private static readonly HashSet<string> s_new = new(StringComparer.Ordinal)
    {
        Sdn + "/vnets", Sdn + "/zones", Sdn + "/controllers", Sdn + "/dns", Sdn + "/ipams", Sdn + "/fabrics/fabric", Sdn + "/prefix-lists",
    };

    /// <summary>True for a call on a network.</summary>
    public static bool IsAbout(PlannedCall call) => call.Method != ApiMethod.Get
        && (call.Path == Sdn || call.Path.StartsWith(Sdn + "/", StringComparison.Ordinal) || call.Path is Node or Node + "/{iface}");

    /// <summary>The guests behind a call on a network.</summary>
    /// <exception cref="GuardRefusedException">The networks or a configuration cannot be read, so that nobody can tell.</exception>
    public async Task<IEnumerable<string>> OfAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        // To drop what is not applied, or to lock it, changes no network.
        bool isHarmless = call.Path is Sdn + "/lock" or Sdn + "/rollback" || (call.Method == ApiMethod.Post && s_new.Contains(call.Path))
            || (call.Method == ApiMethod.Delete && call.Path == Node);
        if (isHarmless)
        {
            return [];
        }

        return call.Path switch
        {
            Node or Node + "/{iface}" => await OnNodeAsync(call, cancellationToken).ConfigureAwait(false),
            _ when call.Parameters.Find("vnet") is { } vnet => await OnAsync(bridge => bridge == vnet, null, cancellationToken).ConfigureAwait(false),
            Sdn + "/zones/{zone}" => await OnVnetsAsync(vnet => vnet.Text("zone") == call.Parameters.Find("zone"), cancellationToken).ConfigureAwait(false),
            Sdn => await OnPendingAsync(cancellationToken).ConfigureAwait(false),
            _ => await OnVnetsAsync(static _ => true, cancellationToken).ConfigureAwait(false),
        };
    }

    /// <summary>What is put in force when what is pending is applied, in short: how many changes of virtual networks, where, and what all that hashes to.</summary>
    /// <exception cref="GuardRefusedException">A list cannot be read, so that nobody can tell.</exception>
    public async Task<string> PendingAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<PendingNetwork> virtualOnes = await VirtualAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<KeyValuePair<string, string>> staged = await StagedAsync(cancellationToken).ConfigureAwait(false);
        string[] changes = [.. virtualOnes.Select(static change => change.Identity), .. staged.Select(static node => $"{node.Key}\n{node.Value}")];
        string where = staged.Count == 0 ? "" : $", interfaces of {string.Join(", ", staged.Select(static node => node.Key))}";
        return changes.Length == 0 ? "nothing" : $"{virtualOnes.Count} changes of virtual networks{where} ({JsonTexts.Hash(string.Join('\n', changes))[..12]})";
    }

    /// <summary>The changes of virtual networks that are pending.</summary>
    /// <exception cref="GuardRefusedException">A list cannot be read, so that nobody can tell.</exception>
    public Task<IReadOnlyList<PendingNetwork>> VirtualAsync(CancellationToken cancellationToken) => new PendingNetworks(GetAsync, ListAsync).ChangesAsync(cancellationToken);

    /// <summary>The nodes that are up and have something staged for their interfaces, and that.</summary>
    /// <exception cref="GuardRefusedException">The interfaces of a node cannot be read, so that nobody can tell.</exception>
    public async Task<IReadOnlyList<KeyValuePair<string, string>>> StagedAsync(CancellationToken cancellationToken)
    {
        List<KeyValuePair<string, string>> all = [];
        foreach (string[] some in (await guests.NodesUpAsync(cancellationToken).ConfigureAwait(false)).Chunk(GuestConfigs.AtOnce))
        {
            string[] staged = await Task.WhenAll(some.Select(node => StagedAsync(node, cancellationToken))).ConfigureAwait(false);
            all.AddRange(some.Zip(staged, KeyValuePair.Create).Where(static node => node.Value.Length > 0));
        }

        return all;
    }

    private async Task<IEnumerable<string>> OnVnetsAsync(Func<JsonElement, bool> isMeant, CancellationToken cancellationToken)
    {
        HashSet<string> vnets = await VnetsAsync(isMeant, cancellationToken).ConfigureAwait(false);
        return vnets.Count == 0 ? [] : await OnAsync(vnets.Contains, null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// The guests on networks that are changed when what is pending is applied; what each node has pending for its own interfaces is applied along.
    /// </summary>
    private async Task<IEnumerable<string>> OnPendingAsync(CancellationToken cancellationToken)
    {
        HashSet<string> vnets = await new PendingNetworks(GetAsync, ListAsync).VnetsAsync(cancellationToken).ConfigureAwait(false);
        List<string> found = vnets.Count == 0 ? [] : [.. await OnAsync(vnets.Contains, null, cancellationToken).ConfigureAwait(false)];
        foreach ((string node, _) in await StagedAsync(cancellationToken).ConfigureAwait(false))
        {
            found.AddRange(await OnAsync(static _ => true, node, cancellationToken).ConfigureAwait(false));
        }

        return found.Distinct(StringComparer.Ordinal);
    }

    /// <summary>What is staged for the interfaces of a node, as a comparison of files; empty for nothing.</summary>
    /// <remarks>Proxmox: it stands beside the list of them.</remarks>
    public async Task<string> StagedAsync(string node, CancellationToken cancellationToken)
    {
        if (_staged.TryGetValue(node, out string? known))
        {
            return known;
        }

        string path = $"/nodes/{Uri.EscapeDataString(node)}/network";
        try
        {
            ApiResponse<JsonElement> answer = await client.Raw.GetAsync(path, cancellationToken: cancellationToken).ConfigureAwait(false);
            return _staged[node] = answer.Extra.TryGetValue("changes", out JsonElement changes) ? changes.ToString() : "";
        }
        catch (ProxmoxPermissionException)
        {
            // What the token does not see, the guard does not either.
            return "";
        }
        catch (ProxmoxApiException e)
        {
            throw new GuardRefusedException("target", $"Nobody can tell which guests are connected there: {path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The guests on a node whose bridges a call changes: all with the reloading, those built on an interface with a change of that.</summary>
    private async Task<IEnumerable<string>> OnNodeAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        string? node = await guests.NodeAsync(call.Parameters.Find("node"), cancellationToken).ConfigureAwait(false);
        if (call is { Method: ApiMethod.Put, Path: Node })
        {
            return await OnAsync(static _ => true, node, cancellationToken).ConfigureAwait(false);
        }

        HashSet<string> interfaces = await BuiltOnAsync(call, cancellationToken).ConfigureAwait(false);

        // Tunnels between the nodes go over any interface that there is, and not over one that is new.
        HashSet<string> zones = [.. (await ListAsync(Sdn + "/zones", cancellationToken).ConfigureAwait(false))
            .Where(zone => zone.Text("bridge") is { } bridge
                ? interfaces.Any(name => IsOn(bridge, name))
                : call.Method != ApiMethod.Post && zone.Text("type") is "vxlan" or "evpn")
            .Select(static zone => zone.Text("zone")).OfType<string>()];
        HashSet<string> vnets = zones.Count == 0
            ? []
            : await VnetsAsync(vnet => vnet.Text("zone") is { } zone && zones.Contains(zone), cancellationToken).ConfigureAwait(false);
        return await OnAsync(bridge => interfaces.Contains(bridge) || vnets.Contains(bridge), node, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The interface of a call, those that it is made of, and all of the node that are built on one of them.</summary>
    private async Task<HashSet<string>> BuiltOnAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        HashSet<string> names =
        [
            // A VLAN takes nothing from what it is put on.
            .. call.Parameters.Where(static parameter => parameter.Name == "iface" || (s_parts.Contains(parameter.Name) && parameter.Name != "vlan-raw-device"))
                .SelectMany(static parameter => ItemLists.Split(parameter.Text)),
        ];
        string node = Uri.EscapeDataString(call.Parameters.Find("node") ?? "");
        JsonElement[] all = [.. (await GetAsync($"/nodes/{node}/network", null, cancellationToken).ConfigureAwait(false)).EnumerateArray()];
        int before;
        do
        {
            before = names.Count;
            names.UnionWith(all.Where(entry => Parts(entry).Any(part => names.Any(name => IsOn(part, name))))
                .Select(static entry => entry.Text("iface")).OfType<string>().ToArray());
        }
        while (names.Count > before);
        return names;
    }

    private static IEnumerable<string> Parts(JsonElement entry) => s_parts.Select(name => entry.Text(name)).Append(entry.Text("iface")).OfType<string>()
        .SelectMany(ItemLists.Split);

    // Proxmox: an interface of a VLAN may be named after the one it is on, with the tag behind a dot.
    private static bool IsOn(string part, string name) => part == name || part.StartsWith(name + ".", StringComparison.Ordinal);

    /// <summary>The names of virtual networks, as they are wanted and as they are: what is removed stays until that is applied.</summary>
    private async Task<HashSet<string>> VnetsAsync(Func<JsonElement, bool> isMeant, CancellationToken cancellationToken) =>
        [
            .. (await ListAsync(Sdn + "/vnets", cancellationToken).ConfigureAwait(false)).Where(isMeant)
                .Select(static vnet => vnet.Text("vnet")).OfType<string>(),
        ];

    private async Task<IEnumerable<JsonElement>> ListAsync(string path, CancellationToken cancellationToken)
    {
        JsonElement wanted = await GetAsync(path, null, cancellationToken).ConfigureAwait(false);
        JsonElement running = await GetAsync(path, new ApiParameters { { "running", "1" } }, cancellationToken).ConfigureAwait(false);
        return wanted.EnumerateArray().Concat(running.EnumerateArray());
    }

    private Task<IReadOnlyList<string>> OnAsync(Func<string, bool> isBridge, string? node, CancellationToken cancellationToken) => guests.WithAsync(
        (name, value) => Card.IsMatch(name)
            && ItemLists.Split(value).Any(item => item.StartsWith("bridge=", StringComparison.Ordinal) && isBridge(item["bridge=".Length..])),
        node,
        "is connected there",
        cancellationToken);

    private async Task<JsonElement> GetAsync(string path, ApiParameters? parameters, CancellationToken cancellationToken)
    {
        string key = $"{path}?{string.Join('&', parameters ?? [])}";
        if (_read.TryGetValue(key, out JsonElement known))
        {
            return known;
        }

        try
        {
            return _read[key] = (await client.Raw.GetAsync(path, parameters, cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
        }
        catch (ProxmoxApiException e) when (e.StatusCode == HttpStatusCode.NotImplemented)
        {
            // A server from before virtual networks has none.
            return GuestConfigs.Nothing;
        }
        catch (ProxmoxApiException e)
        {
            throw new GuardRefusedException("target", $"Nobody can tell which guests are connected there: {path} cannot be read: {e.Message}", e);
        }
    }

    private static Regex Card => field ??= new("^net[0-9]+$");
}
