using System.Collections.Concurrent;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Bulk;

namespace ProxSharp.Pve.Guests;

/// <summary>
/// Guests as they are now. Proxmox: the list of the cluster shows names and states as the status daemon of each node saw them last, up to 10 s ago, and new
/// guests without a name. Whatever decides by one of them asks the guest itself, or the lists of the nodes.
/// </summary>
internal sealed class LiveGuests(PveClient client)
{
    private const int AtATime = 8;

    private static readonly string[] s_kinds = ["qemu", "lxc"];

    /// <summary>The guest with its present name and state.</summary>
    public async Task<GuestSummary> LookAsync(GuestSummary guest, CancellationToken cancellationToken)
    {
        Guest handle = client.Guests[guest];
        return Seen(guest, await handle.GetStatusAsync(cancellationToken).ConfigureAwait(false), handle);
    }

    /// <inheritdoc cref="LookAsync(GuestSummary, CancellationToken)"/>
    public GuestSummary Look(GuestSummary guest, CancellationToken cancellationToken)
    {
        Guest handle = client.Guests[guest];
        return Seen(guest, handle.GetStatus(cancellationToken), handle);
    }

    /// <summary>The guest with its present name and state; as it was known if it cannot be asked: whoever then does something with it is told why.</summary>
    public async Task<GuestSummary> TryLookAsync(GuestSummary guest, CancellationToken cancellationToken)
    {
        try
        {
            return IsKnown(guest) ? guest : await LookAsync(guest, cancellationToken).ConfigureAwait(false);
        }
        catch (ProxmoxException)
        {
            return guest;
        }
    }

    /// <inheritdoc cref="TryLookAsync"/>
    public GuestSummary TryLook(GuestSummary guest, CancellationToken cancellationToken)
    {
        try
        {
            return IsKnown(guest) ? guest : Look(guest, cancellationToken);
        }
        catch (ProxmoxException)
        {
            return guest;
        }
    }

    /// <summary>Guests with their present names and states; those that cannot be asked are as they were known.</summary>
    public async Task<IReadOnlyList<GuestSummary>> LookAsync(IReadOnlyList<GuestSummary> guests, CancellationToken cancellationToken)
    {
        GuestSummary[] looked = [.. guests];
        ParallelOptions options = new() { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellationToken };
        await Parallel.ForAsync(
            0, looked.Length, options, async (at, token) => looked[at] = await TryLookAsync(looked[at], token).ConfigureAwait(false)).ConfigureAwait(false);
        return looked;
    }

    /// <summary>All guests, with the names and states that their nodes tell. Those of nodes that do not tell are as the cluster lists them.</summary>
    public async Task<IReadOnlyList<GuestSummary>> ListAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<GuestSummary> all = await client.Guests.ListAsync(cancellationToken).ConfigureAwait(false);
        string[] nodes = Online(all, await client.Nodes.ListAsync(cancellationToken).ConfigureAwait(false));
        ConcurrentDictionary<string, JsonElement> live = new(StringComparer.Ordinal);
        ParallelOptions options = new() { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(nodes, options, async (name, token) =>
        {
            try
            {
                foreach (string kind in s_kinds)
                {
                    Keep(live, await client.Raw.GetAsync(PathOf(name, kind), cancellationToken: token).ConfigureAwait(false));
                }
            }
            catch (ProxmoxException)
            {
                // The list of the cluster knows its guests, if not their latest names.
            }
        }).ConfigureAwait(false);
        return Merged(all, live);
    }

    /// <inheritdoc cref="ListAsync"/>
    public IReadOnlyList<GuestSummary> List(CancellationToken cancellationToken)
    {
        IReadOnlyList<GuestSummary> all = client.Guests.List(cancellationToken);
        ConcurrentDictionary<string, JsonElement> live = new(StringComparer.Ordinal);
        foreach (string name in Online(all, client.Nodes.List(cancellationToken)))
        {
            try
            {
                foreach (string kind in s_kinds)
                {
                    Keep(live, client.Raw.Get(PathOf(name, kind), cancellationToken: cancellationToken));
                }
            }
            catch (ProxmoxException)
            {
                // The list of the cluster knows its guests, if not their latest names.
            }
        }

        return Merged(all, live);
    }

    /// <summary>All guests, so that a selection by name chooses the right ones.</summary>
    /// <param name="selector">The selection.</param>
    /// <param name="type">The kind that it is for; null for both.</param>
    /// <param name="onlyMissing">True if only a name that nobody seems to have is looked into.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    public async Task<IReadOnlyList<GuestSummary>> ForAsync(GuestSelector selector, GuestType? type, bool onlyMissing, CancellationToken cancellationToken)
    {
        IReadOnlyList<GuestSummary> all = await client.Guests.ListAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<GuestSummary> meant = OfType(all, type);
        if (selector.NeedsLiveList(meant, onlyMissing))
        {
            return await ListAsync(cancellationToken).ConfigureAwait(false);
        }

        IReadOnlyList<GuestSummary> doubtful = onlyMissing ? [] : await LookAsync([.. selector.ChosenByName(meant)], cancellationToken).ConfigureAwait(false);
        return Renewed(all, doubtful) ?? await ListAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc cref="ForAsync"/>
    public IReadOnlyList<GuestSummary> For(GuestSelector selector, GuestType? type, bool onlyMissing, CancellationToken cancellationToken)
    {
        IReadOnlyList<GuestSummary> all = client.Guests.List(cancellationToken);
        IReadOnlyList<GuestSummary> meant = OfType(all, type);
        if (selector.NeedsLiveList(meant, onlyMissing))
        {
            return List(cancellationToken);
        }

        GuestSummary[] doubtful = onlyMissing ? [] : [.. selector.ChosenByName(meant).Select(guest => TryLook(guest, cancellationToken))];
        return Renewed(all, doubtful) ?? List(cancellationToken);
    }

    private static IReadOnlyList<GuestSummary> OfType(IReadOnlyList<GuestSummary> all, GuestType? type) =>
        type is null ? all : [.. all.Where(guest => guest.Type == type)];

    // Null if a name is another than was listed: then nobody knows who has the one that was meant.
    private static IReadOnlyList<GuestSummary>? Renewed(IReadOnlyList<GuestSummary> all, IReadOnlyList<GuestSummary> looked)
    {
        if (looked.Count == 0)
        {
            return all;
        }

        Dictionary<VmId, GuestSummary> byId = looked.ToDictionary(static guest => guest.Id);
        return all.Any(guest => byId.TryGetValue(guest.Id, out GuestSummary? now) && !string.Equals(now.Name, guest.Name, StringComparison.OrdinalIgnoreCase))
            ? null
            : [.. all.Select(guest => byId.GetValueOrDefault(guest.Id) ?? guest)];
    }

    private static GuestSummary Seen(GuestSummary guest, GuestStatusReport now, Guest handle) => guest with
    {
        Name = now.Name ?? guest.Name,
        Status = now.Status,
        Node = handle.Place.LastNode ?? guest.Node,
        IsPaused = now is VmStatus { IsPaused: true },
        IsLive = true,
        IsLookedAt = true,
    };

    // Proxmox: the list of a node tells no paused machine from one that works.
    private static bool IsKnown(GuestSummary guest) => guest.IsLive && !guest.MayBePaused;

    // Only those that hold guests, and would not be waited for in vain.
    private static string[] Online(IReadOnlyList<GuestSummary> all, IReadOnlyList<NodesItem> nodes) =>
        [.. nodes.Where(static node => node.Status == NodeStatus.Online).Select(static node => node.Node).Intersect(all.Select(static guest => guest.Node))];

    private static string PathOf(string node, string kind) => $"/nodes/{Uri.EscapeDataString(node)}/{kind}";

    private static void Keep(ConcurrentDictionary<string, JsonElement> live, ApiResponse<JsonElement> answer)
    {
        foreach (JsonElement item in answer.Data.EnumerateArray())
        {
            live[item.GetProperty("vmid").ToString()] = item;
        }
    }

    private static GuestSummary[] Merged(IReadOnlyList<GuestSummary> all, ConcurrentDictionary<string, JsonElement> live) =>
        [.. all.Select(guest => live.TryGetValue(guest.Id.ToString(), out JsonElement now) ? Seen(guest, now) : guest)];

    private static GuestSummary Seen(GuestSummary guest, JsonElement now) => guest with
    {
        Name = now.TryGetProperty("name", out JsonElement name) ? name.ToString() : guest.Name,
        Status = new GuestStatus(now.GetProperty("status").ToString()),
        IsLive = true,
    };
}
