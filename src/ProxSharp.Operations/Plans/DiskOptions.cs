using System.Text.Json;
using System.Text.RegularExpressions;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Finds calls that set an option of a disk, or mount point, which a guest has: what it writes is thrown away when it stops, or lost with the power, or in no
/// backup and no replica any more. A disk that the call makes has nothing to lose.
/// </summary>
internal static class DiskOptions
{
    /// <summary>Returns the call, with the class of the worst option that it turns to.</summary>
    /// <param name="call">The call.</param>
    /// <param name="targets">What it acts on.</param>
    public static PlannedCall Judge(PlannedCall call, IReadOnlyList<PlanTarget> targets)
    {
        if (call.Class >= OperationClass.Destructive || call.Path is not ("/nodes/{node}/qemu/{vmid}/config" or "/nodes/{node}/lxc/{vmid}/config"))
        {
            return call;
        }

        JsonElement config = targets[0].Before;
        return call.Others.Where(static parameter => Disk.IsMatch(parameter.Name))
            .Aggregate(call, (worst, parameter) => Before(config, parameter.Name) is { } before ? worst.AtLeast(Worst(parameter, before)) : worst);
    }

    /// <summary>True if what a guest writes to a disk with this value is thrown away.</summary>
    public static bool ThrowsAway(string drive) => IsOn(drive, "snapshot") == true;

    // What is in a drive for images on CD-ROM is no guest's work.
    private static string? Before(JsonElement config, string name) => config.ValueKind == JsonValueKind.Object
        && config.Text(name) is { } before && !ItemLists.Split(before).Contains("media=cdrom") ? before : null;

    private static OperationClass Worst(ApiParameter parameter, string before)
    {
        bool Turns(Func<string, bool> has) => has(parameter.Text) && !has(before);

        // Proxmox: disks of machines and the root of a container are in backups unless that is turned off, mount points only if it is turned on.
        bool isKept = !parameter.Name.StartsWith("mp", StringComparison.Ordinal);
        return Turns(ThrowsAway) ? OperationClass.Destructive
            : Turns(static drive => ItemLists.Split(drive).Contains("cache=unsafe", StringComparer.OrdinalIgnoreCase))
                || Turns(drive => !(IsOn(drive, "backup") ?? isKept))
                || Turns(static drive => IsOn(drive, "replicate") == false) ? OperationClass.Disruptive
            : OperationClass.Read;
    }

    // One option twice is refused by the schema.
    private static bool? IsOn(string drive, string option) =>
        ItemLists.Split(drive).FirstOrDefault(item => item.StartsWith(option + "=", StringComparison.OrdinalIgnoreCase)) is { } item
            ? ChangedJob.IsOn(item[(option.Length + 1)..])
            : null;

    private static Regex Disk => field ??= new("^(ide|sata|scsi|virtio|efidisk|tpmstate|mp)[0-9]+$|^rootfs$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture);
}
