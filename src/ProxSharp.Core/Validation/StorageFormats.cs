using System.Text.RegularExpressions;

namespace ProxSharp.Validation;

/// <summary>Storages, volumes, sizes and paths.</summary>
internal static class StorageFormats
{
    public static IEnumerable<KeyValuePair<string, FormatRule>> Rules { get; } = new Dictionary<string, FormatRule>
    {
        ["pve-storage-id"] = StorageId,
        ["pve-volume-id"] = VolumeId,
        ["pve-volume-id-or-absolute-path"] = VolumeIdOrPath,
        ["pve-volume-id-or-qm-path"] = static value => value is "none" or "cdrom" ? null : VolumeIdOrPath(value),
        ["disk-size"] = static value => Size.IsMatch(value) ? null : $"value does not look like a valid disk size: {value}",
        ["pve-storage-path"] = StoragePath,
        ["pve-storage-path-in-property-string"] = StoragePath,
        ["pve-storage-vgname"] = static value => VolumeGroup.IsMatch(value) ? null : $"lvm name '{value}' contains illegal characters",
        ["pve-storage-server"] = static value =>
            NetworkFormats.IsIp(value) || NetworkFormats.IsDnsName(value) ? null : "value does not look like a valid server name or IP address",
        ["pve-storage-portal-dns"] = static value => Portal.IsMatch(value) ? null : "value does not look like a valid portal address",
        ["pve-storage-content"] = static value => Word.IsMatch(value) ? null : $"invalid content type '{value}'",
        ["pve-storage-options"] = static value => NoSpace.IsMatch(value) ? null : $"invalid options '{value}'",
        ["storage-pair"] = static value => Pair(value, StorageId),
        ["bridge-pair"] = static value => Pair(value, FormatRules.Find("pve-bridge-id")!),
    };

    private static string? StorageId(string value) => IsStorageId(value) ? null : $"storage ID '{value}' contains illegal characters";

    /// <summary>A letter, then letters, digits, hyphens, underscores and dots; a letter or digit at the end.</summary>
    public static bool IsStorageId(ReadOnlySpan<char> value)
    {
        if (value.Length < 2 || !char.IsAsciiLetter(value[0]) || !char.IsAsciiLetterOrDigit(value[^1]))
        {
            return false;
        }

        foreach (char c in value)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
            {
                return false;
            }
        }

        return true;
    }

    private static string? VolumeId(string value)
    {
        int colon = value.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && colon < value.Length - 1 && IsStorageId(value.AsSpan(0, colon)) ? null : $"unable to parse volume ID '{value}'";
    }

    private static string? VolumeIdOrPath(string value) => value.StartsWith('/') ? null : VolumeId(value);

    private static string? StoragePath(string value) => AbsolutePath.IsMatch(value) ? null : "value does not look like a valid absolute path";

    /// <summary>One entry of a map from source to target: <c>1</c> for all to themselves, a target for all, or <c>source:target</c>.</summary>
    private static string? Pair(string value, FormatRule id)
    {
        string[] sides = value.Split(':');
        string? complaint = value == "1" ? null
            : sides.Length != 2 || sides[0].Length == 0 || sides[1].Length == 0 ? id(value)
            : id(sides[0]) ?? id(sides[1]);
        return complaint is null ? null : $"entry '{value}' contains invalid ID - {complaint}\n\n";
    }

    private static Regex Size => field ??= new(@"^[0-9]+(?:\.[0-9]+)?[KMGT]?\z");

    private static Regex AbsolutePath => field ??= new(@"^/[^;()]+");

    private static Regex VolumeGroup => field ??= new(@"^[a-zA-Z0-9][a-zA-Z0-9\-_.]*[a-zA-Z0-9]\z");

    // Host or address with an optional port, IPv6 addresses with or without brackets.
    private static Regex Portal => field ??= new(@"^\[?[A-Za-z0-9\-.:]+\]?(?::[0-9]+)?\z");

    private static Regex Word => field ??= new(@"^[A-Za-z0-9_\-]+\z");

    private static Regex NoSpace => field ??= new(@"^\S+\z");
}
