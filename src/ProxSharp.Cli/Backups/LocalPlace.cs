using System.Text;
using ProxSharp.Backup;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Cli.Errors;
using ProxSharp.Ids;

namespace ProxSharp.Cli.Backups;

/// <summary>A namespace in the directory of a datastore, without a server.</summary>
internal sealed class LocalPlace(BackupEnvironment environment, LocalDatastore store, BackupNamespace folder) : SnapshotPlace(environment, folder)
{
    /// <summary>The snapshots that were finished, by group and time.</summary>
    /// <param name="skipped">Told of what cannot be looked into.</param>
    public IReadOnlyList<BackupSnapshotPath> ListSnapshots(Action<Exception> skipped) => store.ListSnapshots(Namespace, skipped);

    /// <summary>The snapshots of a group that were finished, by time; other groups are not looked at.</summary>
    public IReadOnlyList<BackupSnapshotPath> ListSnapshots(BackupGroupPath group) => store.ListSnapshots(group, Namespace);

    /// <summary>This namespace and all below it.</summary>
    /// <param name="skipped">Told of what cannot be looked into.</param>
    public IEnumerable<LocalPlace> ListTree(Action<Exception> skipped) => store.ListNamespaces(skipped)
        .Where(inner => Namespace.IsRoot || inner == Namespace || inner.ToString().StartsWith($"{Namespace}/", StringComparison.Ordinal))
        .Select(inner => new LocalPlace(Environment, store, inner) { Reading = Reading });

    private const int LongestOwner = 4096;

    // What else lies in the folder of a snapshot, such as the mark of protection, is none of its files.
    private static readonly string[] s_endings = [".blob", ".didx", ".fidx"];

    // The mark that some editors put in front, and what stands for bytes that are no UTF-8.
    private const string NoText = "\uFEFF\uFFFD";

    private SnapshotOpenOptions Peeking => new() { Namespace = Namespace, AllowMissingKey = true };

    /// <summary>Who owns a group.</summary>
    /// <param name="group">The group.</param>
    /// <param name="unknown">Told why that is not known.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null if it is not known: nothing is guessed from what no server would have written.</returns>
    public async Task<string?> FindOwnerAsync(BackupGroupPath group, Action<string> unknown, CancellationToken cancellationToken)
    {
        string path = Path.Combine(store.Root, Namespace.StorePath, group.ToString(), "owner");
        string why;
        try
        {
            byte[] content = await SmallFile.ReadAsync(path, LongestOwner, cancellationToken).ConfigureAwait(false);
            string owner = Encoding.UTF8.GetString(content).Split('\n')[0].TrimEnd();
            if (!owner.AsSpan().ContainsAny(NoText) && (UserId.TryParse(owner, out _) || TokenId.TryParse(owner, out _)))
            {
                return owner;
            }

            why = owner.Length == 0 ? "is empty" : "names no user and no token";
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            string reason = FileErrors.Reason(problem);
            why = reason.StartsWith($"{path} ", StringComparison.Ordinal) ? reason[(path.Length + 1)..] : $"cannot be read: {reason}";
        }

        unknown($"The owner of {group} is not known: {path} {why}. A server needs its name there, such as backup@pbs");
        return null;
    }

    /// <inheritdoc/>
    protected override string VerifyOption => Option;

    /// <inheritdoc/>
    public override string Option => $"--store-directory {store.Root}";

    /// <summary>Opens a snapshot to list its files, whether there is a key or not.</summary>
    public Task<SnapshotReader> PeekAsync(BackupSnapshotPath snapshot, CancellationToken cancellationToken) =>
        OpenToldAsync(snapshot, Peeking, cancellationToken);

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<StoredFile>> ListFilesAsync(BackupSnapshotPath snapshot, CancellationToken cancellationToken)
    {
        SnapshotReader reader = await PeekAsync(snapshot, cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            // As servers list them: what the manifest names, the manifest, and what else lies there.
            StoredFile[] named = [.. reader.Files.Select(static file => new StoredFile(file.StoredName, file.Length, FilesVerb.Word(file.CryptMode)))];
            FileInfo[] all =
            [
                .. Folders(snapshot.Group).Where(folder => folder.Snapshot == snapshot)
                    .SelectMany(static folder => new DirectoryInfo(folder.Path).EnumerateFiles())
                    .Where(static file => s_endings.Contains(file.Extension)),
            ];
            string mode = FilesVerb.Word(reader.Signature == ManifestSignature.Unsigned ? CryptMode.None : CryptMode.SignOnly);
            return
            [
                .. named,
                .. all.Where(static file => file.Name == ArchiveName.Manifest).Select(file => new StoredFile(file.Name, file.Length, mode)),
                .. all.Select(static file => file.Name).Except([ArchiveName.Manifest, .. named.Select(static file => file.Name)])
                    .Order(StringComparer.Ordinal).Select(static name => new StoredFile(name, null, null)),
            ];
        }
    }

    /// <inheritdoc/>
    public override string Describe() => Namespace.IsRoot ? store.Root : $"{store.Root}:{Namespace}";

    /// <inheritdoc/>
    protected override Task<IReadOnlyList<ListedSnapshot>> ListAsync(
        BackupGroupPath group, CancellationToken cancellationToken)
    {
        IEnumerable<ListedSnapshot> finished = ListSnapshots(group).Select(static snapshot => new ListedSnapshot(snapshot, true));
        IEnumerable<ListedSnapshot> all = finished.Concat(Folders(group).Select(static folder => new ListedSnapshot(folder.Snapshot, false)))
            .DistinctBy(static listed => listed.Path.ToString(), StringComparer.Ordinal);
        return Task.FromResult<IReadOnlyList<ListedSnapshot>>([.. all.OrderByDescending(static listed => listed.Path.Time)]);
    }

    private IEnumerable<SnapshotFolder> Folders(BackupGroupPath group)
    {
        string folder = Path.Combine(store.Root, Namespace.StorePath, group.Type.ToString(), group.Id);
        foreach (string path in Directory.Exists(folder) ? Directory.EnumerateDirectories(folder) : [])
        {
            // Copies on file systems that cannot hold colons are without them.
            string name = Path.GetFileName(path);
            string time = name.Length == 18 ? $"{name[..13]}:{name[13..15]}:{name[15..]}" : name;
            if (BackupSnapshotPath.TryParse($"{group}/{time}", out BackupSnapshotPath snapshot))
            {
                yield return new SnapshotFolder(path, snapshot);
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task<bool> IsDamagedAsync(BackupSnapshotPath snapshot, CancellationToken cancellationToken)
    {
        try
        {
            SnapshotReader reader = await OpenAsync(snapshot, Peeking, cancellationToken).ConfigureAwait(false);
            await reader.DisposeAsync().ConfigureAwait(false);
            return false;
        }
        catch (Exception problem) when (problem is ProxmoxProtocolException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    /// <inheritdoc/>
    protected override Task<SnapshotReader> OpenAsync(BackupSnapshotPath snapshot, SnapshotOpenOptions options, CancellationToken cancellationToken) =>
        store.OpenSnapshotAsync(snapshot, options, cancellationToken);

    private sealed record SnapshotFolder(string Path, BackupSnapshotPath Snapshot);
}
