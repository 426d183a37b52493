using System.Globalization;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>Tells who is only copied by a call, and stays as it is: the source of a clone, and the guest whose backup becomes another one.</summary>
internal static class CopySources
{
    // What a guest is made from.
    private static readonly string[] s_sources = ["archive", "ostemplate"];

    /// <summary>True for a guest that a call reaches as a source alone.</summary>
    public static bool IsOne(PlannedCall call, string vmid)
    {
        if (GuestNames.IsInPath(call))
        {
            return call.Path.EndsWith("/clone", StringComparison.Ordinal) && call.Parameters.Find("vmid") == vmid && !Names(call, vmid, isSource: false);
        }

        // Whoever is named by neither has a volume that comes to the new guest, and may lose it; so may anyone where the name of the volume says nobody.
        return NewGuests.MadeBy(call).Any() && Names(call, vmid, isSource: true) && !Names(call, vmid, isSource: false) && SharedVolumes.GivenBy(call).Length == 0;
    }

    /// <summary>True for a guest that a call reaches as a source alone; false for what is no guest, and for one that has a disk which the call takes away.</summary>
    public static bool IsOne(PlannedCall call, PlanTarget target) =>
        target.Policy.Vmid is { } number && IsOne(call, number.ToString(CultureInfo.InvariantCulture)) && !VolumeUsers.Has(target);

    private static bool Names(PlannedCall call, string vmid, bool isSource)
    {
        ApiParameters others = [];
        foreach (ApiParameter parameter in call.Parameters.Where(parameter => s_sources.Contains(parameter.Name) == isSource))
        {
            others.Add(parameter);
        }

        PlannedCall rest = call.With(others);
        return NewGuests.MadeBy(rest).Contains(vmid)
            || GuestNames.NamedBy(rest).Concat(VolumeOwners.NamedBy(rest)).Any(guest => guest.Vmid == vmid);
    }
}
