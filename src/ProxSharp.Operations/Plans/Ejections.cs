using System.Text.Json;
using System.Text.RegularExpressions;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Finds calls that take a drive for CD-ROM, or that of cloud-init, out of a machine. To take out a disk counts as loss; here nothing is lost: an image stays on
/// its storage, and that of cloud-init is made from the configuration, whenever it is needed.
/// </summary>
internal static class Ejections
{
    private const string Config = "/nodes/{node}/qemu/{vmid}/config";

    /// <summary>Returns the call, as one that loses nothing by the drives among what it deletes that hold no disk.</summary>
    /// <param name="call">The call.</param>
    /// <param name="targets">What it acts on, the guest first.</param>
    /// <param name="earlier">The calls of the plan before it, with what they act on: what they put into a drive nobody sees yet.</param>
    public static PlannedCall Judge(PlannedCall call, IReadOnlyList<PlanTarget> targets, IEnumerable<(PlannedCall Call, IReadOnlyList<PlanTarget> Own)> earlier)
    {
        if (!IsOfMachine(call) || UndoBuilder.IsSet(call, "force") || targets[0].Before.ValueKind != JsonValueKind.Object)
        {
            return call;
        }

        JsonElement config = targets[0].Before;
        PlannedCall[] before = [.. earlier.Where(step => step.Own.Any(target => target.Key == targets[0].Key)).Select(static step => step.Call)];
        string[] drives =
        [
            .. ItemLists.Deleted(call.Parameters).Distinct(StringComparer.Ordinal)
                .Where(key => HoldsNoDisk(key, config, call) && before.All(other => Leaves(other, key))),
        ];
        if (drives.Length == 0)
        {
            return call;
        }

        // What the machine starts from then is another thing, and an undo does not put the drive back into the order.
        bool isStart = drives.Any(key => Replacements.Volume(config.Text(key)!) != "none" && BootMedia.IsFirst(key, name => config.Text(name)));
        PlannedCall ejecting = call.Ejecting(drives);
        return isStart ? ejecting.Also(OperationClass.Disruptive) : ejecting;
    }

    /// <summary>True if a plan may say of a call that it takes these drives out.</summary>
    public static bool Fit(PlannedCall call, IReadOnlyList<string> drives) =>
        IsOfMachine(call) && !UndoBuilder.IsSet(call, "force") && drives.All(Drive.IsMatch) && !drives.Except(ItemLists.Deleted(call.Parameters)).Any();

    /// <summary>The parameters of a change without the deletion of these drives.</summary>
    public static ApiParameters Without(ApiParameters parameters, IReadOnlyList<string> drives)
    {
        if (drives.Count == 0)
        {
            return parameters;
        }

        ApiParameters rest = [];
        foreach (ApiParameter parameter in parameters)
        {
            string[] others = parameter.Name == "delete" ? [.. ItemLists.Split(parameter.Text).Except(drives)] : [parameter.Text];
            if (others.Length > 0)
            {
                rest.Add(parameter.Name == "delete" ? parameter with { Text = string.Join(',', others) } : parameter);
            }
        }

        return rest;
    }

    /// <summary>
    /// The parameters of a call without the deletion of what is likely to be a drive without a disk. On the bus for disks (scsi) it hardly ever is: whoever has one
    /// there plans at once.
    /// </summary>
    public static ApiParameters AtBest(string path, ApiParameters parameters) => path == Config
        ? Without(parameters, [.. ItemLists.Deleted(parameters).Where(static key => Drive.IsMatch(key) && !key.StartsWith("scsi", StringComparison.Ordinal))])
        : parameters;

    /// <summary>
    /// The way back from a call, with the drive of cloud-init as one that is made: the server destroys its image with the drive. A machine that runs keeps both,
    /// on buses that let go of nothing while it does, until it stops.
    /// </summary>
    /// <param name="back">The way back.</param>
    /// <param name="call">The call that is taken back.</param>
    /// <param name="targets">What that acts on, the guest first.</param>
    public static PlannedCall WayBack(PlannedCall back, PlannedCall call, IReadOnlyList<PlanTarget> targets)
    {
        if (!IsOfMachine(back) || !IsOfMachine(call))
        {
            return back;
        }

        bool isOff = targets[0].Facts.GetValueOrDefault("power") == "stopped";
        ApiParameters parameters = [];
        foreach (ApiParameter parameter in back.Parameters)
        {
            bool isGone = CloudInit(call).IsMatch(Replacements.Volume(parameter.Text)) && (isOff || parameter.Name.StartsWith("scsi", StringComparison.Ordinal))
                && call.Parameters.Find(parameter.Name) is var set && (set is null || Replacements.Volume(set) != Replacements.Volume(parameter.Text));
            parameters.Add(isGone && Drive.IsMatch(parameter.Name) ? parameter with { Text = AsOrder(parameter.Text) } : parameter);
        }

        // A drive of cloud-init that is made anew is worse than one that is put back.
        return back.Ordering(parameters);
    }

    /// <summary>True for a drive of cloud-init that is wanted where there is one already, on the same storage.</summary>
    public static bool IsMade(ApiParameter wanted, string? drive) => drive is not null && Drive.IsMatch(wanted.Name)
        && Order.Match(Replacements.Volume(wanted.Text)) is { Success: true } order
        && Replacements.Volume(drive) is var volume && volume.StartsWith(order.Groups["storage"].Value, StringComparison.Ordinal) && AnyCloudInit.IsMatch(volume)
        && Options(wanted.Text).SetEquals(Options(drive));

    /// <summary>True for the drive of cloud-init: one that is to be made, or that of the guest itself.</summary>
    public static bool IsCloudInit(PlannedCall call, string volume) => Order.IsMatch(volume) || CloudInit(call).IsMatch(volume);

    private static HashSet<string> Options(string drive) =>
        [.. drive.Split(',').Skip(1).Where(static item => item != "media=cdrom" && !item.StartsWith("size=", StringComparison.Ordinal))];

    // Proxmox: "local-lvm:cloudinit" makes the image, whose size is not for the caller to say.
    private static string AsOrder(string drive)
    {
        string volume = Replacements.Volume(drive);
        string storage = volume[..(volume.IndexOf(':', StringComparison.Ordinal) + 1)];
        IEnumerable<string> options = drive.Split(',').Where(item => item.Contains('=', StringComparison.Ordinal)
            && !item.StartsWith("size=", StringComparison.Ordinal) && !item.EndsWith($"={volume}", StringComparison.Ordinal));
        return string.Join(',', options.Prepend($"{storage}cloudinit"));
    }

    private static bool IsOfMachine(PlannedCall call) => call.Path == Config;

    // Proxmox: a disk may pass for a CD-ROM too. It would be left on its storage, and nobody would have it any more.
    private static bool HoldsNoDisk(string key, JsonElement config, PlannedCall call) => Drive.IsMatch(key) && config.Text(key) is { } drive
        && ItemLists.Split(drive).Contains("media=cdrom") && Replacements.Volume(drive) is var volume
        && (volume is "none" or "cdrom" || Image.IsMatch(volume) || CloudInit(call).IsMatch(volume));

    // Only of these is it known that they leave a drive as it is.
    private static bool Leaves(PlannedCall call, string key) => call.Path.EndsWith("/{vmid}/snapshot", StringComparison.Ordinal)
        || call.Path.Contains("/{vmid}/status/", StringComparison.Ordinal)
        || (IsOfMachine(call) && call.Others.All(parameter => !IsDriveOrAny(parameter.Name, key)
            && (parameter.Name is not ("delete" or "revert") || !ItemLists.Split(parameter.Text).Any(item => IsDriveOrAny(item, key)))));

    // Proxmox: "cdrom" is another name of ide2.
    private static bool IsDriveOrAny(string name, string key) =>
        name.Equals(key, StringComparison.OrdinalIgnoreCase) || name.Equals("cdrom", StringComparison.OrdinalIgnoreCase);

    private static Regex Drive => field ??= new("^(ide|sata|scsi)[0-9]+$", RegexOptions.ExplicitCapture);

    private static Regex Image => field ??= new(@"^[A-Za-z][\w.-]*:iso/[^,]+$", RegexOptions.ExplicitCapture);

    private static Regex Order => field ??= new(@"^(?<storage>[A-Za-z][\w.-]*:)cloudinit$", RegexOptions.ExplicitCapture);

    private static Regex AnyCloudInit => field ??= new(@"[:/]vm-[0-9]+-cloudinit(\.(raw|qcow2|vmdk))?$", RegexOptions.ExplicitCapture);

    // The image of another guest is that guest's.
    private static Regex CloudInit(PlannedCall call)
    {
        string vmid = Regex.Escape(call.Parameters.Find("vmid") ?? "");
        return new Regex($@"^[A-Za-z][\w.-]*:({vmid}/)?vm-{vmid}-cloudinit(\.(raw|qcow2|vmdk))?$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant);
    }
}
