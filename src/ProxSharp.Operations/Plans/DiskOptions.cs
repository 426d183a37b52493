using System.Text.Json;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Finds calls that set an option of a disk, or mount point, which a guest has: what it writes is thrown away when it stops, or lost with the power, or in no
/// backup and no replica any more, or mounted elsewhere, or nothing can be written to it or run from it any more. A disk that the call makes has nothing to lose.
/// </summary>
internal static class DiskOptions
{
    private static readonly HashSet<string> s_careless = new(["cache=unsafe", "werror=ignore", "rerror=ignore"], StringComparer.OrdinalIgnoreCase);

    private const string Mounting = "mountoptions=";

    // With these a system in a container does not start, or its programs do not.
    private static readonly string[] s_strict = ["nodev", "noexec", "nosuid"];

    /// <summary>Returns the call, with the classes of the options that it turns to.</summary>
    /// <param name="call">The call.</param>
    /// <param name="targets">What it acts on.</param>
    public static PlannedCall Judge(PlannedCall call, IReadOnlyList<PlanTarget> targets)
    {
        if (call.Path is not ("/nodes/{node}/qemu/{vmid}/config" or "/nodes/{node}/lxc/{vmid}/config"))
        {
            return call;
        }

        JsonElement config = targets[0].Before;
        return call.Others.Where(static parameter => DiskKeys.IsUsed(parameter.Name))
            .SelectMany(parameter => Before(config, parameter).Select(before => Worst(parameter, before.Value.ToString(), isUsed: DiskKeys.IsUsed(before.Name))))
            .Aggregate(call, static (judged, found) => judged.Also(found));
    }

    /// <summary>What a plan says of a disk that is left out of backups.</summary>
    public const string Why = " Backups without that disk take the places of those with it.";

    /// <summary>True for a call that says of a disk that it is in no backup.</summary>
    public static bool LeavesOut(PlannedCall call) => call.Path is "/nodes/{node}/qemu/{vmid}/config" or "/nodes/{node}/lxc/{vmid}/config"
        && call.Others.Any(static parameter => DiskKeys.IsUsed(parameter.Name) && IsOn(parameter.Text, "backup") == false);

    /// <summary>The disks and mount points of a guest that its backups leave out, by their keys. Images, and folders of the host, are none.</summary>
    /// <param name="config">The configuration of the guest.</param>
    public static IReadOnlyList<string> LeftOut(JsonElement config) => config.ValueKind != JsonValueKind.Object ? [] :
    [
        .. config.EnumerateObject()
            .Where(static member => DiskKeys.IsVolume(member.Name) && member.Value.ToString() is var drive && Volume(drive).Contains(':', StringComparison.Ordinal)
                && Volume(drive)[0] != '/' && !ItemLists.Split(drive).Contains("media=cdrom", StringComparer.OrdinalIgnoreCase)
                && !(DiskKeys.IsUsed(member.Name) && IsBackedUp(member.Name, drive)))
            .Select(static member => member.Name),
    ];

    // Proxmox: disks of machines and the root of a container are in backups unless that is turned off, mount points only if it is turned on.
    private static bool IsBackedUp(string key, string drive) => IsOn(drive, "backup") ?? !key.StartsWith("mp", StringComparison.Ordinal);

    /// <summary>True if what a guest writes to a disk with this value is thrown away.</summary>
    public static bool ThrowsAway(string drive) => IsOn(drive, "snapshot") == true;

    // What the drive holds now, and what the disk that it gets is elsewhere: its name says little, another one may get the same disk.
    private static IEnumerable<JsonProperty> Before(JsonElement config, ApiParameter parameter) => config.ValueKind != JsonValueKind.Object ? [] :
        config.EnumerateObject()
            .Where(member => (member.Name == parameter.Name && !IsImage(member.Value.ToString()))
                || (DiskKeys.IsVolume(member.Name) && Volume(member.Value.ToString()) == Volume(parameter.Text)));

    // What is in a drive for images on CD-ROM is no guest's work.
    private static bool IsImage(string drive) => Volume(drive) is "none" or "cdrom" || Volume(drive).Contains(":iso/", StringComparison.Ordinal);

    private static string Volume(string drive)
    {
        string first = ItemLists.Split(drive).FirstOrDefault(static item => item.IndexOf('=', StringComparison.Ordinal) < 0
            || item.StartsWith("file=", StringComparison.OrdinalIgnoreCase) || item.StartsWith("volume=", StringComparison.OrdinalIgnoreCase)) ?? "";
        return first[(first.IndexOf('=', StringComparison.Ordinal) + 1)..];
    }

    private static OperationClass Worst(ApiParameter parameter, string before, bool isUsed)
    {
        bool Turns(Func<string, bool> has) => has(parameter.Text) && !has(before);

        return Turns(ThrowsAway) ? OperationClass.Destructive

            // Backups without it take the places of those with it. As a drive for images it is in none, and its machine starts from something else. What a guest
            // has written to its disk is taken for the head of an image in another format, which may name files of the host.
            : Turns(drive => !IsBackedUp(parameter.Name, drive)) || Turns(static drive => ItemLists.Split(drive).Contains("media=cdrom", StringComparer.OrdinalIgnoreCase))
                || Turns(static drive => ItemLists.Split(drive).Any(static item => item.StartsWith("format=", StringComparison.OrdinalIgnoreCase))) ? OperationClass.Privileged
            : Turns(static drive => ItemLists.Split(drive).Any(s_careless.Contains))
                || Turns(static drive => IsOn(drive, "replicate") == false)

                // Proxmox: it is taken for one that is on all nodes, so that a move leaves it behind.
                || Turns(static drive => IsOn(drive, "shared") == true)
                || (isUsed && (Turns(static drive => IsOn(drive, "ro") == true) || s_strict.Any(option => Turns(drive => MountOptions(drive).Contains(option)))))
                || (Place(before) is { } place && Place(parameter.Text) != place) ? OperationClass.Disruptive
            : OperationClass.Read;
    }

    // Proxmox: these options stand in one item, with semicolons between.
    private static string[] MountOptions(string mount) =>
        mount.Split(',').Select(static item => item.Trim()).FirstOrDefault(static item => item.StartsWith(Mounting, StringComparison.OrdinalIgnoreCase))
            ?[Mounting.Length..].Split(';') ?? [];

    // What is mounted elsewhere is missed where it was.
    private static string? Place(string mount) => ItemLists.Split(mount).FirstOrDefault(static item => item.StartsWith("mp=", StringComparison.Ordinal))?.TrimEnd('/');

    // One option twice is refused by the schema.
    private static bool? IsOn(string drive, string option) =>
        ItemLists.Split(drive).FirstOrDefault(item => item.StartsWith(option + "=", StringComparison.OrdinalIgnoreCase)) is { } item
            ? ChangedJob.IsOn(item[(option.Length + 1)..])
            : null;
}
