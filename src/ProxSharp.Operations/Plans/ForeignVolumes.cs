using System.Text.Json;
using System.Text.RegularExpressions;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Finds calls that give a guest the disk of another one, which keeps it: two guests that write to one file system ruin it, and whoever has the disk reads it.
/// So does one machine that gets a disk twice.
/// </summary>
internal static partial class ForeignVolumes
{
    /// <summary>What a plan says of a call that gives a guest a disk which another one had.</summary>
    public const string Why = " It gets a disk that was another guest's: whoever logs in to it, or tells it what to do, gets at what is there.";

    private const string Power = "power";
    private const string Machine = "/nodes/{node}/qemu/{vmid}/config";
    private const string Container = "/nodes/{node}/lxc/{vmid}/config";

    /// <summary>
    /// Returns the call, as destructive if it gives a guest a disk that another one has at that moment, and as privileged if it is one that another had: it may tell
    /// the system what to do.
    /// </summary>
    /// <param name="call">The call.</param>
    /// <param name="own">What it acts on.</param>
    /// <param name="earlier">The calls of the plan before it, with what they act on.</param>
    public static PlannedCall Judge(PlannedCall call, IReadOnlyList<PlanTarget> own, IEnumerable<(PlannedCall Call, IReadOnlyList<PlanTarget> Own)> earlier)
    {
        if (!IsGuest(call))
        {
            return call;
        }

        JsonElement config = GuestNames.IsInPath(call) ? own[0].Before : default;
        (string Vmid, string Volume)[] held =
        [
            .. Given(call).Where(given => given.Volume != Behind(config, given.Key)).SelectMany(given => Holders(call, given.Volume, own)
                .Select(vmid => (vmid, given.Volume))),
        ];
        HashSet<(string Vmid, string Volume)> free = Detached(earlier);
        bool isLost = held.Except(free).Any() || WasGiven(call, earlier)
            || GivenTwice(call, config).Any(volume => !free.Contains((call.Parameters.Find("vmid") ?? "", volume)));
        PlannedCall judged = isLost ? call.AsLosing() : call;
        return Given(call).Any(given => given.Volume != Behind(config, given.Key) && IsOfOther(call, given.Volume))
            ? judged.Also(OperationClass.Privileged)
            : judged;
    }

    /// <summary>True for a call that the plan knows to give a guest the disk of another.</summary>
    public static bool IsOne(PlannedCall call) => call.LosesMore && IsGuest(call)
        && call.Others.Where(static parameter => DiskKeys.IsGiven(parameter.Name)).Any(parameter => MayBeOfAnother(call, parameter));

    /// <summary>True for a call that gives a guest a disk which is called after another one.</summary>
    public static bool GivesOther(PlannedCall call) => IsGuest(call) && Given(call).Any(given => IsOfOther(call, given.Volume));

    // Whoever has got it by an earlier call keeps it.
    private static bool WasGiven(PlannedCall call, IEnumerable<(PlannedCall Call, IReadOnlyList<PlanTarget> Own)> earlier)
    {
        HashSet<string> given = [.. Given(call).Select(static disk => disk.Volume).Where(VolumeOwners.IsOwned)];
        return given.Count > 0 && earlier.Any(step => IsGuest(step.Call) && step.Call.Parameters.Find("vmid") != call.Parameters.Find("vmid")
            && Given(step.Call).Any(disk => given.Contains(disk.Volume)));
    }

    // A disk in two drives of one machine, or at two places of a container, is ruined as it is by two machines.
    private static IEnumerable<string> GivenTwice(PlannedCall call, JsonElement config) => call.Path is not (Machine or Container) || config.ValueKind != JsonValueKind.Object ? [] : Given(call)
        .Where(static given => given.Volume is not ("none" or "cdrom" or ""))
        .Where(given => config.EnumerateObject().Any(member => member.Name != given.Key && DiskKeys.IsUsed(member.Name)
            && Replacements.Volume(member.Value.ToString()) == given.Volume && !LetsGo(call, member.Name, given.Volume)))
        .Select(static given => given.Volume);

    private static bool LetsGo(PlannedCall call, string key, string volume) =>
        (call.Parameters.Find(key) is { } other && Replacements.Volume(other) != volume) || ItemLists.Deleted(call.Others).Contains(key);

    // A disk of its own, whose writes are thrown away, is lost to nobody else.
    private static bool MayBeOfAnother(PlannedCall call, ApiParameter disk)
    {
        string volume = Replacements.Volume(disk.Text);
        return VolumeOwners.IsOwned(volume)
            ? IsOfOther(call, volume)
            : SharedVolumes.GivenBy(call).Contains(volume) && !DiskOptions.ThrowsAway(disk.Text);
    }

    private static bool IsOfOther(PlannedCall call, string volume) =>
        VolumeOwners.IsOwned(volume) && VolumeOwners.OwnersOf(volume).Any(vmid => vmid != call.Parameters.Find("vmid"));

    private static bool IsGuest(PlannedCall call) => call.Method is ApiMethod.Post or ApiMethod.Put && call.Path is "/nodes/{node}/qemu" or "/nodes/{node}/lxc"
        or "/nodes/{node}/qemu/{vmid}/config" or "/nodes/{node}/lxc/{vmid}/config";

    private static IEnumerable<(string Key, string Volume)> Given(PlannedCall call) => call.Others.Where(static parameter => DiskKeys.IsGiven(parameter.Name))
        .Select(static parameter => (parameter.Name, Replacements.Volume(parameter.Text)))
        .Where(static given => !File.IsMatch(given.Item2));

    // Where the name does not say whose it is, all are among the targets that have it.
    private static IEnumerable<string> Holders(PlannedCall call, string volume, IReadOnlyList<PlanTarget> own)
    {
        IEnumerable<string> holders = VolumeOwners.IsOwned(volume) ? VolumeOwners.OwnersOf(volume)
            : SharedVolumes.GivenBy(call).Contains(volume) ? own.Where(static target => target.Key.StartsWith("guest ", StringComparison.Ordinal))
                .Select(static target => target.Key["guest ".Length..])
            : [];
        return holders.Where(vmid => vmid != call.Parameters.Find("vmid"));
    }

    /// <summary>The disks that earlier calls have taken from guests, with these, and given to nobody since.</summary>
    /// <remarks>Proxmox: what a guest that runs does not let go of stays pending, so that only one that is off has certainly lost its disk.</remarks>
    public static HashSet<(string Vmid, string Volume)> Detached(IEnumerable<(PlannedCall Call, IReadOnlyList<PlanTarget> Own)> earlier)
    {
        HashSet<(string Vmid, string Volume)> free = [];
        foreach ((PlannedCall call, IReadOnlyList<PlanTarget> own) in earlier.Where(static step => IsGuest(step.Call)))
        {
            string vmid = call.Parameters.Find("vmid") ?? "";
            if (GuestNames.IsInPath(call) && own[0].Facts.GetValueOrDefault(Power) == "stopped")
            {
                free.UnionWith(ItemLists.Deleted(call.Others).Select(key => (vmid, Behind(own[0].Before, key) ?? "")));
            }

            string[] given = [.. Given(call).Select(static disk => disk.Volume)];
            free.RemoveWhere(disk => given.Contains(disk.Volume));
        }

        return free;
    }

    private static string? Behind(JsonElement config, string key) =>
        config.ValueKind == JsonValueKind.Object && config.Text(key) is { } value ? Replacements.Volume(value) : null;

    // What many guests may have in a drive.
    private static Regex File => field ??= new("^[^:/]+:(iso|import|vztmpl|snippets|backup)/", RegexOptions.ExplicitCapture);
}
