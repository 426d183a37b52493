using ProxSharp.Pbs.Api;

namespace ProxSharp.Pbs.Backups;

/// <summary>How backups are checked. Immutable: make a changed copy with <c>with</c>.</summary>
public sealed record VerifyOptions
{
    /// <summary>Leaves it all to the server: what was checked already is passed over.</summary>
    public static VerifyOptions Default { get; } = new();

    /// <summary>
    /// Whether snapshots that were checked already are passed over. Null (the default) leaves it to the server, which passes over them; false checks all.
    /// </summary>
    public bool? IgnoreVerified { get; init; }

    /// <summary>After how many days a check counts no longer. Null (the default) for never.</summary>
    public int? OutdatedAfterDays { get; init; }

    /// <summary>How many levels of namespaces below are included, 0 to 7; null (the default) for all. Not for groups and snapshots.</summary>
    public int? MaxDepth { get; init; }

    /// <summary>How many threads read chunks; null (the default) leaves it to the server. Newer servers only.</summary>
    public int? ReadThreads { get; init; }

    /// <summary>How many threads check chunks; null (the default) leaves it to the server. Newer servers only.</summary>
    public int? VerifyThreads { get; init; }

    internal AdminDatastoreVerifyRequest ToRequest(string? ns) => Request(ns, null, null, null, MaxDepth);

    internal AdminDatastoreVerifyRequest ToRequest(GroupTarget group) => Request(group.Ns, group.Type, group.Id, null, null);

    internal AdminDatastoreVerifyRequest ToRequest(GroupTarget group, long time) => Request(group.Ns, group.Type, group.Id, time, null);

    private AdminDatastoreVerifyRequest Request(string? ns, BackupGroupType? type, string? id, long? time, int? maxDepth) => new()
    {
        Ns = ns,
        BackupType = type,
        BackupId = id,
        BackupTime = time,
        MaxDepth = maxDepth,
        IgnoreVerified = IgnoreVerified,
        OutdatedAfter = OutdatedAfterDays,
        ReadThreads = ReadThreads,
        VerifyThreads = VerifyThreads,
    };
}
