using System.Globalization;
using System.Text.RegularExpressions;
using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Declare;

/// <summary>
/// A disk in a configuration, or the wish for a new one: <c>ceph:vm-100-disk-0,size=32G</c>, <c>ceph:32</c>, <c>local-lvm:cloudinit</c>. Pure.
/// </summary>
internal sealed class GuestDisk
{
    private static readonly string[] s_made = ["import-from", "size"];

    private GuestDisk(string volume, IReadOnlyList<(string Key, string Value)> options) => (Volume, Options) = (volume, options);

    /// <summary>The volume, or what asks for one.</summary>
    public string Volume { get; }

    /// <summary>The other members.</summary>
    public IReadOnlyList<(string Key, string Value)> Options { get; }

    /// <summary>The storage; empty where there is none.</summary>
    public string Storage => Volume.Contains(':', StringComparison.Ordinal) ? Volume[..Volume.IndexOf(':', StringComparison.Ordinal)] : "";

    /// <summary>True if a volume has to be made for it.</summary>
    public bool IsWish => NewVolume.IsMatch(Volume) || IsCloudInitWish;

    /// <summary>True for a CD drive, whose size nobody chooses; a cloud-init drive is one.</summary>
    public bool IsDisc => IsCloudInitWish || Options.Contains(("media", "cdrom"));

    /// <summary>The size in bytes; null if it is not said, or not chosen.</summary>
    public double? Bytes => NewVolume.Match(Volume) is { Success: true } wish
        ? double.Parse(wish.Groups[1].Value, CultureInfo.InvariantCulture) is > 0 and double gibibytes ? gibibytes * (1L << 30) : null
        : Size(Options.FirstOrDefault(static option => option.Key == "size").Value);

    /// <summary>The guest that the volume belongs to, as its name says; null if it names none, as those of ISO images, devices and directories.</summary>
    public string? Owner
    {
        get
        {
            string[] parts = Storage.Length == 0 ? [] : Volume[(Storage.Length + 1)..].Split('/');
            if (parts.Length == 0 || (parts.Length > 1 && !IsNumber(parts[0]) && !parts[0].StartsWith("base", StringComparison.Ordinal)))
            {
                return null;
            }

            if (parts.Length > 1 && IsNumber(parts[^2]))
            {
                return parts[^2];
            }

            string[] words = parts[^1].Split('-');
            return words.Length > 2 && words[0] is "vm" or "base" or "subvol" or "basevol" && IsNumber(words[1]) ? words[1] : null;
        }
    }

    /// <summary>The volume without the one that it was cloned from, which stands in front of some names.</summary>
    public string Identity => Owner is null ? Volume : $"{Storage}:{Volume[(Storage.Length + 1)..].Split('/')[^1]}";

    /// <summary>True for a drive with the settings of cloud-init, made or to be made.</summary>
    public bool IsCloudInit => IsCloudInitWish || (Owner is not null && Volume.Contains("cloudinit", StringComparison.Ordinal));

    private bool IsCloudInitWish => Volume.EndsWith(":cloudinit", StringComparison.Ordinal);

    /// <summary>Tells whether a key of a configuration holds a disk.</summary>
    public static bool IsKey(string key) => DiskKey.IsMatch(key);

    /// <summary>Tells whether the size of a disk is chosen; small ones that hold settings have theirs.</summary>
    public static bool HasChosenSize(string key) =>
        !key.StartsWith("efidisk", StringComparison.Ordinal) && !key.StartsWith("tpmstate", StringComparison.Ordinal);

    /// <summary>Refuses a new disk that is said to have two sizes: the server takes one of them and never looks at the other.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="guest">The number of the guest, for the message.</param>
    /// <exception cref="CliException">It has.</exception>
    public void CheckSize(string key, string guest)
    {
        if (!HasChosenSize(key) || NewVolume.Match(Volume) is not { Success: true } wish
            || Bytes is not { } asked || Options.FirstOrDefault(static option => option.Key == "size").Value is not { } text)
        {
            return;
        }

        // Sizes in GiB have few decimals.
        if (Size(text) is not { } said || Math.Abs(said - asked) >= 1 << 20)
        {
            throw CliException.Usage(
                $"{key} of guest {guest} is to be a new disk of {wish.Groups[1].Value} GiB ('{Volume}'), and has size={text} beside it",
                $"Leave out size, or write both alike: {Storage}:32,size=32G");
        }
    }

    /// <summary>Reads one.</summary>
    public static GuestDisk Parse(string text)
    {
        List<(string Key, string Value)> options = [];
        string volume = "";
        foreach (string part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0 || part.StartsWith("file=", StringComparison.Ordinal) || part.StartsWith("volume=", StringComparison.Ordinal))
            {
                volume = part[(equals + 1)..];
            }
            else
            {
                options.Add((part[..equals], part[(equals + 1)..]));
            }
        }

        return new GuestDisk(volume, options);
    }

    /// <summary>
    /// Tells whether the disk of the file is the one that is there. The key says which disk it is: one that a guest owns, or a wish for one, is fulfilled by any
    /// on its storage, because names of volumes are the server's choice. Only what has no owner is told apart by its name: images, devices, directories.
    /// </summary>
    public bool Means(GuestDisk present) => Volume == present.Volume
        || (IsServersChoice && Storage == present.Storage && IsCloudInit == present.IsCloudInit && (IsCloudInit || !present.IsDisc));

    /// <summary>True if the server names the volume.</summary>
    public bool IsServersChoice => IsWish || Owner is not null;

    /// <summary>Tells whether all options but the size are the same.</summary>
    public bool HasOptionsOf(GuestDisk present) => Set(this).SetEquals(Set(present));

    /// <summary>The text for a disk that is there, with the options of this one.</summary>
    public string Over(GuestDisk present) => Text(
        present.Volume,
        [.. Options.Where(static option => !s_made.Contains(option.Key)), .. present.Options.Where(static option => option.Key == "size")]);

    /// <summary>What to write in a file for a disk that has to be made; a size that is not known has to be put in.</summary>
    public string Advice(string key) => LacksSize(key) ? Text($"{Storage}:GIBIBYTES", [.. Options.Where(static option => option.Key != "size")]) : AsWish(key);

    /// <summary>The text for a disk that has to be made: an empty one of the same size on the same storage.</summary>
    /// <exception cref="CliException">Its size is not known.</exception>
    public string AsWish(string key)
    {
        (string, string)[] options = [.. Options.Where(static option => option.Key != "size")];
        if (IsWish || Owner is null)
        {
            return Text(Volume, options);
        }

        if (IsCloudInit)
        {
            return Text($"{Storage}:cloudinit", [.. options.Where(static option => option != ("media", "cdrom"))]);
        }

        if (LacksSize(key))
        {
            throw CliException.Usage(
                $"The file does not say how large {key} ('{Volume}') is, which has to be made", $"Write {key}: '{Volume},size=32G' or '{Storage}:32' for 32 GiB");
        }

        double gibibytes = HasChosenSize(key) ? Bytes!.Value / (1L << 30) : 1;
        return Text($"{Storage}:{gibibytes.ToString("0.######", CultureInfo.InvariantCulture)}", options);
    }

    private bool LacksSize(string key) => Owner is not null && !IsCloudInit && HasChosenSize(key) && Bytes is not > 0;

    private static HashSet<(string, string)> Set(GuestDisk disk) =>
        [.. disk.Options.Where(option => !s_made.Contains(option.Key) && !(disk.IsDisc && option == ("media", "cdrom")))];

    private static string Text(string volume, IEnumerable<(string Key, string Value)> options) =>
        string.Join(',', options.Select(static option => $"{option.Key}={option.Value}").Prepend(volume));

    private static double? Size(string? text)
    {
        if (text is not { Length: > 0 })
        {
            return null;
        }

        int power = "KMGT".IndexOf(char.ToUpperInvariant(text[^1]), StringComparison.Ordinal) + 1;
        return double.TryParse(power > 0 ? text[..^1] : text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)
            ? number * Math.Pow(1024, power)
            : null;
    }

    private static Regex DiskKey => field ??= new(@"^(?:ide|sata|scsi|virtio|mp|efidisk|tpmstate)\d+$|^rootfs$", RegexOptions.CultureInvariant);

    private static Regex NewVolume => field ??= new(@"^[A-Za-z][\w.-]*:(\d+(?:\.\d+)?)$", RegexOptions.CultureInvariant);

    private static bool IsNumber(string text) => text.Length > 0 && text.All(char.IsAsciiDigit);
}
