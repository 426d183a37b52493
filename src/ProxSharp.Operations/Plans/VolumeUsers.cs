using System.Collections.Concurrent;
using System.Text.Json;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Finds the guests that have a volume which, by its name, is another guest's: the server goes by the name, and what destroys that guest, moves it or winds it
/// back does so to their disk.
/// </summary>
/// <param name="client">Reads the storages.</param>
/// <param name="guests">Reads the configurations.</param>
internal sealed class VolumeUsers(ProxmoxClient client, GuestConfigs guests)
{
    /// <summary>What a plan says of such a call.</summary>
    public const string Why = " Another guest has a disk that is called after this one, and loses it, or finds another in its place.";

    private const string Fact = "has";
    private const string As = " as ";
    private const string NotCompared = "disks";

    // Each costs a request. What may belong to another guest alone is looked for among any number.
    private const int MostGuests = 300;

    // Proxmox: what lies there is the node's own, unless it is called shared. A directory may be the same on each node without being called so.
    private static readonly HashSet<string> s_local = new(StringComparer.Ordinal) { "lvm", "lvmthin", "zfspool", "btrfs" };

    // Parameters that name keys of the configuration.
    private static readonly string[] s_keys = ["idlist", "disk", "volume"];

    private JsonElement? _storages;

    /// <summary>True if somebody else has a disk that the call takes away.</summary>
    /// <param name="own">What it acts on.</param>
    public static bool IsOne(IEnumerable<PlanTarget> own) => own.Any(static target => target.Facts.ContainsKey(Fact));

    /// <summary>Returns the call, as destructive if it takes a disk from another guest.</summary>
    /// <param name="call">The call.</param>
    /// <param name="own">What it acts on.</param>
    /// <param name="earlier">The calls of the plan before it, with what they act on: who has let go of a disk that is given has it no more.</param>
    public static PlannedCall Judge(PlannedCall call, IReadOnlyList<PlanTarget> own, IEnumerable<(PlannedCall Call, IReadOnlyList<PlanTarget> Own)> earlier)
    {
        HashSet<(string Vmid, string Volume)> free = Gives(call) && !TakesVolumes(call) ? ForeignVolumes.Detached(earlier) : [];
        return own.Any(target => target.Facts.TryGetValue(Fact, out string? disk)
            && !free.Contains((target.Identity.GetValueOrDefault("vmid") ?? "", disk[..disk.LastIndexOf(As, StringComparison.Ordinal)])))
            ? call.AsLosing()
            : call;
    }

    /// <summary>The guest as one that has a disk of another.</summary>
    public static PlanTarget Mark(PlanTarget target, string? disk) => disk is null ? target : target.Telling(Fact, disk);

    /// <summary>The target as one of whose disks nobody has asked who else has them, where that is so.</summary>
    public async Task<PlanTarget> TellAsync(PlanTarget target, PlannedCall call, JsonElement config, CancellationToken cancellationToken)
    {
        Search search = await SearchAsync(call, config, cancellationToken).ConfigureAwait(false);
        return search.TooMany == 0 ? target : target.Telling(NotCompared, $"not compared with those of {JsonTexts.Number(search.TooMany)} guests");
    }

    /// <summary>The guests that have a volume which a call may take away; none if it takes none.</summary>
    /// <param name="call">The call.</param>
    /// <param name="config">The configuration of the guest in the path; undefined if there is none.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="GuardRefusedException">A configuration cannot be read, so that nobody can tell.</exception>
    public async Task<IEnumerable<TouchedGuest>> OfAsync(PlannedCall call, JsonElement config, CancellationToken cancellationToken)
    {
        Search search = await SearchAsync(call, config, cancellationToken).ConfigureAwait(false);
        if (search.IsMeant is not { } isMeant || search.TooMany > 0)
        {
            return [];
        }

        ConcurrentDictionary<string, string> found = new(StringComparer.Ordinal);
        async Task<bool> HasAsync(string guest)
        {
            JsonElement others = await guests.ConfigAsync(guest, cancellationToken).ConfigureAwait(false);
            foreach (JsonProperty member in others.EnumerateObject())
            {
                if (DiskKeys.IsVolume(member.Name) && Replacements.Volume(member.Value.ToString()) is var volume && isMeant(volume))
                {
                    found[guest[(guest.LastIndexOf('/') + 1)..]] = $"{volume}{As}{member.Name}";
                    return true;
                }
            }

            return false;
        }

        IReadOnlyList<string> holders = await guests.WhereAsync(HasAsync, search.Node, "has disks of that name", cancellationToken).ConfigureAwait(false);
        return holders.Select(vmid => new TouchedGuest(vmid, MayBeGone: false) { Holds = found[vmid] });
    }

    private async Task<Search> SearchAsync(PlannedCall call, JsonElement config, CancellationToken cancellationToken)
    {
        if (!TakesVolumes(call) && !Gives(call))
        {
            return default;
        }

        string[] known = [.. Volumes(call, config).Where(IsVolume)];
        _storages ??= (await client.Raw.GetAsync("/storage", cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
        string[] local = [.. known.Where(IsLocal)];

        // What lies elsewhere stays where it is when its guest moves.
        string[] taken = IsMigration(call) ? local : known;
        bool takesAny = IsDestruction(call) && UndoBuilder.IsSet(call, "destroy-unreferenced-disks");
        if (taken.Length == 0 && !takesAny)
        {
            return default;
        }

        string owner = call.Parameters.Find("vmid") ?? "";
        HashSet<string> names = new(taken.Select(NameOf), StringComparer.Ordinal);
        string? node = takesAny || local.Length < taken.Length ? null : await guests.NodeAsync(call.Parameters.Find("node"), cancellationToken).ConfigureAwait(false);
        int others = (await guests.OnAsync(node, cancellationToken).ConfigureAwait(false)).Count;
        return new Search(
            volume => names.Contains(NameOf(volume)) || (takesAny && VolumeOwners.OwnersOf(volume).Contains(owner)),
            node,
            others > MostGuests && !takesAny && !IsOfLeftOver(call) ? others : 0);
    }

    // A volume that its guest does not use is the usual one to be given to another.
    private static bool IsOfLeftOver(PlannedCall call) => !GuestNames.IsInPath(call)
        || Keys(call).Any(IsUnused);

    private static bool IsUnused(string key) => key.StartsWith("unused", StringComparison.OrdinalIgnoreCase);

    /// <summary>True for a call that gives its guest a volume which is there, and is called after a guest.</summary>
    public static bool Gives(PlannedCall call) => GuestNames.IsConfig(call) && Given(call).Any(static disk => IsVolume(Replacements.Volume(disk.Text)));

    // A path of the host is judged by itself.
    private static bool IsVolume(string text) => VolumeOwners.IsOwned(text) && text.Contains(':', StringComparison.Ordinal) && text[0] != '/';

    private static IEnumerable<ApiParameter> Given(PlannedCall call) =>
        GuestNames.IsConfig(call) ? call.Others.Where(static parameter => DiskKeys.IsVolume(parameter.Name)) : [];

    /// <summary>True for a call after which a volume is gone, elsewhere, or another one.</summary>
    public static bool TakesVolumes(PlannedCall call) => IsDestruction(call) || IsMigration(call) || (call.Method, call.Path) switch
    {
        (ApiMethod.Delete, "/nodes/{node}/storage/{storage}/content/{volume}") => true,

        // What is only taken out stays with its guest, as unused.
        (ApiMethod.Put or ApiMethod.Post, "/nodes/{node}/qemu/{vmid}/unlink" or "/nodes/{node}/qemu/{vmid}/config" or "/nodes/{node}/lxc/{vmid}/config") =>
            Keys(call).Any(key => IsUnused(key) || (DiskKeys.IsVolume(key) && UndoBuilder.IsSet(call, "force"))),
        (ApiMethod.Post, "/nodes/{node}/qemu/{vmid}/move_disk" or "/nodes/{node}/lxc/{vmid}/move_volume") =>
            UndoBuilder.IsSet(call, "delete") || call.Parameters.Find("target-vmid") is not null,
        (ApiMethod.Post, "/nodes/{node}/qemu/{vmid}/template" or "/nodes/{node}/lxc/{vmid}/template") => true,
        (ApiMethod.Post, "/nodes/{node}/qemu/{vmid}/snapshot/{snapname}/rollback" or "/nodes/{node}/lxc/{vmid}/snapshot/{snapname}/rollback") => true,
        _ => false,
    };

    private static bool IsDestruction(PlannedCall call) => call is { Method: ApiMethod.Delete, Path: "/nodes/{node}/qemu/{vmid}" or "/nodes/{node}/lxc/{vmid}" };

    private static bool IsMigration(PlannedCall call) => call.Method == ApiMethod.Post && call.Path is "/nodes/{node}/qemu/{vmid}/migrate"
        or "/nodes/{node}/lxc/{vmid}/migrate" or "/nodes/{node}/qemu/{vmid}/remote_migrate" or "/nodes/{node}/lxc/{vmid}/remote_migrate";

    // Those behind the keys that the call names, or all that the guest has.
    private static IEnumerable<string> Volumes(PlannedCall call, JsonElement config)
    {
        if (call.Parameters.Find("volume") is { } named && !GuestNames.IsInPath(call))
        {
            return [named.Contains(':', StringComparison.Ordinal) ? named : $"{call.Parameters.Find("storage")}:{named}"];
        }

        if (config.ValueKind != JsonValueKind.Object)
        {
            return [];
        }

        // What is in its drive already stays with whoever has it.
        string[] keys = [.. Keys(call)];
        IEnumerable<string> given = Given(call)
            .Where(disk => config.Text(disk.Name) is not { } value || Replacements.Volume(value) != Replacements.Volume(disk.Text))
            .Select(static disk => Replacements.Volume(disk.Text));
        return config.EnumerateObject().Where(member => keys.Length > 0 ? keys.Contains(member.Name) : !GuestNames.IsConfig(call) && DiskKeys.IsVolume(member.Name))
            .Select(static member => Replacements.Volume(member.Value.ToString())).Concat(given);
    }

    private static IEnumerable<string> Keys(PlannedCall call) => s_keys.Select(call.Parameters.Find).OfType<string>()
        .SelectMany(ItemLists.Split).Concat(GuestNames.IsConfig(call) ? ItemLists.Deleted(call.Others) : []);

    private bool IsLocal(string volume) => _storages!.Value.EnumerateArray()
        .Any(storage => storage.Text("storage") == volume[..volume.IndexOf(':', StringComparison.Ordinal)]
            && s_local.Contains(storage.Text("type") ?? "") && !storage.IsSet("shared"));

    // Without its storage: two may lie in one place.
    private static string NameOf(string volume) => volume[(volume.LastIndexOfAny([':', '/']) + 1)..];

    /// <summary>What is looked for, and where; how many guests are too many to be read, zero if they are not.</summary>
    private readonly record struct Search(Func<string, bool>? IsMeant, string? Node, int TooMany);
}
