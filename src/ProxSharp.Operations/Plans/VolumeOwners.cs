using System.Text.Json;
using System.Text.RegularExpressions;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>Finds whose volumes and backups a call names: the number of the owner is a part of each name, and the server goes by nothing else.</summary>
internal static partial class VolumeOwners
{
    // What people write for people.
    private static readonly HashSet<string> s_prose = new(StringComparer.Ordinal) { "description", "notes", "notes-template", "comment" };

    // Parameters that name keys of the configuration instead of volumes.
    private static readonly HashSet<string> s_keys = new(StringComparer.Ordinal)
    {
        "delete", "idlist", "revert", "disk", "volume", "target-disk", "target-volume",
    };

    /// <summary>The owners of all volumes and backups that the parameters of a call name.</summary>
    public static IEnumerable<TouchedGuest> NamedBy(PlannedCall call)
    {
        bool isContent = call.Path.StartsWith("/nodes/{node}/storage/{storage}/content", StringComparison.Ordinal);
        return call.Parameters.Where(static parameter => !s_prose.Contains(parameter.Name))
            .SelectMany(parameter => Of(parameter.Text, isContent && parameter.Name is "volume" or "filename" or "target"));
    }

    /// <summary>The owners of the volumes behind the keys that a call removes, replaces or works on.</summary>
    /// <param name="call">The call on a guest.</param>
    /// <param name="config">The configuration of the guest before it.</param>
    public static IEnumerable<TouchedGuest> BehindKeys(PlannedCall call, JsonElement config)
    {
        if (config.ValueKind != JsonValueKind.Object || call.Method == ApiMethod.Get)
        {
            return [];
        }

        // Who destroys a guest removes all that hangs on it.
        bool isAll = call.Method == ApiMethod.Delete && call.Path.EndsWith("/{vmid}", StringComparison.Ordinal);
        IEnumerable<string> keys = isAll
            ? config.EnumerateObject().Select(static member => member.Name)
            : call.Others.SelectMany(static parameter => s_keys.Contains(parameter.Name) ? [.. GuestNames.Split(parameter.Text)] : new[] { parameter.Name });
        return keys.Where(static key => !s_prose.Contains(key)).Distinct(StringComparer.Ordinal).Select(key => config.Text(key)).OfType<string>()
            .SelectMany(value => Of(value, isBare: false));
    }

    /// <summary>The keys of a configuration behind which there are disks of guests, those that are unused included, without those of cloud-init.</summary>
    public static IEnumerable<string> DisksOf(JsonElement config) => config.ValueKind != JsonValueKind.Object ? [] : config.EnumerateObject()
        .Where(static member => DiskKeys.IsVolume(member.Name) && IsOwned(JsonTexts.Written(member.Value)) && !JsonTexts.Written(member.Value).Contains("-cloudinit", StringComparison.Ordinal))
        .Select(static member => member.Name).Order(StringComparer.Ordinal);

    /// <summary>The owner of the volume that a task names as what it works on, in whatever way it writes the storage.</summary>
    public static IEnumerable<TouchedGuest> InTask(string id) =>
        Anywhere.Matches(Parent.Replace(id, "")).Select(static match => new TouchedGuest(match.Groups["vmid"].Value, MayBeGone: true));

    /// <summary>True for the name of a volume that says whose it is.</summary>
    public static bool IsOwned(string volume) => Of(volume, isBare: false).Any();

    /// <summary>The numbers of the guests that own a volume by its name; none if it says nothing.</summary>
    public static IEnumerable<string> OwnersOf(string volume) => Of(volume, isBare: false).Select(static guest => guest.Vmid).Distinct(StringComparer.Ordinal);

    private static IEnumerable<TouchedGuest> Of(string text, bool isBare)
    {
        // A linked clone is named after its template first ("base-9000-disk-0/vm-106-disk-0"), and belongs to the last one named.
        string own = Parent.Replace(text, "");
        return Backup.Matches(own).Select(static match => new TouchedGuest(match.Groups["vmid"].Value, MayBeGone: true))
            .Concat(Volume.Matches(own).Concat(isBare ? Bare.Matches(own) : []).Select(
                static match => new TouchedGuest(match.Groups["vmid"].Value, MayBeGone: false)));
    }

    private static Regex Parent => field ??= new(@"(?:[0-9]+/)?base(?:vol)?-[0-9]+-[^/,;=\s]+/(?=(?:[0-9]+/)?(?:vm|base|subvol|basevol)-[0-9]+-)");

    // The device mapper puts the volume group first, and doubles the hyphens within names: /dev/mapper/pve-vm--100--disk--0.
    private static Regex Volume => field ??= new(
        @"[:/](?:snap_)?(?:vm|base|subvol|basevol)-(?<vmid>[0-9]+)-|-(?:snap_)?(?:vm|base|subvol|basevol)--(?<vmid>[0-9]+)--"
        + @"|(?:^|[=,;\s])[A-Za-z][\w.-]*:(?<vmid>[0-9]+)/|/images/(?<vmid>[0-9]+)/");

    private static Regex Anywhere => field ??= new(
        @"(?<![A-Za-z0-9])(?:vm|base|subvol|basevol)-(?<vmid>[0-9]+)-|-(?:snap_)?(?:vm|base|subvol|basevol)--(?<vmid>[0-9]+)--");

    private static Regex Bare => field ??= new(@"^(?:snap_)?(?:vm|base|subvol|basevol)-(?<vmid>[0-9]+)-|^(?<vmid>[0-9]+)/");

    private static Regex Backup => field ??= new(@"vzdump-(?:qemu|lxc|openvz)-(?<vmid>[0-9]+)-|(?:^|[:/])backup/(?:vm|ct)/(?<vmid>[0-9]+)/");
}
