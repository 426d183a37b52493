using System.Globalization;
using ProxSharp.Ids;

namespace ProxSharp.Pve.Guests;

/// <summary>How a call asks for new volumes.</summary>
internal static class Volumes
{
    private const long Gibibyte = 1L << 30;

    // Proxmox: the number behind the storage is the size in GiB; decimals are allowed.
    public static string New(string storage, DiskSize size) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{StorageId.Parse(storage, null)}:{((decimal)size.Bytes / Gibibyte).ToString("0.############", CultureInfo.InvariantCulture)}");
}
