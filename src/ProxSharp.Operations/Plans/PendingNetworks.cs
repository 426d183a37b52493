using System.Text.Json;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>Finds the virtual networks that change when what is pending is applied.</summary>
/// <param name="read">Reads a list, with parameters.</param>
/// <param name="list">Reads a list as it is wanted and as it is in force.</param>
internal sealed class PendingNetworks(
    Func<string, ApiParameters?, CancellationToken, Task<JsonElement>> read, Func<string, CancellationToken, Task<IEnumerable<JsonElement>>> list)
{
    private const string Vnets = "/cluster/sdn/vnets";
    private const string Zones = "/cluster/sdn/zones";

    // Which networks hang on these is a matter of routes: any may.
    private static readonly string[] s_others =
    [
        "/cluster/sdn/controllers", "/cluster/sdn/fabrics/fabric", "/cluster/sdn/fabrics/node", "/cluster/sdn/prefix-lists", "/cluster/sdn/route-maps/entries",
    ];

    /// <summary>The names of those networks: changed themselves, with a changed subnet, in a changed zone, or all of them.</summary>
    /// <exception cref="GuardRefusedException">A list cannot be read, so that nobody can tell.</exception>
    public async Task<HashSet<string>> VnetsAsync(CancellationToken cancellationToken)
    {
        JsonElement[] all = [.. await list(Vnets, cancellationToken).ConfigureAwait(false)];
        HashSet<string> names = [.. Values(all, "vnet")];
        if (names.Count == 0 || await IsAnyAsync(s_others, cancellationToken).ConfigureAwait(false))
        {
            return names;
        }

        // What is new takes nothing from anybody.
        JsonElement[] vnets = await PendingAsync(Vnets, cancellationToken).ConfigureAwait(false);
        HashSet<string> made = [.. Values(vnets.Where(IsNew), "vnet")];
        HashSet<string> changed = [.. Values(vnets.Where(static vnet => !IsNew(vnet)), "vnet")];
        JsonElement[] pending = await PendingAsync(Zones, cancellationToken).ConfigureAwait(false);
        HashSet<string> zones = [.. Values(pending.Where(static zone => !IsNew(zone)), "zone")];
        changed.UnionWith(Values(all.Where(vnet => vnet.Text("zone") is { } zone && zones.Contains(zone)), "vnet"));
        foreach (string[] some in names.Except(changed, StringComparer.Ordinal).Except(made, StringComparer.Ordinal).ToArray().Chunk(GuestConfigs.AtOnce))
        {
            JsonElement[][] subnets = await Task.WhenAll(
                some.Select(vnet => PendingAsync(SubnetsOf(vnet), cancellationToken))).ConfigureAwait(false);
            changed.UnionWith(some.Zip(subnets).Where(static pair => pair.Second.Length > 0).Select(static pair => pair.First));
        }

        return changed;
    }

    /// <summary>What is pending, in order.</summary>
    /// <exception cref="GuardRefusedException">A list cannot be read, so that nobody can tell.</exception>
    public async Task<IReadOnlyList<PendingNetwork>> ChangesAsync(CancellationToken cancellationToken)
    {
        List<PendingNetwork> changes = [];
        foreach (string path in new[] { Vnets, Zones }.Concat(s_others))
        {
            changes.AddRange((await PendingAsync(path, cancellationToken).ConfigureAwait(false)).Select(entry => new PendingNetwork(path, entry)));
        }

        IEnumerable<JsonElement> all = await list(Vnets, cancellationToken).ConfigureAwait(false);
        foreach (string[] some in Values(all, "vnet").Distinct(StringComparer.Ordinal).Select(SubnetsOf).ToArray().Chunk(GuestConfigs.AtOnce))
        {
            JsonElement[][] subnets = await Task.WhenAll(some.Select(path => PendingAsync(path, cancellationToken))).ConfigureAwait(false);
            changes.AddRange(some.Zip(subnets).SelectMany(static pair => pair.Second.Select(entry => new PendingNetwork(pair.First, entry))));
        }

        return [.. changes.OrderBy(static change => change.Identity, StringComparer.Ordinal)];
    }

    private static string SubnetsOf(string vnet) => $"{Vnets}/{Uri.EscapeDataString(vnet)}/subnets";

    private static IEnumerable<string> Values(IEnumerable<JsonElement> entries, string name) => entries.Select(entry => entry.Text(name)).OfType<string>();

    private async Task<bool> IsAnyAsync(string[] lists, CancellationToken cancellationToken)
    {
        foreach (string path in lists)
        {
            if ((await PendingAsync(path, cancellationToken).ConfigureAwait(false)).Length > 0)
            {
                return true;
            }
        }

        return false;
    }

    private async Task<JsonElement[]> PendingAsync(string path, CancellationToken cancellationToken)
    {
        JsonElement all = await read(path, new ApiParameters { { "pending", "1" } }, cancellationToken).ConfigureAwait(false);
        return [.. all.EnumerateArray().Where(static entry => entry.Text("state") is { Length: > 0 } || HasPending(entry))];
    }

    private static bool IsNew(JsonElement entry) => entry.Text("state") == "new";

    private static bool HasPending(JsonElement entry) =>
        entry.TryGetProperty("pending", out JsonElement pending) && pending.ValueKind == JsonValueKind.Object && pending.EnumerateObject().Any();
}
