using ProxSharp.Api;
using ProxSharp.Backup;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;
using ProxSharp.Ids;
using ProxSharp.Operations;
using ProxSharp.Pbs;
using ProxSharp.Pbs.Backups;

namespace ProxSharp.Cli.Backups;

/// <summary>A namespace of a datastore, and the connection to it.</summary>
internal sealed class BackupPlace(BackupEnvironment environment, ServerSession session, string store, BackupNamespace folder)
    : SnapshotPlace(environment, folder)
{
    /// <summary>The connection.</summary>
    public ServerSession Session { get; } = session;

    /// <summary>The datastore.</summary>
    public Datastore Store { get; } = session.Pbs!.Datastores[store];

    /// <summary>The namespace, to list and to change.</summary>
    public DatastoreNamespace Folder => Store.Namespaces[Namespace];

    /// <summary>Tells whether a snapshot is there.</summary>
    public async Task<bool> ExistsAsync(BackupSnapshotPath snapshot, CancellationToken cancellationToken)
    {
        IReadOnlyList<BackupSnapshotInfo> all = await Folder.Snapshots.ListAsync(snapshot.Group.Type, cancellationToken).ConfigureAwait(false);
        return all.Any(other => other.Path == snapshot);
    }

    /// <summary>Does something with a snapshot; what the server says where there is none becomes the error for that.</summary>
    /// <exception cref="CliException">There is no such snapshot.</exception>
    public async Task<T> AskAsync<T>(BackupSnapshotPath snapshot, Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        try
        {
            return await ask().ConfigureAwait(false);
        }
        catch (ProxmoxApiException refused) when (refused is not (ProxmoxAuthenticationException or ProxmoxPermissionException))
        {
            // Servers answer in several ways where there is nothing; what they list tells.
            if (!await ExistsAsync(snapshot, cancellationToken).ConfigureAwait(false))
            {
                throw NotFound($"There is no snapshot {snapshot} in {Describe()}", $"prox backup list {snapshot.Group}");
            }

            throw;
        }
    }

    /// <summary>Lets a conversation about a group through where a policy guards the server; null where none does.</summary>
    /// <param name="path"><c>/backup</c> or <c>/reader</c>.</param>
    /// <param name="group">The group.</param>
    /// <param name="notes">The notes that the backup gets; null or empty for none.</param>
    /// <param name="time">The time that the backup is said to be of; null for now.</param>
    /// <exception cref="GuardRefusedException">The policy does not allow it.</exception>
    public GuardedSession? Converse(string path, BackupGroupPath group, string? notes = null, DateTimeOffset? time = null) => Session.Converse(path, new ApiParameters
    {
        { "store", Store.Name.ToString() },
        { "ns", Namespace.IsRoot ? null : Namespace.ToString() },
        { "backup-type", group.Type.ToString() },
        { "backup-id", group.Id },
        { "notes", notes is { Length: > 0 } ? notes : null },
        { "backup-time", time?.ToUnixTimeSeconds() },
    });

    /// <inheritdoc/>
    public override string Describe() => Namespace.IsRoot ? Store.ToString() : $"{Store}:{Namespace}";

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<StoredFile>> ListFilesAsync(BackupSnapshotPath snapshot, CancellationToken cancellationToken) =>
    [
        .. (await AskAsync(snapshot, () => Folder.Snapshots[snapshot].ListFilesAsync(cancellationToken), cancellationToken).ConfigureAwait(false))
            .Select(static file => new StoredFile(file.Filename, file.Size, file.CryptMode?.ToString())),
    ];

    /// <inheritdoc/>
    protected override async Task<IReadOnlyList<ListedSnapshot>> ListAsync(
        BackupGroupPath group, CancellationToken cancellationToken) =>
        [.. (await Folder.Groups[group].Snapshots.ListAsync(cancellationToken).ConfigureAwait(false))
            .Select(static snapshot => new ListedSnapshot(snapshot.Path, snapshot.IsComplete || HasManifest(snapshot)))];

    /// <inheritdoc/>
    protected override async Task<bool> IsDamagedAsync(BackupSnapshotPath snapshot, CancellationToken cancellationToken) =>
        (await Folder.Groups[snapshot.Group].Snapshots.ListAsync(cancellationToken).ConfigureAwait(false))
            .Any(other => other.Path == snapshot && !other.IsComplete && HasManifest(other));

    // Proxmox: of a manifest that the server cannot read it lists no more than the name. A backup that runs or broke off has none.
    private static bool HasManifest(BackupSnapshotInfo snapshot) => snapshot.Files.Any(static file => file.Filename == ArchiveName.Manifest);

    /// <inheritdoc/>
    protected override async Task<SnapshotReader> OpenAsync(BackupSnapshotPath snapshot, SnapshotOpenOptions options, CancellationToken cancellationToken)
    {
        using GuardedSession? allowed = Converse("/reader", snapshot.Group);
        SnapshotReader reader = await AskAsync(snapshot, () => Store.OpenSnapshotAsync(snapshot, options, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        allowed?.Complete($"{snapshot} was opened for reading.");
        return reader;
    }
}
