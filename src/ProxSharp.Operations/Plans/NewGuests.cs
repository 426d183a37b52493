using ProxSharp.Api;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Operations.Plans;

/// <summary>The guests that earlier calls of the same plan make: later calls may act on them although they do not exist yet.</summary>
internal sealed class NewGuests
{
    private readonly Dictionary<string, NewGuest> _guests = new(StringComparer.Ordinal);

    /// <summary>Notes what a call makes.</summary>
    public void Add(PlannedCall call)
    {
        foreach (string vmid in MadeBy(call))
        {
            _guests[vmid] = Of(call, vmid);
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

    /// <summary>Describes a guest that a call makes.</summary>
    public static NewGuest Of(PlannedCall call, string vmid)
    {
        string type = call.Path.StartsWith("/nodes/{node}/lxc", StringComparison.Ordinal) ? "lxc" : "qemu";
        string node = call.Parameters.Find("target") ?? call.Parameters.Find("node") ?? "";
        return new NewGuest(vmid, type, node, new PolicyTarget($"new guest {vmid}")
        {
            Vmid = VmidRange.TryParse(vmid, out VmidRange number) ? number.First : null,
            Node = node,
            Pool = call.Parameters.Find("pool"),
            Tags = ItemLists.Split(call.Parameters.Find("tags") ?? ""),
        });
    }
}
