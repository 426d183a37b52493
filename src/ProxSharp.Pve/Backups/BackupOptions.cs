using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Tasks;

namespace ProxSharp.Pve.Backups;

/// <summary>How guests are backed up now. What is null is left to the node's configuration (<c>/etc/vzdump.conf</c>) and the server's defaults.</summary>
public sealed record BackupOptions
{
    internal static BackupOptions Default { get; } = new();

    /// <summary>The storage for the backups: a directory-like one, or a backup server's datastore. By default the node's, or else <c>local</c>.</summary>
    public StorageId? Storage { get; init; }

    /// <summary>Whether guests go on running, are suspended or are stopped meanwhile. They go on (<c>snapshot</c>) by default.</summary>
    public BackupMode? Mode { get; init; }

    /// <summary>How archives are compressed. Not at all by default; zstd is a good choice. A backup server compresses by itself.</summary>
    public BackupCompress? Compress { get; init; }

    /// <summary>The notes of the backups, in which <c>{{guestname}}</c>, <c>{{vmid}}</c>, <c>{{node}}</c> and <c>{{cluster}}</c> are filled in. Needs <see cref="Storage"/>.</summary>
    public string? NotesTemplate { get; init; }

    /// <summary>True keeps pruning and deleting from removing the new backups. Needs <see cref="Storage"/>. False by default.</summary>
    public bool IsProtected { get; init; }

    /// <summary>Which backups of each guest are kept afterwards; others are removed. Null, the default, removes nothing unless <see cref="Prune"/> is set.</summary>
    public PruneBackups? Retention { get; init; }

    /// <summary>True removes old backups of each guest afterwards, by the retention of the storage's definition. False by default.</summary>
    public bool Prune { get; init; }

    /// <summary>The greatest speed in KiB/s; 0 for any.</summary>
    public long? BandwidthLimit { get; init; }

    /// <summary>Input/output priority from 0 to 8: 7 is the lowest of the usual ones, 8 means idle.</summary>
    public long? IoPriority { get; init; }

    /// <summary>Whether reports go through the notification system or by mail as in old releases.</summary>
    public NotificationMode? NotificationMode { get; init; }

    /// <summary>When mails are sent in the old way.</summary>
    public MailNotification? MailNotification { get; init; }

    /// <summary>Mail addresses or users that get reports in the old way; empty for none.</summary>
    public IReadOnlyList<string> MailTo { get; init; } = [];

    /// <summary>Keeps changed blocks on a fast storage during backups of virtual machines, so that a slow target does not slow them down.</summary>
    public BackupFleecing? Fleecing { get; init; }

    /// <summary>Settings that trade speed for load.</summary>
    public BackupPerformance? Performance { get; init; }

    /// <summary>How changed files of containers are found in backups to a backup server.</summary>
    public PbsChangeDetectionMode? ChangeDetection { get; init; }

    /// <summary>Paths or patterns of files left out of container backups.</summary>
    public IReadOnlyList<string> ExcludePaths { get; init; } = [];

    /// <summary>How long the backup waits for another one on the node to end. 180 minutes by default; whole minutes are sent.</summary>
    public TimeSpan? LockWait { get; init; }

    /// <summary>How long a guest may take to stop in the mode <c>stop</c>. 10 minutes by default; whole minutes are sent.</summary>
    public TimeSpan? StopWait { get; init; }

    /// <summary>Threads for zstd compression; 0 uses half of the cores.</summary>
    public long? ZstdThreads { get; init; }

    /// <summary>Threads for gzip compression; 0 uses one, 1 half of the cores.</summary>
    public long? GzipThreads { get; init; }

    /// <summary>How the methods that wait do it; null for the defaults.</summary>
    public TaskWaitOptions? Wait { get; init; }

    internal NodesVzDumpCreateRequest ToRequest(BackupSelection selection) => new()
    {
        VmId = selection.Guests,
        All = selection.IsAll ? true : null,
        Exclude = selection.Excluded,
        Pool = selection.PoolId,
        Storage = Storage?.Value,
        Mode = Mode,
        Compress = Compress,
        NotesTemplate = NotesTemplate,
        Protected = IsProtected ? true : null,
        PruneBackups = Retention,
        Remove = Retention is not null || Prune,
        BwLimit = BandwidthLimit,
        IoNice = IoPriority,
        NotificationMode = NotificationMode,
        MailNotification = MailNotification,
        MailTo = MailTo.Count > 0 ? string.Join(',', MailTo) : null,
        Fleecing = Fleecing,
        Performance = Performance,
        PbsChangeDetectionMode = ChangeDetection,
        ExcludePath = ExcludePaths.Count > 0 ? ExcludePaths : null,
        LockWait = Minutes(LockWait),
        StopWait = Minutes(StopWait),
        Zstd = ZstdThreads,
        Pigz = GzipThreads,
    };

    private static long? Minutes(TimeSpan? time) => time is { } set ? (long)Math.Ceiling(set.TotalMinutes) : null;
}
