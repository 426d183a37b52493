using System.Globalization;
using System.Text.Json;

namespace ProxSharp.Pve.Storages;

/// <summary>A disk of a foreign machine.</summary>
public sealed record ImportDisk
{
    private ImportDisk(string volume, long? size) => (Volume, Size) = (volume, size);

    /// <summary>The volume to import, as the option <c>import-from</c> takes it.</summary>
    public string Volume { get; }

    /// <summary>Its size in bytes; null if it is not known.</summary>
    public long? Size { get; }

    // Proxmox: the disk is its volume's id alone, or an object with the id and more.
    internal static ImportDisk Read(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return new ImportDisk(WireValues.Text(value), null);
        }

        string volume = value.TryGetProperty("volid", out JsonElement id) ? WireValues.Text(id) : "";
        long? size = value.TryGetProperty("size", out JsonElement bytes) && long.TryParse(WireValues.Text(bytes), NumberStyles.Integer, CultureInfo.InvariantCulture, out long count) ? count : null;
        return new ImportDisk(volume, size);
    }
}
