using ProxSharp.Backup;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Reading.Snapshots;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Verbs;
using ProxSharp.Ids;
using ProxSharp.Pbs;
using ProxSharp.Pbs.Backups;

namespace ProxSharp.Cli.Backups;

/// <summary>A namespace of a datastore, and the connection to it.</summary>
internal sealed class BackupPlace(VerbRun run, BackupEnvironment environment, ServerSession session, string store, BackupNamespace folder)
{
    /// <summary>What the environment says.</summary>
    public BackupEnvironment Environment { get; } = environment;

    /// <summary>The connection.</summary>
    public ServerSession Session { get; } = session;

    /// <summary>The datastore.</summary>
    public Datastore Store { get; } = session.Pbs!.Datastores[store];

    /// <summary>The namespace.</summary>
    public BackupNamespace Namespace { get; } = folder;

    /// <summary>The namespace, to list and to change.</summary>
    public DatastoreNamespace Folder => Store.Namespaces[Namespace];

    /// <summary>Reads a group that was typed.</summary>
    /// <exception cref="CliException">It is none.</exception>
    public static BackupGroupPath ParseGroup(string text) => BackupGroupPath.TryParse(text, out BackupGroupPath group)
        ? group
        : throw CliException.Usage($"'{text}' is no backup group", "Write host/NAME, vm/NUMBER or ct/NUMBER");

    /// <summary>Finds the snapshot that was typed; a group stands for its newest one.</summary>
    /// <exception cref="CliException">The text is neither, or the group has no snapshot.</exception>
    public async Task<BackupSnapshotPath> FindAsync(string text, CancellationToken cancellationToken)
    {
        if (BackupSnapshotPath.TryParse(text, out BackupSnapshotPath snapshot))
        {
            return snapshot;
        }

        if (!BackupGroupPath.TryParse(text, out BackupGroupPath group))
        {
            throw CliException.Usage(
                $"'{text}' is no snapshot", "Write host/NAME/2026-01-31T02:00:00Z, or host/NAME for the newest (prox backup list)");
        }

        BackupSnapshotInfo? latest = await Folder.Groups[group].Snapshots.FindLatestAsync(cancellationToken).ConfigureAwait(false);
        return latest?.Path ?? throw NotFound($"There is no finished backup of {group} in {Describe()}", "prox backup list");
    }

    /// <summary>Opens a snapshot for reading.</summary>
    /// <param name="text">The snapshot, or a group for its newest one.</param>
    /// <param name="key">The key; null for plain backups.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CliException">There is no such snapshot.</exception>
    public async Task<SnapshotReader> OpenAsync(string text, CryptConfig? key, CancellationToken cancellationToken)
    {
        BackupSnapshotPath snapshot = await FindAsync(text, cancellationToken).ConfigureAwait(false);
        SnapshotOpenOptions options = new() { Namespace = Namespace, Key = key, TimeProvider = run.Command.Services.Time };
        try
        {
            return await Store.OpenSnapshotAsync(snapshot, options, cancellationToken).ConfigureAwait(false);
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

    /// <summary>Tells whether a snapshot is there.</summary>
    public async Task<bool> ExistsAsync(BackupSnapshotPath snapshot, CancellationToken cancellationToken)
    {
        IReadOnlyList<BackupSnapshotInfo> all = await Folder.Snapshots.ListAsync(snapshot.Group.Type, cancellationToken).ConfigureAwait(false);
        return all.Any(other => other.Path == snapshot);
    }

    /// <summary>Makes the error for something that is not there.</summary>
    public static CliException NotFound(string message, string command) => new(new CliError
    {
        Code = "not_found",
        ExitCode = ExitCodes.NotFound,
        Message = message,
        Hint = $"See what there is: {command}",
    });

    /// <summary>Names datastore and namespace.</summary>
    public string Describe() => Namespace.IsRoot ? Store.ToString() : $"{Store}:{Namespace}";
}
