using System.Text.Json;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Finds new guests whose number has backups, or disks, of an earlier guest. Proxmox counts backups by the number of the guest: those of the new one take the
/// places of those of the old one, whose last ones are removed in the end. Disks that were left over are the new guest's by their names.
/// </summary>
/// <param name="read">Reads a path; null if it cannot be read.</param>
internal sealed class UsedNumbers(Func<string, ApiParameters?, CancellationToken, Task<JsonElement?>> read)
{
    /// <summary>What a plan says of such a call.</summary>
    public const string Why = " Its number has backups, or disks, of an earlier guest: backups of the new one would take the places of those, and the disks are its own from then on. "
        + "Another number is harmless.";

    /// <summary>True for a call that makes a guest which is not the earlier one of its number again.</summary>
    public static bool IsOne(PlannedCall call) => call.Method == ApiMethod.Post && NumberOf(call) is { } vmid
        && !VolumeOwners.OwnersOf(call.Parameters.Find("archive") ?? call.Parameters.Find("ostemplate") ?? "").Contains(vmid);

    /// <summary>Returns the call, as destructive if a storage of its node has something of an earlier guest with its number.</summary>
    public async Task<PlannedCall> JudgeAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        string node = Uri.EscapeDataString(call.Parameters.Find("target") ?? call.Parameters.Find("node") ?? "");
        if (await read($"/nodes/{node}/storage", new ApiParameters { { "enabled", "1" } }, cancellationToken).ConfigureAwait(false)
            is not { ValueKind: JsonValueKind.Array } storages)
        {
            return call;
        }

        ApiParameters filter = new() { { "vmid", NumberOf(call) } };
        foreach (string storage in storages.EnumerateArray().Where(static storage => storage.Text("active") != "0")
            .Select(static storage => storage.Text("storage")).OfType<string>())
        {
            if (await read($"/nodes/{node}/storage/{Uri.EscapeDataString(storage)}/content", filter, cancellationToken).ConfigureAwait(false)
                is { ValueKind: JsonValueKind.Array } backups && backups.GetArrayLength() > 0)
            {
                return call.Also(OperationClass.Destructive);
            }
        }

        return call;
    }

    private static string? NumberOf(PlannedCall call) => call.Path is "/nodes/{node}/qemu" or "/nodes/{node}/lxc" ? call.Parameters.Find("vmid")
        : call.Path.EndsWith("/{vmid}/clone", StringComparison.Ordinal) ? call.Parameters.Find("newid")
        : null;
}
