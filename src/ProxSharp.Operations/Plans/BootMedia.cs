using System.Text.Json;
using System.Text.RegularExpressions;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Finds calls that put an image into a drive from which a machine starts before it comes to its disks: at its next start something else runs, which can do
/// with the disks what it likes. That is as much as a change of the boot order.
/// </summary>
internal static class BootMedia
{
    private const string Path = "/nodes/{node}/qemu/{vmid}/config";

    /// <summary>What a plan says of such a call.</summary>
    public const string Why = " The machine starts from that drive before it comes to its disks, or nobody knows.";

    /// <summary>Returns the call, as privileged if it changes what the machine starts from.</summary>
    /// <param name="call">The call.</param>
    /// <param name="targets">What it acts on, the guest first.</param>
    public static PlannedCall Judge(PlannedCall call, IReadOnlyList<PlanTarget> targets) =>
        call.Class < OperationClass.Privileged && call.Path == Path && Images(call).Any(drive => IsFirst(drive, targets[0].Before))
            ? call.AtLeast(OperationClass.Privileged)
            : call;

    /// <summary>True for a call that puts an image into a drive.</summary>
    public static bool IsOne(PlannedCall call) => call.Path == Path && Images(call).Any();

    private static IEnumerable<string> Images(PlannedCall call) => call.Others
        .Where(static parameter => Drive.IsMatch(parameter.Name) && ItemLists.Split(parameter.Text).Contains("media=cdrom", StringComparer.OrdinalIgnoreCase)
            && Replacements.Volume(parameter.Text) is not ("none" or "") && !parameter.Text.Contains("cloudinit", StringComparison.OrdinalIgnoreCase))
        .Select(static parameter => parameter.Name.ToLowerInvariant());

    /// <summary>True if a machine starts from a drive before it comes to its disks.</summary>
    /// <remarks>
    /// Proxmox: without an order, the first disk comes first. The old form names kinds by letters: c for disks, d for CD-ROM, n for networks.
    /// </remarks>
    public static bool IsFirst(string drive, JsonElement config)
    {
        string boot = config.Text("boot") ?? "";
        if (!boot.Contains("order=", StringComparison.Ordinal))
        {
            return boot.Replace("legacy=", "", StringComparison.Ordinal).StartsWith('d');
        }

        string[] order = boot[(boot.IndexOf("order=", StringComparison.Ordinal) + "order=".Length)..].Split(',')[0].Split(';');
        return order.TakeWhile(device => !IsDisk(device, config)).Contains(drive);
    }

    private static bool IsDisk(string device, JsonElement config) =>
        Drive.IsMatch(device) && config.Text(device) is { } value && !ItemLists.Split(value).Contains("media=cdrom");

    private static Regex Drive => field ??= new("^(ide|sata|scsi|virtio)[0-9]+$", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase);
}
