using System.Text.RegularExpressions;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Finds machines that are made of another guest's disk and told what to do at their first start, and those that are there and get a copy of one: whoever sets the
/// user, the keys or where cloud-init gets its orders, or did so before, reads what is on that guest's disks.
/// </summary>
internal static class CopyOrders
{
    private const string Making = "/nodes/{node}/qemu";
    private const string Config = "/nodes/{node}/qemu/{vmid}/config";

    private static readonly HashSet<string> s_orders = new(["ciuser", "cipassword", "sshkeys", "cicustom", "smbios1"], StringComparer.OrdinalIgnoreCase);

    /// <summary>What a plan says of such a call.</summary>
    public const string Why = " It has a copy of another guest's disk: whoever logs in to it, or tells it what to do, gets at what is there.";

    /// <summary>Returns the call, as privileged if it gives orders to a copy.</summary>
    public static PlannedCall Judge(PlannedCall call) => IsOne(call) ? call.Also(OperationClass.Privileged) : call;

    /// <summary>True for a call that gives orders to a copy, or a copy to a machine that has its orders.</summary>
    public static bool IsOne(PlannedCall call) => call.Path switch
    {
        Making => IsCopy(call) && (call.Others.Any(parameter => IsOrder(call, parameter)) || IsMixed(call)),
        Config => CopiedDrives(call).Any(drive => VolumeOwners.OwnersOf(BootMedia.ImportOf(drive.Text)!).Any(owner => owner != call.Parameters.Find("vmid"))),
        _ => false,
    };

    /// <summary>True for a machine that is restored, or gets a copy of a guest's disk.</summary>
    public static bool IsCopy(PlannedCall call) => call.Parameters.Find("archive") is not null
        || CopiedDrives(call).Any();

    /// <summary>True for a call that makes a machine of another guest's disks, or its backup.</summary>
    public static bool Copies(PlannedCall call, string vmid) => call.Path == Making ? call.Parameters.Find("vmid") == vmid && IsCopy(call)
        : call.Path.EndsWith("/{vmid}/clone", StringComparison.Ordinal) && call.Parameters.Find("newid") == vmid;

    /// <summary>The drives that a call fills with copies of a guest's disks.</summary>
    public static IEnumerable<ApiParameter> CopiedDrives(PlannedCall call) => call.Others
        .Where(static drive => DiskKeys.IsUsed(drive.Name) && BootMedia.ImportOf(drive.Text) is { } volume && VolumeOwners.IsOwned(volume));

    // Of two guests one may be the caller's own, whose system gets at what is on the other's disk.
    private static bool IsMixed(PlannedCall call) => CopiedDrives(call).Select(static drive => BootMedia.ImportOf(drive.Text)!)
        .Append(call.Parameters.Find("archive") ?? "").SelectMany(VolumeOwners.OwnersOf).Distinct(StringComparer.Ordinal).Skip(1).Any();

    // Proxmox: what cloud-init is told stands in a drive of its own, in an image with the right label, or where the serial number of the machine points to.
    private static bool IsOrder(PlannedCall call, ApiParameter parameter) => s_orders.Contains(parameter.Name)
        ? !parameter.Name.Equals("smbios1", StringComparison.OrdinalIgnoreCase) || ItemLists.Split(parameter.Text).Any(static item => !Harmless.IsMatch(item))
        : DiskKeys.IsDrive(parameter.Name) && (BootMedia.IsImage(parameter) || BootMedia.IsImport(parameter))
            && !Ejections.IsCloudInit(call, Replacements.Volume(parameter.Text));

    private static Regex Harmless => field ??= new(@"\A(uuid|base64)=", RegexOptions.IgnoreCase);
}
