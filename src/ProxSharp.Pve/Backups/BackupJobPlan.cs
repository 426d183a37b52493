using System.Globalization;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Storages;

namespace ProxSharp.Pve.Backups;

/// <summary>Which nodes a backup job concerns, and what they are asked for.</summary>
internal sealed class BackupJobPlan
{
    private readonly ClusterBackupItem _job;

    public BackupJobPlan(ClusterBackupItem job, IReadOnlyList<ClusterResourcesItem> guests)
    {
        _job = job;
        HashSet<long> named = [.. Numbers(job.VmId)];
        HashSet<long> excluded = [.. Numbers(job.Exclude)];
        ClusterResourcesItem[] covered =
        [
            .. guests.Where(guest => guest is { VmId: { } id, Node: not null } && (job.Node is null || job.Node == guest.Node)
                && (named.Count > 0 ? named.Contains(id) : job.Pool is { } pool ? IsIn(pool, guest.Pool) : !excluded.Contains(id))),
        ];
        Nodes =
        [
            .. covered.GroupBy(static guest => guest.Node!, StringComparer.Ordinal)
                .OrderBy(static node => node.Key, StringComparer.Ordinal)
                .Select(static node => (NodeName.Parse(node.Key), (IReadOnlyList<VmId>)[.. node.Select(static guest => new VmId((int)guest.VmId!.Value)).Order()])),
        ];
        Missing = [.. named.Where(id => !guests.Any(guest => guest.VmId == id)).Order().Select(static id => new VmId((int)id))];
    }

    /// <summary>The nodes that hold guests of the job, with the guests.</summary>
    public IReadOnlyList<(NodeName Node, IReadOnlyList<VmId> Guests)> Nodes { get; }

    /// <summary>Guests that the job names but that are nowhere.</summary>
    public IReadOnlyList<VmId> Missing { get; }

    /// <summary>Makes the request for one node: the job's settings without its schedule. Named guests of other nodes are left out.</summary>
    public NodesVzDumpCreateRequest RequestFor(IReadOnlyList<VmId> guests) => new()
    {
        VmId = _job.VmId is { Length: > 0 } ? WireValues.Join(guests) : null,
        All = _job.VmId is not { Length: > 0 } && _job.Pool is null ? true : null,
        Exclude = _job.VmId is not { Length: > 0 } && _job.Pool is null ? _job.Exclude : null,
        Pool = _job.VmId is not { Length: > 0 } ? _job.Pool : null,
        BwLimit = _job.BwLimit,
        Compress = _job.Compress,
        DumpDir = _job.DumpDir,
        ExcludePath = _job.ExcludePath.Count > 0 ? _job.ExcludePath : null,
        Fleecing = _job.Fleecing,
        IoNice = _job.IoNice,
        LockWait = _job.LockWait,
        MailNotification = _job.MailNotification,
        MailTo = _job.MailTo,
        Mode = _job.Mode,
        NotesTemplate = _job.NotesTemplate,
        NotificationMode = _job.NotificationMode,
        PbsChangeDetectionMode = _job.PbsChangeDetectionMode,
        Performance = _job.Performance,
        Pigz = _job.Pigz,
        Protected = _job.Protected,
        PruneBackups = _job.PruneBackups,
        Quiet = _job.Quiet,
        Remove = _job.Remove,
        Script = _job.Script,
        Stdexcludes = _job.Stdexcludes,
        StopWait = _job.StopWait,
        Storage = _job.Storage,
        TmpDir = _job.TmpDir,
        Zstd = _job.Zstd,
    };

    private static IEnumerable<long> Numbers(string? list) =>
        WireValues.Split(list).Select(static text => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : 0)
            .Where(static number => number is >= VmId.Lowest and <= VmId.Highest);

    private static bool IsIn(string pool, string? guests) =>
        guests is not null && (guests == pool || guests.StartsWith($"{pool}/", StringComparison.Ordinal));
}
