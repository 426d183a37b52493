using ProxSharp.Api;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// What earlier calls of the same plan make, guests and their snapshots, and where they move guests to: later calls may act on it although it is not there yet.
/// </summary>
internal sealed class NewGuests
{
    private readonly Dictionary<string, NewGuest> _guests = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _places = new(StringComparer.Ordinal);
    private readonly HashSet<string> _snapshots = new(StringComparer.Ordinal);
    private readonly HashSet<string> _awaited = new(StringComparer.Ordinal);

    /// <summary>Notes what a call makes.</summary>
    /// <param name="call">The call.</param>
    /// <param name="targets">What it acts on.</param>
    public void Add(PlannedCall call, IReadOnlyList<PlanTarget> targets)
    {
        foreach (string vmid in MadeBy(call))
        {
            _guests[vmid] = Of(call, vmid, TagsCopied(call, targets)).In(targets.FirstOrDefault(target => target.Key == $"guest {vmid}")?.Policy.Pool);
            _places.Remove(vmid);
        }

        if (call.Parameters.Find("vmid") is not { } known)
        {
            return;
        }

        if (GuestSnapshots.MadeBy(call) is { } snapshot)
        {
            _snapshots.Add(GuestSnapshots.KeyOf(known, snapshot));
        }

        if (call.Path.EndsWith("/{vmid}/migrate", StringComparison.Ordinal) && call.Parameters.Find("target") is { } place)
        {
            _places[known] = place;

            // Proxmox: high availability is only told to move it, and does so in its own time.
            if (targets.Any(target => target.Key == $"guest {known}" && target.Facts.GetValueOrDefault("high availability") == "yes"))
            {
                _awaited.Add(known);
            }
        }
    }

    /// <summary>The node to which a guest is moved; null if it stays where it is.</summary>
    public string? PlaceOf(string? vmid) => vmid is null ? null : _places.GetValueOrDefault(vmid);

    /// <summary>True if a snapshot of that name is taken of a guest.</summary>
    public bool Takes(string vmid, string snapshot) => _snapshots.Contains(GuestSnapshots.KeyOf(vmid, snapshot));

    /// <summary>Refuses a call on a guest that high availability may not have moved yet when the call is made.</summary>
    /// <exception cref="GuardRefusedException">It is one.</exception>
    public void CheckArrival(PlannedCall call)
    {
        if (GuestNames.IsInPath(call) && call.Parameters.Find("vmid") is { } vmid && _awaited.Contains(vmid))
        {
            throw new GuardRefusedException("target", $"{call.Title} is refused: high availability moves guest {vmid} in its own time, so nobody knows on which "
                + "node it is by then. Plan the move first, wait until the guest has arrived, and plan the rest.");
        }
    }

    public NewGuest? Find(string? vmid) => vmid is not null && _guests.TryGetValue(vmid, out NewGuest? guest) ? guest : null;

    /// <summary>The numbers of the guests that a call makes.</summary>
    public static IEnumerable<string> MadeBy(PlannedCall call)
    {
        string? vmid = call.Path is "/nodes/{node}/qemu" or "/nodes/{node}/lxc" && call.Method == ApiMethod.Post ? call.Parameters.Find("vmid") : null;
        string? clone = call.Path.EndsWith("/clone", StringComparison.Ordinal) ? call.Parameters.Find("newid") : null;
        return new[] { vmid, clone }.OfType<string>();
    }

    /// <summary>The tags that the guest which a call makes has from the one that it copies.</summary>
    /// <param name="call">The call.</param>
    /// <param name="targets">What it acts on, the source first.</param>
    public static IReadOnlyList<string> TagsCopied(PlannedCall call, IReadOnlyList<PlanTarget> targets) =>

        // Proxmox: a clone has the tags of its source; one of a snapshot has those of that time.
        targets.Count > 0 && call.Path.EndsWith("/clone", StringComparison.Ordinal) && call.Parameters.Find("snapname") is null
            ? targets[0].Policy.Tags
            : [];

    /// <summary>Describes a guest that a call makes.</summary>
    /// <param name="call">The call.</param>
    /// <param name="vmid">The number of the guest.</param>
    /// <param name="copied">The tags that it has from another one: they allow what they allow there, and protect nobody yet.</param>
    public static NewGuest Of(PlannedCall call, string vmid, IReadOnlyList<string> copied)
    {
        string type = call.Path.StartsWith("/nodes/{node}/lxc", StringComparison.Ordinal) ? "lxc" : "qemu";
        string node = call.Parameters.Find("target") ?? call.Parameters.Find("node") ?? "";
        return new NewGuest(vmid, type, node, new PolicyTarget($"new guest {vmid}")
        {
            Vmid = VmidRange.TryParse(vmid, out VmidRange number) ? number.First : null,
            Node = node,
            Pool = call.Parameters.Find("pool"),
            Tags = [.. ItemLists.Split(call.Parameters.Find("tags") ?? ""), .. copied],
            ReleasedTags = copied,
        });
    }
}
