using ProxSharp.Ids;
using ProxSharp.Pbs.Api;

namespace ProxSharp.Pbs.Backups;

/// <summary>What is copied between two datastores, and how. Immutable: make a changed copy with <c>with</c>.</summary>
public sealed record TransferOptions
{
    /// <summary>All groups, all snapshots, nothing removed.</summary>
    public static TransferOptions Default { get; } = new();

    /// <summary>The namespace on this server. Default: the root.</summary>
    public BackupNamespace Namespace { get; init; }

    /// <summary>The namespace on the other side. Default: the root.</summary>
    public BackupNamespace RemoteNamespace { get; init; }

    /// <summary>How many levels of namespaces below are included, 0 to 7; null (the default) for all.</summary>
    public int? MaxDepth { get; init; }

    /// <summary>Which groups, for example <c>type:vm</c> or <c>exclude:group:vm/100</c>; null (the default) for all.</summary>
    public IReadOnlyList<string>? GroupFilter { get; init; }

    /// <summary>Whether snapshots that the source no longer has are removed at the target. Default: false.</summary>
    public bool RemoveVanished { get; init; }

    /// <summary>How many of the newest snapshots of each group are copied; null (the default) for all.</summary>
    public int? TransferLast { get; init; }

    /// <summary>Limit for received data as size per second, for example <c>50MiB</c>; null (the default) for none.</summary>
    public string? RateIn { get; init; }

    /// <summary>Limit for sent data as size per second, for example <c>50MiB</c>; null (the default) for none.</summary>
    public string? RateOut { get; init; }

    /// <summary>
    /// Short-time limit for received data, as size such as <c>100MiB</c>: how much may come at once before <see cref="RateIn"/> holds. Null (the default)
    /// leaves it to the server.
    /// </summary>
    public string? BurstIn { get; init; }

    /// <summary>
    /// Short-time limit for sent data, as size such as <c>100MiB</c>: how much may go at once before <see cref="RateOut"/> holds. Null (the default) leaves it
    /// to the server.
    /// </summary>
    public string? BurstOut { get; init; }

    /// <summary>How many groups are handled at once, 1 to 32; null (the default) leaves it to the server. Newer servers only.</summary>
    public int? WorkerThreads { get; init; }

    /// <summary>Whether only encrypted snapshots are copied; null (the default) for all. Newer servers only.</summary>
    public bool? EncryptedOnly { get; init; }

    /// <summary>Whether only snapshots that were verified are copied; null (the default) for all. Newer servers only.</summary>
    public bool? VerifiedOnly { get; init; }

    /// <summary>Whether snapshots that failed verification are fetched again; null (the default) for no. Pull only; newer servers only.</summary>
    public bool? ResyncCorrupt { get; init; }

    /// <summary>
    /// The keys of <see cref="PbsClient.EncryptionKeys"/> that pulled snapshots are decrypted with; null (the default) leaves them as they are. Pull
    /// only; newer servers only.
    /// </summary>
    public IReadOnlyList<string>? DecryptionKeys { get; init; }

    /// <summary>
    /// The key of <see cref="PbsClient.EncryptionKeys"/> that snapshots are encrypted with on their way; null (the default) pushes them as they are. Push only;
    /// newer servers only.
    /// </summary>
    public string? EncryptionKey { get; init; }

    internal PullRequest ToPull(DatastoreName store, string? remote, string remoteStore) => new()
    {
        Store = store.Value,
        Remote = remote,
        RemoteStore = remoteStore,
        Ns = GroupTarget.Wire(Namespace),
        RemoteNs = GroupTarget.Wire(RemoteNamespace),
        MaxDepth = MaxDepth,
        GroupFilter = GroupFilter,
        RemoveVanished = RemoveVanished ? true : null,
        TransferLast = TransferLast,
        RateIn = RateIn,
        RateOut = RateOut,
        BurstIn = BurstIn,
        BurstOut = BurstOut,
        WorkerThreads = WorkerThreads,
        EncryptedOnly = EncryptedOnly,
        VerifiedOnly = VerifiedOnly,
        ResyncCorrupt = ResyncCorrupt,
        DecryptionKeys = DecryptionKeys,
    };

    internal PushRequest ToPush(DatastoreName store, string remote, string remoteStore) => new()
    {
        Store = store.Value,
        Remote = remote,
        RemoteStore = remoteStore,
        Ns = GroupTarget.Wire(Namespace),
        RemoteNs = GroupTarget.Wire(RemoteNamespace),
        MaxDepth = MaxDepth,
        GroupFilter = GroupFilter,
        RemoveVanished = RemoveVanished ? true : null,
        TransferLast = TransferLast,
        RateIn = RateIn,
        RateOut = RateOut,
        BurstIn = BurstIn,
        BurstOut = BurstOut,
        WorkerThreads = WorkerThreads,
        EncryptedOnly = EncryptedOnly,
        VerifiedOnly = VerifiedOnly,
        EncryptionKey = EncryptionKey,
    };
}
