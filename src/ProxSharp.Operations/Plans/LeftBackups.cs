using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ProxSharp.Api;
using ProxSharp.Operations.Text;

namespace ProxSharp.Operations.Plans;

/// <summary>Says which backups stay where something is destroyed. Those that the plan itself removes are none.</summary>
/// <param name="client">Reads the backups.</param>
/// <param name="calls">All calls of the plan.</param>
internal sealed class LeftBackups(ProxmoxClient client, IReadOnlyList<PlannedCall> calls)
{
    private const string Volume = "/nodes/{node}/storage/{storage}/content/{volume}";
    /// <summary>The path of one snapshot.</summary>
    public const string Snapshots = "/admin/datastore/{store}/snapshots";
    private const string Unknown = "Whether there is a backup of guest ";
    private const string None = "There is no backup of guest ";
    private const string Latest = "The latest backup of guest ";
    private const string Staying = "Backups that stay of ";
    private const string NotIn = " Backups of it leave out ";

    private static readonly string[] s_group = ["store", "ns", "backup-type", "backup-id"];

    /// <summary>How these sentences begin. They are of the moment: <see cref="Lost"/> compares what matters.</summary>
    public static IReadOnlyList<string> Starts { get; } = [Unknown, None, Latest, Staying];

    /// <summary>
    /// What a plan says of backups that are not there any more, or not as many, or of an older date; null if nobody was told too much. One that is made meanwhile
    /// does nobody harm.
    /// </summary>
    /// <param name="then">What the plan says.</param>
    /// <param name="now">What is so now.</param>
    public static string? Lost(IEnumerable<string> then, IReadOnlyCollection<string> now)
    {
        foreach (Match told in then.Select(static line => Told.Match(line)).Where(static match => match.Success))
        {
            bool isSo = now.Select(static line => Told.Match(line)).Any(match => match.Success
                && match.Groups["of"].Value == told.Groups["of"].Value
                && string.CompareOrdinal(match.Groups["date"].Value, told.Groups["date"].Value) >= 0
                && Count(match) >= Count(told));
            if (!isSo)
            {
                return told.Value;
            }
        }

        return null;
    }

    /// <summary>
    /// True for a sentence of just this form. Who decides about the file of a plan has no server to ask: what the plan tells of backups is compared when it is applied.
    /// </summary>
    public static bool IsSentence(string line) => Told.IsMatch(line) || Nothing.IsMatch(line);

    private static int Count(Match told) => int.TryParse(told.Groups["count"].ValueSpan, CultureInfo.InvariantCulture, out int count) ? count : 0;

    // Dates of this form are in the order of their letters.
    private static Regex Told => field ??= new(
        $@"\A({Latest}|{Staying})(?<of>.+?)(, beside what the plan removes,)?( is of |: (?<count>[0-9]+), the latest of )(?<date>[0-9]{{4}}-[0-9: -]+Z)\.({NotIn}.+)?\z",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant);

    private static Regex Nothing => field ??= new(
        $@"\A{None}[0-9]+ on the storages of [A-Za-z0-9-]+[a-z ,;]*\.({NotIn}[a-z0-9, ]+\.)?\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant);

    /// <summary>The sentence for a target of a call; null where nothing is destroyed that has backups, or is one.</summary>
    public async Task<string?> SayAsync(PlannedCall call, PlanTarget target, CancellationToken cancellationToken) => !call.Set.Has(OperationClass.Destructive) ? null
        : call is { Method: ApiMethod.Delete, Path: Snapshots } ? await OfGroupAsync(call, cancellationToken).ConfigureAwait(false)
        : target.Policy is { Vmid: { } vmid, Node: { } node } && target.Digest is not null
            ? await OfGuestAsync(node, vmid, MadeAt(target), cancellationToken).ConfigureAwait(false) + Without(target)
        : null;

    // Proxmox: a machine says when it was made, and one that is restored what the backup says. Of containers only the log of tasks tells, also of a restore.
    private static long MadeAt(PlanTarget target) =>
        target.Identity.GetValueOrDefault("type") == "qemu" && long.TryParse(target.Identity.GetValueOrDefault(PlanTarget.Created), CultureInfo.InvariantCulture, out long time) ? time : 0;

    private static string Without(PlanTarget target) => DiskOptions.LeftOut(target.Before) is { Count: > 0 } disks ? $"{NotIn}{string.Join(", ", disks)}." : "";

    // What is older than the guest is of an earlier one under its number.
    private async Task<string> OfGuestAsync(string node, int vmid, long madeAt, CancellationToken cancellationToken)
    {
        HashSet<string> removed = [.. calls.Where(static call => call is { Method: ApiMethod.Delete, Path: Volume }).Select(VolumeOf)];
        long latest = 0;
        bool isRemoved = false;
        bool isOfAnother = false;
        try
        {
            JsonElement storages = await GetAsync($"/nodes/{node}/storage", new ApiParameters { { "content", "backup" } }, cancellationToken).ConfigureAwait(false);
            foreach (string storage in storages.EnumerateArray().Select(static entry => entry.Text("storage")).OfType<string>())
            {
                ApiParameters filter = new() { { "content", "backup" }, { "vmid", vmid } };
                JsonElement backups = await GetAsync($"/nodes/{node}/storage/{storage}/content", filter, cancellationToken).ConfigureAwait(false);
                foreach (JsonElement entry in backups.EnumerateArray())
                {
                    bool isGone = removed.Contains(entry.Text("volid") ?? "");
                    isRemoved |= isGone;
                    bool isOlder = Time(entry, "ctime") < madeAt;
                    isOfAnother |= isOlder;
                    latest = isGone || isOlder ? latest : Math.Max(latest, Time(entry, "ctime"));
                }
            }
        }
        catch (ProxmoxApiException e)
        {
            return $"{Unknown}{vmid} cannot be told: {UntrustedText.Clean(e.Message, 120)}";
        }

        return latest == 0
            ? $"{None}{vmid} on the storages of {node}{(isRemoved ? ", beside what the plan removes" : "")}"
                + (isOfAnother ? "; those of an earlier guest of the number are there." : ".")
            : $"{Latest}{vmid}{(isRemoved ? ", beside what the plan removes," : "")} is of {Date(latest)}.";
    }

    // Proxmox: a volume is named with its storage, or without.
    private static string VolumeOf(PlannedCall call)
    {
        string volume = call.Parameters.Find("volume") ?? "";
        return volume.Contains(':', StringComparison.Ordinal) ? volume : $"{call.Parameters.Find("storage")}:{volume}";
    }

    private async Task<string> OfGroupAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        HashSet<string> removed = [.. calls.Where(other => other is { Method: ApiMethod.Delete, Path: Snapshots } && BackupReader.GroupOf(other) == BackupReader.GroupOf(call))
            .Select(static other => other.Parameters.Find("backup-time") ?? "")];
        ApiParameters filter = [];
        foreach (string name in s_group[1..])
        {
            filter.Add(name, call.Parameters.Find(name));
        }

        JsonElement all = await GetAsync(call.ConcretePath, filter, cancellationToken).ConfigureAwait(false);
        long[] left = [.. all.EnumerateArray().Where(entry => !removed.Contains(entry.Text("backup-time") ?? "")).Select(static entry => Time(entry, "backup-time"))];
        string taken = long.TryParse(call.Parameters.Find("backup-time"), CultureInfo.InvariantCulture, out long time) ? $" without that of {Date(time)}" : "";
        return $"{Staying}{UntrustedText.Clean(BackupReader.GroupOf(call))}{taken}: "
            + (left.Length == 0 ? "none." : string.Create(CultureInfo.InvariantCulture, $"{left.Length}, the latest of {Date(left.Max())}."));
    }

    private static long Time(JsonElement entry, string name) => long.TryParse(entry.Text(name), CultureInfo.InvariantCulture, out long time) ? time : 0;

    private static string Date(long time) => time is > 0 and < 253_402_300_800 ? $"{DateTimeOffset.FromUnixTimeSeconds(time):u}" : time.ToString(CultureInfo.InvariantCulture);

    private async Task<JsonElement> GetAsync(string path, ApiParameters parameters, CancellationToken cancellationToken) =>
        (await client.Raw.GetAsync(path, parameters, cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
}
