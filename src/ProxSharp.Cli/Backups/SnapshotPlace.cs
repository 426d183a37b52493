using ProxSharp.Backup;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Cli.Errors;
using ProxSharp.Ids;

namespace ProxSharp.Cli.Backups;

/// <summary>A namespace whose snapshots are read: on a server, or in the directory of a datastore.</summary>
internal abstract class SnapshotPlace(BackupEnvironment environment, BackupNamespace folder)
{
    /// <summary>What the environment says.</summary>
    public BackupEnvironment Environment { get; } = environment;

    /// <summary>The namespace.</summary>
    public BackupNamespace Namespace { get; } = folder;

    /// <summary>How snapshots are read, but for namespace and key.</summary>
    public SnapshotOpenOptions Reading { get; set; } = SnapshotOpenOptions.Default;

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

        return await FindLatestAsync(group, cancellationToken).ConfigureAwait(false)
            ?? throw NotFound($"There is no finished backup of {group} in {Describe()}", "prox backup list");
    }

    /// <summary>Opens a snapshot for reading.</summary>
    /// <param name="text">The snapshot, or a group for its newest one.</param>
    /// <param name="key">The key; null for plain backups.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CliException">There is no such snapshot.</exception>
    public async Task<SnapshotReader> OpenAsync(string text, CryptConfig? key, CancellationToken cancellationToken) => await OpenAsync(
        await FindAsync(text, cancellationToken).ConfigureAwait(false),
        Reading with { Namespace = Namespace, Key = key },
        cancellationToken).ConfigureAwait(false);

    /// <summary>Makes the error for something that is not there.</summary>
    public static CliException NotFound(string message, string command, bool isCommand = true) => new(new CliError
    {
        Code = "not_found",
        ExitCode = ExitCodes.NotFound,
        Message = message,
        Hint = isCommand ? $"See what there is: {command}" : command,
    });

    /// <summary>The command that tells what a snapshot has lost.</summary>
    public string VerifyCommand(BackupSnapshotPath snapshot) =>
        $"prox backup verify {snapshot} {VerifyOption}{(Namespace.IsRoot ? "" : $" --ns {Namespace}")}";

    /// <summary>Makes <c>verify</c> read everything here.</summary>
    protected virtual string VerifyOption => "--local";

    /// <summary>Names the datastore and the namespace.</summary>
    public abstract string Describe();

    /// <summary>Finds the newest snapshot of a group that was finished; null if there is none.</summary>
    protected abstract Task<BackupSnapshotPath?> FindLatestAsync(BackupGroupPath group, CancellationToken cancellationToken);

    /// <summary>Opens a snapshot.</summary>
    protected abstract Task<SnapshotReader> OpenAsync(BackupSnapshotPath snapshot, SnapshotOpenOptions options, CancellationToken cancellationToken);
}
