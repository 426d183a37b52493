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

    private JsonElement? _storages;

    /// <summary>True if somebody else has a disk that the call takes away.</summary>
    /// <param name="own">What it acts on.</param>
    public static bool IsOne(IEnumerable<PlanTarget> own) => own.Any(Has);

    /// <summary>True for a guest that has a disk which the call takes away, or gives to another as well.</summary>
    public static bool Has(PlanTarget target) => target.Facts.ContainsKey(Fact);

    /// <summary>Returns the call, as destructive if it takes a disk from another guest.</summary>
    /// <param name="call">The call.</param>
    /// <param name="own">What it acts on.</param>
    /// <param name="earlier">The calls of the plan before it, with what they act on: who has let go of a disk that is given has it no more.</param>
    public static PlannedCall Judge(PlannedCall call, IReadOnlyList<PlanTarget> own, IEnumerable<(PlannedCall Call, IReadOnlyList<PlanTarget> Own)> earlier)
    {
        HashSet<(string Vmid, string Volume)> free = VolumeEffects.Gives(call) && !VolumeEffects.Takes(call) ? ForeignVolumes.Detached(earlier) : [];
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

    /// <summary>The guests that have a volume which a call may take away, gives to its guest as well, or copies; none if there is no such volume.</summary>
    /// <param name="call">The call.</param>
    /// <param name="config">The configuration of the guest in the path; undefined if there is none.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="GuardRefusedException">A configuration cannot be read, so that nobody can tell.</exception>
    public async Task<IEnumerable<TouchedGuest>> OfAsync(PlannedCall call, JsonElement config, CancellationToken cancellationToken)
    {
        Search search = await SearchAsync(call, config, cancellationToken).ConfigureAwait(false);
        if (search.IsMoved is not { } isMoved || search.TooMany > 0)
        {
            return [];
        }

        ConcurrentDictionary<string, string?> found = new(StringComparer.Ordinal);
        async Task<bool> HasAsync(string guest)
        {
            JsonElement others = await guests.ConfigAsync(guest, cancellationToken).ConfigureAwait(false);
            string vmid = guest[(guest.LastIndexOf('/') + 1)..];
            foreach (JsonProperty member in others.EnumerateObject().Where(static member => DiskKeys.IsVolume(member.Name)))
            {
                string volume = Replacements.Volume(member.Value.ToString());
                if (isMoved(volume))
                {
                    found[vmid] = $"{volume}{As}{member.Name}";
                }
                else if (search.IsCopied(volume))
                {
                    // What is copied stays with whoever has it.
                    found.TryAdd(vmid, null);
                }
            }

            return found.ContainsKey(vmid);
        }

        IReadOnlyList<string> holders = await guests.WhereAsync(HasAsync, search.Node, "has disks of that name", cancellationToken).ConfigureAwait(false);
        return holders.Select(vmid => new TouchedGuest(vmid, MayBeGone: false) { Holds = found[vmid] });
    }

    private async Task<Search> SearchAsync(PlannedCall call, JsonElement config, CancellationToken cancellationToken)
    {
        if (!VolumeEffects.Takes(call) && !VolumeEffects.Gives(call) && !VolumeEffects.Copies(call))
        {
            return default;
        }

        JsonElement before = VolumeEffects.WritesOver(call) ? await WrittenOverAsync(call, cancellationToken).ConfigureAwait(false) : config;
        string[] known = [.. VolumeEffects.Moved(call, before)];
        string[] copied = [.. VolumeEffects.Copied(call, before)];
        _storages ??= (await client.Raw.GetAsync("/storage", cancellationToken: cancellationToken).ConfigureAwait(false)).Data;

        // What lies elsewhere stays where it is when its guest moves.
        string[] moved = VolumeEffects.IsMigration(call) ? [.. known.Where(IsLocal)] : known;
        bool takesAny = VolumeEffects.IsDestruction(call) && UndoBuilder.IsSet(call, "destroy-unreferenced-disks");
        if (moved.Length + copied.Length == 0 && !takesAny)
        {
            return default;
        }

        string owner = call.Parameters.Find("vmid") ?? "";
        HashSet<string> names = new(moved.Select(NameOf), StringComparer.Ordinal), sources = new(copied.Select(NameOf), StringComparer.Ordinal);
        bool isAnywhere = takesAny || !moved.Concat(copied).All(IsLocal);
        string? node = isAnywhere ? null : await guests.NodeAsync(call.Parameters.Find("node"), cancellationToken).ConfigureAwait(false);
        int others = (await guests.OnAsync(node, cancellationToken).ConfigureAwait(false)).Count;
        return new Search(
            volume => names.Contains(NameOf(volume)) || (takesAny && VolumeOwners.OwnersOf(volume).Contains(owner)),
            volume => sources.Contains(NameOf(volume)),
            node,
            others > MostGuests && !takesAny && !VolumeEffects.IsOfLeftOver(call) ? others : 0);
    }

    // Undefined where no guest has the number: then none is written over.
    private async Task<JsonElement> WrittenOverAsync(PlannedCall call, CancellationToken cancellationToken) =>
        await guests.PathAsync(call.Parameters.Find("vmid") ?? "", cancellationToken).ConfigureAwait(false) is { } path
            ? await guests.ConfigAsync(path, cancellationToken).ConfigureAwait(false)
            : default;

    private bool IsLocal(string volume) => _storages!.Value.EnumerateArray()
        .Any(storage => storage.Text("storage") == volume[..volume.IndexOf(':', StringComparison.Ordinal)]
            && s_local.Contains(storage.Text("type") ?? "") && !storage.IsSet("shared"));

    // Without its storage: two may lie in one place.
    private static string NameOf(string volume) => volume[(volume.LastIndexOfAny([':', '/']) + 1)..];

    /// <summary>What is looked for, and where; how many guests are too many to be read, zero if they are not.</summary>
    private readonly record struct Search(Func<string, bool>? IsMoved, Func<string, bool> IsCopied, string? Node, int TooMany);
}
