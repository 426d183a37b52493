using ProxSharp.Api;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Operations.Plans;

/// <summary>The guests that earlier calls of the same plan make: later calls may act on them although they do not exist yet.</summary>
internal sealed class NewGuests
{
    private readonly Dictionary<string, NewGuest> _guests = new(StringComparer.Ordinal);

    /// <summary>Notes what a call makes.</summary>
    /// <param name="call">The call.</param>
    /// <param name="targets">What it acts on.</param>
    public void Add(PlannedCall call, IReadOnlyList<PlanTarget> targets)
    {
        foreach (string vmid in MadeBy(call))
        {
            _guests[vmid] = Of(call, vmid, TagsCopied(call, targets));
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
