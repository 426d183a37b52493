namespace ProxSharp.Operations.Plans;

/// <summary>
/// The keys of guests behind which there are volumes. Whoever writes them in capitals means the same, or hopes that nobody knows: what is stricter counts.
/// </summary>
internal static class DiskKeys
{
    private static readonly HashSet<string> s_drives = new(["ide", "sata", "scsi", "virtio"], StringComparer.OrdinalIgnoreCase);
    private static readonly HashSet<string> s_others = new(["efidisk", "tpmstate", "mp"], StringComparer.OrdinalIgnoreCase);

    /// <summary>True for a drive of a machine, from which it can start.</summary>
    public static bool IsDrive(string key) => s_drives.Contains(Kind(key));

    /// <summary>True for a disk or mount point that a guest uses.</summary>
    public static bool IsUsed(string key) => Kind(key) is { Length: > 0 } kind ? s_drives.Contains(kind) || s_others.Contains(kind) : Is(key, "rootfs");

    /// <summary>True for a volume that is a guest's, used or not.</summary>
    public static bool IsVolume(string key) => IsUsed(key) || Is(Kind(key), "unused");

    /// <summary>True for a parameter that gives a guest a volume; <c>cdrom</c> is another name of a drive.</summary>
    public static bool IsGiven(string key) => IsVolume(key) || Is(key, "cdrom");

    private static bool Is(string key, string name) => key.Equals(name, StringComparison.OrdinalIgnoreCase);

    // What stands before the number; empty where there is none.
    private static string Kind(string key)
    {
        string kind = key.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
        return kind.Length < key.Length ? kind : "";
    }
}
