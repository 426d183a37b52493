using System.Text.RegularExpressions;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Finds calls that put what others made, such as an image, into a drive from which a machine starts before it comes to its disks: at its next start something
/// else runs, which can do with the disks what it likes. That is as much as a change of the boot order. What is imported as a disk need not come first: systems
/// take orders from a disk that is labelled so.
/// </summary>
internal static class BootMedia
{
    private const string Path = "/nodes/{node}/qemu/{vmid}/config";
    private const string Making = "/nodes/{node}/qemu";
    private const string OrderKey = "order=";

    // Proxmox: 4 ide, 6 sata, 31 scsi and 16 virtio drives.
    private static readonly string[] s_drives =
        [.. new[] { ("ide", 4), ("sata", 6), ("scsi", 31), ("virtio", 16) }.SelectMany(static bus => Enumerable.Range(0, bus.Item2).Select(n => $"{bus.Item1}{n}"))];

    // Proxmox: 256 of them.
    private static readonly string[] s_unused = [.. Enumerable.Range(0, 256).Select(static n => $"unused{n}")];

    /// <summary>What a plan says of such a call.</summary>
    public const string Why = " The machine starts from that drive before it comes to its disks, or takes orders from it, or nobody knows.";

    /// <summary>Returns the call, as privileged if it changes what the machine starts from.</summary>
    /// <param name="call">The call.</param>
    /// <param name="targets">What it acts on, the guest first.</param>
    /// <param name="earlier">The calls of the plan before it.</param>
    public static PlannedCall Judge(PlannedCall call, IReadOnlyList<PlanTarget> targets, IEnumerable<PlannedCall> earlier) =>
        !call.Set.Has(OperationClass.Privileged)
            && (call.Path == Path ? StartsOther(call, key => targets[0].Before.Text(key)) || ChangesCopy(call, targets[0], earlier) : call.Path == Making && OpensCopy(call))
            ? call.Also(OperationClass.Privileged)
            : call;

    /// <summary>True for a call that puts something foreign into a drive, or something else into one.</summary>
    public static bool IsOne(PlannedCall call) => call.Path == Path ? call.Others.Any(static parameter => DiskKeys.IsUsed(parameter.Name))
        : call.Path == Making && (Foreign(call).Any() || CopyOrders.IsCopy(call));

    /// <summary>True if a machine starts from a drive before it comes to its disks, or it is the first of them.</summary>
    /// <param name="drive">The drive.</param>
    /// <param name="config">The configuration: the value of a key, null for none.</param>
    /// <remarks>
    /// Proxmox: without an order, the first disk comes first. The old form names kinds by letters: c for disks, d for CD-ROM, n for networks.
    /// </remarks>
    public static bool IsFirst(string drive, Func<string, string?> config)
    {
        if (Order(config) is not { } order)
        {
            return config("boot")?.Replace("legacy=", "", StringComparison.Ordinal).StartsWith('d') == true;
        }

        return order.TakeWhile(device => device == drive || !IsDisk(config(device), device)).Contains(drive);
    }

    // The devices of a boot order, the first one first; null without an order.
    private static string[]? Order(Func<string, string?> config) =>
        config("boot") is { } boot && boot.IndexOf(OrderKey, StringComparison.Ordinal) is >= 0 and int at ? boot[(at + OrderKey.Length)..].Split(',')[0].Split(';') : null;

    // A machine without disks has nothing that the other system could get at. With another disk in the place of the first one it starts from that, or from the
    // network, where that comes next and the disk is empty; what it had comes in again behind it.
    private static bool StartsOther(PlannedCall call, Func<string, string?> config) =>
        StartsForeign(call, config) || ReplacesFirst(call, config) || ComesBehindOthers(call, config);

    // A disk that is there and comes to a machine whose order names no disk that it has: it starts from the network, or from an image, beside that disk.
    private static bool ComesBehindOthers(PlannedCall call, Func<string, string?> config) => Order(config) is { } order && call.Others
        .Where(static parameter => DiskKeys.IsDrive(parameter.Name) && VolumeOwners.IsOwned(Replacements.Volume(parameter.Text)))
        .Any(drive => config(drive.Name) is null && !order.Any(device => device == drive.Name || IsDisk(config(device), device)));

    private static bool ReplacesFirst(PlannedCall call, Func<string, string?> config) => call.Others
        .Where(static parameter => DiskKeys.IsDrive(parameter.Name))
        .Any(drive => IsDisk(config(drive.Name), drive.Name) && Replacements.Volume(drive.Text) != Replacements.Volume(config(drive.Name)!)
            && (IsFirst(drive.Name, config) || Order(config) is null));

    // Of a copy that the plan itself makes nobody has seen the drives yet.
    private static bool ChangesCopy(PlannedCall call, PlanTarget target, IEnumerable<PlannedCall> earlier) =>
        target.Key.StartsWith("new guest ", StringComparison.Ordinal) && call.Others.Any(static parameter => DiskKeys.IsDrive(parameter.Name))
        && earlier.Any(made => CopyOrders.Copies(made, call.Parameters.Find("vmid") ?? ""));

    private static bool StartsForeign(PlannedCall call, Func<string, string?> config) => Foreign(call)
        .Where(drive => Replacements.Volume(drive.Text) != Replacements.Volume(config(drive.Name) ?? "") || IsImport(drive))
        .Any(drive => IsImport(drive) ? HasDisk(config) : IsFirst(drive.Name, config));

    /// <summary>True for a machine that is restored, or copied from a guest's disk, which is another guest's work: what starts beside it gets at all of it.</summary>
    public static bool OpensCopy(PlannedCall call) => CopyOrders.IsCopy(call) && (call.Parameters.Find("archive") is not null
        ? Foreign(call).Any()
        : Foreign(call).Any(drive => IsFirst(drive.Name, call.Parameters.Find)) || MayStartBeside(call));

    // Without an order that names the copies alone another drive may come before them, or the network behind them, where there is a card.
    private static bool MayStartBeside(PlannedCall call)
    {
        IEnumerable<string> first = Order(call.Parameters.Find)
            ?? call.Others.Where(parameter => Beside.IsMatch(parameter.Name) && !Ejections.IsCloudInit(call, Replacements.Volume(parameter.Text)))
                .Select(static parameter => parameter.Name);
        return first.Except(CopyOrders.CopiedDrives(call).Select(static drive => drive.Name), StringComparer.Ordinal).Any();
    }

    // What a machine keeps of its firmware beside the disks may be imported, too.
    private static IEnumerable<ApiParameter> Foreign(PlannedCall call) => call.Others
        .Where(static parameter => DiskKeys.IsDrive(parameter.Name) || (DiskKeys.IsUsed(parameter.Name) && IsImport(parameter)))
        .Select(static parameter => parameter with { Name = parameter.Name.ToLowerInvariant() })
        .Where(parameter => (IsImage(parameter) || IsImport(parameter)) && !Ejections.IsCloudInit(call, Replacements.Volume(parameter.Text)));

    /// <summary>True for a drive that is made of what was imported. A copy of a guest's own disk is that guest's system.</summary>
    public static bool IsImport(ApiParameter drive) => ImportOf(drive.Text) is { } volume ? !VolumeOwners.IsOwned(volume) : Imported.IsMatch(Replacements.Volume(drive.Text));

    /// <summary>True for a drive with an image in it, or what is called a CD-ROM.</summary>
    public static bool IsImage(ApiParameter drive) => Replacements.Volume(drive.Text) is var volume && volume is not ("none" or "")
        && (Image.IsMatch(volume) || ItemLists.Split(drive.Text).Contains("media=cdrom", StringComparer.OrdinalIgnoreCase));

    /// <summary>What a disk is made of; null if of nothing that is there.</summary>
    public static string? ImportOf(string drive) => ItemLists.Split(drive)
        .FirstOrDefault(static item => item.StartsWith("import-from=", StringComparison.OrdinalIgnoreCase))?["import-from=".Length..];

    // What was taken out is there again with one more call.
    private static bool HasDisk(Func<string, string?> config) => s_drives.Any(drive => IsDisk(config(drive), drive)) || s_unused.Any(key => config(key) is not null);

    private static bool IsDisk(string? value, string device) => value is not null && DiskKeys.IsDrive(device) && !ItemLists.Split(value).Contains("media=cdrom");

    private static Regex Beside => field ??= new("^(ide|sata|scsi|virtio|net)[0-9]+$", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase);

    private static Regex Imported => field ??= new("^[^:/,]+:import/", RegexOptions.ExplicitCapture);

    private static Regex Image => field ??= new("^[^:/,]+:(iso|import)/", RegexOptions.ExplicitCapture);
}
