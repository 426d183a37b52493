using System.Net;
using System.Text.Json;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Finds the guests behind the firewall of the cluster or of a node: its options and forwarding rules are for all, groups, sets and aliases for those whose
/// rules name them.
/// </summary>
/// <param name="client">Reads the cluster's firewall.</param>
/// <param name="guests">Reads that of the guests.</param>
internal sealed class FirewallUsers(ProxmoxClient client, GuestConfigs guests)
{
    private const string Cluster = "/cluster/firewall";
    private const string Node = "/nodes/{node}/firewall";

    /// <summary>True for a call on such a firewall.</summary>
    public static bool IsAbout(PlannedCall call) => call.Method != ApiMethod.Get
        && (call.Path.StartsWith(Cluster + "/", StringComparison.Ordinal) || call.Path.StartsWith(Node + "/", StringComparison.Ordinal));

    /// <summary>The guests behind a call on it.</summary>
    /// <exception cref="GuardRefusedException">The firewall of the cluster or of a guest cannot be read, so that nobody can tell.</exception>
    public async Task<IEnumerable<string>> OfAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        if (call.Path is Cluster + "/options" or Node + "/options")
        {
            return await AllAsync(call, cancellationToken).ConfigureAwait(false);
        }

        if (call.Path.StartsWith(Cluster + "/rules", StringComparison.Ordinal) || call.Path.StartsWith(Node + "/rules", StringComparison.Ordinal))
        {
            return await IsForGuestsAsync(call, cancellationToken).ConfigureAwait(false) ? await AllAsync(call, cancellationToken).ConfigureAwait(false) : [];
        }

        FirewallNames names = Changed(call);
        if (names.AreEmpty)
        {
            return [];
        }

        await AddUsersAsync(names, cancellationToken).ConfigureAwait(false);
        return names.AreForAll
            ? await guests.OnAsync(null, cancellationToken).ConfigureAwait(false)
            : await guests.WhereAsync(
                path => UsesAsync(path, names, cancellationToken), null, "has firewall rules that name it", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What a call changes. A new group, set or alias is named by nobody; one that gets another name was there before.</summary>
    private static FirewallNames Changed(PlannedCall call)
    {
        FirewallNames names = new();
        string?[] changed = call.Path is Cluster + "/groups" or Cluster + "/ipset"
            ? call.Parameters.Find("rename") is { } old ? [old, call.Parameters.Find("group") ?? call.Parameters.Find("name")] : []
            : [call.Parameters.Find("group") ?? (call.Path == Cluster + "/aliases" ? null : call.Parameters.Find("name"))];
        HashSet<string> kind = call.Path.Split('/')[3] switch { "groups" => names.Groups, "ipset" => names.Sets, _ => names.Aliases };
        kind.UnionWith(changed.OfType<string>());
        return names;
    }

    private async Task<IReadOnlyList<string>> AllAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        string? node = call.Parameters.Find("node");
        return await guests.OnAsync(
            node is null ? null : await guests.NodeAsync(node, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }

    // What comes in and goes out of the host itself concerns no guest; what it forwards is theirs. A group may have rules of both kinds.
    private async Task<bool> IsForGuestsAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        if (call.Parameters.Find("type") is "forward" or "group")
        {
            return true;
        }

        return call.Method != ApiMethod.Post
            && (await GetAsync(call.ConcretePath, cancellationToken).ConfigureAwait(false)).Text("type") is "forward" or "group";
    }

    /// <summary>Adds what is made of them: sets with such an alias in them, and groups with rules that name one.</summary>
    private async Task AddUsersAsync(FirewallNames names, CancellationToken cancellationToken)
    {
        if (names.Aliases.Count > 0)
        {
            string[] sets = await HoldersAsync(Cluster + "/ipset", "name", names.AreMember, cancellationToken).ConfigureAwait(false);
            names.Sets.UnionWith(sets);
        }

        if (names.HasAddresses && !names.AreForAll)
        {
            names.Groups.UnionWith(await HoldersAsync(Cluster + "/groups", "group", names.AreIn, cancellationToken).ConfigureAwait(false));
        }

        names.AreForwarded = !names.AreForAll && await AreForwardedAsync(names, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// True if a rule of the cluster, of a node or of a virtual network for what is forwarded names one of them, or a group does which is used there.
    /// </summary>
    private async Task<bool> AreForwardedAsync(FirewallNames names, CancellationToken cancellationToken)
    {
        string[] groups = await HoldersAsync(Cluster + "/groups", "group", static rule => rule.Text("type") == "forward", cancellationToken)
            .ConfigureAwait(false);
        bool Forwards(JsonElement rule) => names.AreIn(rule)
            && (rule.Text("type") == "forward" || (rule.Text("type") == "group" && groups.Contains(rule.Text("action"), StringComparer.OrdinalIgnoreCase)));
        async Task<bool> HoldsAsync(string rules) => (await GetAsync(rules, cancellationToken).ConfigureAwait(false)).EnumerateArray().Any(Forwards);
        JsonElement vnets = await GetAsync("/cluster/sdn/vnets", cancellationToken).ConfigureAwait(false);
        IEnumerable<string> lists = (await guests.NodesAsync(cancellationToken).ConfigureAwait(false)).Select(static node => $"/nodes/{node}/firewall/rules")
            .Concat(vnets.EnumerateArray().Select(static vnet => vnet.Text("vnet")).OfType<string>()
                .Select(static vnet => $"/cluster/sdn/vnets/{Uri.EscapeDataString(vnet)}/firewall/rules"))
            .Append(Cluster + "/rules");
        foreach (string[] some in lists.Chunk(GuestConfigs.AtOnce))
        {
            if ((await Task.WhenAll(some.Select(HoldsAsync)).ConfigureAwait(false)).Contains(true))
            {
                return true;
            }
        }

        return false;
    }

    private async Task<bool> UsesAsync(string guest, FirewallNames names, CancellationToken cancellationToken)
    {
        JsonElement rules = (await client.Raw.GetAsync($"{guest}/firewall/rules", cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
        return rules.EnumerateArray().Any(names.AreIn)
            || (names.Aliases.Count > 0
                && (await HoldersAsync($"{guest}/firewall/ipset", "name", names.AreMember, cancellationToken).ConfigureAwait(false)).Length > 0);
    }

    /// <summary>The names of those in a list that hold something.</summary>
    private async Task<string[]> HoldersAsync(string list, string key, Func<JsonElement, bool> isMeant, CancellationToken cancellationToken)
    {
        List<string> holders = [];
        JsonElement all = await GetAsync(list, cancellationToken).ConfigureAwait(false);
        foreach (string name in all.EnumerateArray().Select(entry => entry.Text(key)).OfType<string>())
        {
            JsonElement held = await GetAsync($"{list}/{Uri.EscapeDataString(name)}", cancellationToken).ConfigureAwait(false);
            if (held.EnumerateArray().Any(isMeant))
            {
                holders.Add(name);
            }
        }

        return [.. holders];
    }

    private async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return (await client.Raw.GetAsync(path, cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
        }
        catch (ProxmoxApiException e) when (e.StatusCode == HttpStatusCode.NotImplemented)
        {
            // A server from before virtual networks, or their firewall, has none.
            return GuestConfigs.Nothing;
        }
        catch (ProxmoxApiException e) when (IsPendingNetwork(path, e))
        {
            // Proxmox: a network that is not applied yet has no firewall, and no guests.
            return GuestConfigs.Nothing;
        }
        catch (ProxmoxApiException e)
        {
            throw new GuardRefusedException("target", $"Nobody can tell which guests that firewall is for: {path} cannot be read: {e.Message}", e);
        }
    }

    private static bool IsPendingNetwork(string path, ProxmoxApiException e) =>
        path.StartsWith("/cluster/sdn/vnets/", StringComparison.Ordinal) && e.Message.Contains("invalid vnet specified", StringComparison.Ordinal);
}
