namespace ProxSharp.Cli.Completion;

/// <summary>The names of what is on the server, and of the contexts.</summary>
internal interface ILiveNames
{
    /// <summary>The product of the server; Proxmox VE if there is none.</summary>
    ProxmoxProduct Product { get; }

    /// <summary>The guests of a noun: <c>vm</c>, <c>ct</c> or both; tags, pools and nodes as groups behind them.</summary>
    Task<IReadOnlyList<Candidate>> GuestsAsync(string noun, CancellationToken cancellationToken);

    /// <summary>The nodes.</summary>
    Task<IReadOnlyList<Candidate>> NodesAsync(CancellationToken cancellationToken);

    /// <summary>The storages.</summary>
    Task<IReadOnlyList<Candidate>> StoragesAsync(CancellationToken cancellationToken);

    /// <summary>The pools.</summary>
    Task<IReadOnlyList<Candidate>> PoolsAsync(CancellationToken cancellationToken);

    /// <summary>The snapshots of a guest.</summary>
    /// <param name="noun">The noun: <c>vm</c>, <c>ct</c> or <c>guest</c>.</param>
    /// <param name="guest">Its number or name.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task<IReadOnlyList<Candidate>> SnapshotsAsync(string noun, string guest, CancellationToken cancellationToken);

    /// <summary>The keys of a guest's configuration.</summary>
    /// <inheritdoc cref="SnapshotsAsync"/>
    Task<IReadOnlyList<Candidate>> ConfigKeysAsync(string noun, string guest, CancellationToken cancellationToken);

    /// <summary>The tasks of the last hours, the newest first.</summary>
    Task<IReadOnlyList<Candidate>> TasksAsync(CancellationToken cancellationToken);

    /// <summary>The datastores of a backup server.</summary>
    Task<IReadOnlyList<Candidate>> DatastoresAsync(CancellationToken cancellationToken);

    /// <summary>The backup groups of a datastore, and its snapshots if they are wanted too.</summary>
    Task<IReadOnlyList<Candidate>> BackupsAsync(string store, string? folder, bool withSnapshots, CancellationToken cancellationToken);

    /// <summary>The items of a list of the server.</summary>
    /// <param name="list">Its path.</param>
    /// <param name="member">The member that names an item.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task<IReadOnlyList<Candidate>> NamesAsync(string list, string member, CancellationToken cancellationToken);

    /// <summary>The plans that are kept on this machine.</summary>
    /// <param name="openOnly">True for those that can still be applied.</param>
    IReadOnlyList<Candidate> Plans(bool openOnly);

    /// <summary>The entries of the ledger that can be taken back, the newest first.</summary>
    IReadOnlyList<Candidate> Applied();

    /// <summary>The contexts.</summary>
    IReadOnlyList<Candidate> Contexts();
}
