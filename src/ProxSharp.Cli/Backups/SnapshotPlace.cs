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

    /// <summary>Finds the snapshot that was typed; a group stands for its newest one that is finished, and newer ones that are not are told.</summary>
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

        IReadOnlyList<ListedSnapshot> all = await ListAsync(group, cancellationToken).ConfigureAwait(false);
        int newest = all.TakeWhile(static one => !one.IsFinished).Count();
        if (newest == all.Count)
        {
            // Proxmox: the list of a server has no groups of other owners for those who may only make backups.
            string seen = all.Count == 0 && Option.Length == 0 ? " that this login sees: those of other owners take Datastore.Audit, Datastore.Read or Datastore.Modify" : "";
            throw NotFound($"There is no finished backup of {group} in {Describe()}{seen}", Option.Length > 0 ? Command("list") : "prox backup list");
        }

        if (newest > 0)
        {
            Reading.Warned?.Invoke($"{string.Join(", ", all.Take(newest).Select(static one => one.Path))} has no manifest: that backup was broken off, or runs "
                + $"still. {all[newest].Path} is taken instead.");
        }

        return all[newest].Path;
    }

    /// <summary>Lists the files of a snapshot as they are stored; no key is needed.</summary>
    /// <exception cref="CliException">There is no such snapshot.</exception>
    public abstract Task<IReadOnlyList<StoredFile>> ListFilesAsync(BackupSnapshotPath snapshot, CancellationToken cancellationToken);

    /// <summary>Opens a snapshot for reading.</summary>
    /// <param name="text">The snapshot, or a group for its newest one.</param>
    /// <param name="key">The key; null for plain backups.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CliException">There is no such snapshot.</exception>
    public async Task<SnapshotReader> OpenAsync(string text, CryptConfig? key, CancellationToken cancellationToken) => await OpenToldAsync(
        await FindAsync(text, cancellationToken).ConfigureAwait(false),
        Reading with { Namespace = Namespace, Key = key },
        cancellationToken).ConfigureAwait(false);

    /// <summary>Opens a snapshot for reading; where its manifest is damaged, the error tells which one can be read.</summary>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="options">How to read it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CliException">There is no such snapshot, or it is damaged.</exception>
    protected async Task<SnapshotReader> OpenToldAsync(BackupSnapshotPath snapshot, SnapshotOpenOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await OpenAsync(snapshot, options, cancellationToken).ConfigureAwait(false);
        }
        catch (SnapshotFileNotFoundException missing) when (Option.Length > 0)
        {
            throw NotFound(missing.Message, Command($"list {snapshot.Group}"), cause: missing);
        }
        catch (ProxmoxProtocolException damage)
        {
            if (!await IsDamagedAsync(snapshot, cancellationToken).ConfigureAwait(false))
            {
                throw;
            }

            if (damage.Message.EndsWith("is a copy or a link.", StringComparison.Ordinal))
            {
                throw SnapshotDamage.Make(damage.Message, "Give the snapshot that it is of. A copy of a group under another name is no backup", damage);
            }

            throw SnapshotDamage.Make(damage.Message, await AdviseAsync(snapshot, cancellationToken).ConfigureAwait(false), damage);
        }
    }

    /// <summary>Makes the error for something that is not there.</summary>
    public static CliException NotFound(string message, string command, bool isCommand = true, Exception? cause = null) => new(new CliError
    {
        Code = "not_found",
        ExitCode = ExitCodes.NotFound,
        Message = message,
        Hint = isCommand ? $"See what there is: {command}" : command,
    }, cause);

    /// <summary>The command that tells what a snapshot has lost.</summary>
    public string VerifyCommand(BackupSnapshotPath snapshot) =>
        $"prox backup verify {snapshot} {VerifyOption}{(Namespace.IsRoot ? "" : $" --ns {Namespace}")}";

    /// <summary>A command that looks at the same place.</summary>
    /// <param name="words">Its words behind <c>prox backup</c>.</param>
    public string Command(string words) =>
        $"prox backup {words}{(Option.Length > 0 ? $" {Option}" : "")}{(Namespace.IsRoot ? "" : $" --ns {Namespace}")}";

    /// <summary>The option that names the place, which no context knows; empty for a server.</summary>
    public virtual string Option => "";

    /// <summary>Makes <c>verify</c> read everything here.</summary>
    protected virtual string VerifyOption => "--local";

    /// <summary>Names the datastore and the namespace.</summary>
    public abstract string Describe();

    /// <summary>Lists the snapshots of a group, newest first. Those that have a manifest are finished; it may be damaged.</summary>
    protected abstract Task<IReadOnlyList<ListedSnapshot>> ListAsync(BackupGroupPath group, CancellationToken cancellationToken);

    /// <summary>Tells whether the manifest of a snapshot cannot be read where it lies.</summary>
    protected abstract Task<bool> IsDamagedAsync(BackupSnapshotPath snapshot, CancellationToken cancellationToken);

    /// <summary>Opens a snapshot.</summary>
    protected abstract Task<SnapshotReader> OpenAsync(BackupSnapshotPath snapshot, SnapshotOpenOptions options, CancellationToken cancellationToken);

    private async Task<string> AdviseAsync(BackupSnapshotPath damaged, CancellationToken cancellationToken)
    {
        const string Damaged = "A file of the datastore is damaged, and this snapshot cannot be read without it.";
        foreach (ListedSnapshot older in await ListAsync(damaged.Group, cancellationToken).ConfigureAwait(false))
        {
            if (older.IsFinished && older.Path.Time < damaged.Time && !await IsDamagedAsync(older.Path, cancellationToken).ConfigureAwait(false))
            {
                return $"{Damaged} The one before it can be: give {older.Path} instead. What it holds is checked by: {VerifyCommand(older.Path)}";
            }
        }

        return $"{Damaged} No older snapshot of {damaged.Group} can be read either. If there is another (prox backup list {damaged.Group}), verify that, and "
            + $"take it: prox backup verify SNAPSHOT {VerifyOption}";
    }
}
