using ProxSharp.Backup.Files;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Reading.Archives;
using ProxSharp.Backup.Reading.Snapshots;

namespace ProxSharp.Backup;

/// <content>Directory trees.</content>
public sealed partial class SnapshotReader
{
    /// <summary>Opens a directory tree to browse it. Only its start is fetched.</summary>
    /// <param name="name">Its name: <c>root</c>, <c>root.pxar</c> or the stored name; a split archive is one archive.</param>
    /// <param name="cancellationToken">Stops opening.</param>
    /// <exception cref="SnapshotFileNotFoundException">The snapshot has no such archive.</exception>
    /// <exception cref="ArgumentException">The file is no directory tree.</exception>
    /// <exception cref="BackupKeyException">The archive is encrypted, and there is no key.</exception>
    /// <exception cref="ProxmoxProtocolException">The archive is damaged, or is not the one that the manifest names.</exception>
    public async Task<SnapshotArchive> OpenArchiveAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return await SnapshotArchive.OpenAsync(this, GetTree(name), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens what the catalog says about a directory tree, which can be read where the tree itself is damaged. Split archives have no catalog.</summary>
    /// <param name="name">The name of the tree: <c>root</c>, <c>root.pxar</c> or the stored name.</param>
    /// <param name="cancellationToken">Stops opening.</param>
    /// <exception cref="SnapshotFileNotFoundException">The snapshot has no such archive, or no catalog that lists it.</exception>
    /// <exception cref="ArgumentException">The file is no directory tree.</exception>
    /// <exception cref="BackupKeyException">The catalog is encrypted, and there is no key.</exception>
    /// <exception cref="ProxmoxProtocolException">The catalog is damaged.</exception>
    public async Task<SnapshotCatalog> OpenCatalogAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return await SnapshotCatalog.OpenAsync(this, GetTree(name), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Restores a directory tree into a directory. All of it is read in order and fetched ahead; a part of it that patterns choose is looked up, and little
    /// more than that part is fetched. Contents that exist already and are kept are not fetched, so a restore that was broken off is resumed.
    /// </summary>
    /// <param name="name">The name of the tree: <c>root</c>, <c>root.pxar</c> or the stored name.</param>
    /// <param name="directory">The directory. It is created if need be.</param>
    /// <param name="options">What to restore, and what to do with what exists; null for everything into an empty directory.</param>
    /// <param name="progress">Told of every MiB that was read; null for nobody.</param>
    /// <param name="cancellationToken">Stops restoring. What was restored so far stays.</param>
    /// <exception cref="SnapshotFileNotFoundException">The snapshot has no such archive.</exception>
    /// <exception cref="ArgumentException">The file is no directory tree.</exception>
    /// <exception cref="BackupKeyException">The archive is encrypted, and there is no key.</exception>
    /// <exception cref="ProxmoxProtocolException">The archive is damaged.</exception>
    /// <exception cref="FileTreeException">Something exists that must not, or the file system refuses.</exception>
    public async Task<TreeExtractResult> RestoreAsync(
        string name,
        string directory,
        TreeExtractOptions? options = null,
        IProgress<RestoreProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(directory);
        options ??= TreeExtractOptions.Default;
        if (options.Includes.Count > 0)
        {
            SnapshotArchive archive = await OpenArchiveAsync(name, cancellationToken).ConfigureAwait(false);
            return await archive.RestoreAsync(directory, options, progress, cancellationToken).ConfigureAwait(false);
        }

        SnapshotFile file = GetTree(name);
        (ChunkedFile main, ChunkedFile? payload) = file.Kind == SnapshotFileKind.SplitMetadata
            ? await OpenSplitAsync(file, cancellationToken).ConfigureAwait(false)
            : (await OpenChunkedAsync(file, cancellationToken).ConfigureAwait(false), null);
        return await TreeRestorer.RestoreAsync(main, payload, directory, options, Report(payload ?? main, progress), cancellationToken).ConfigureAwait(false);
    }

    private SnapshotFile GetTree(string name) => GetFile(name) is { Kind: SnapshotFileKind.Archive or SnapshotFileKind.SplitMetadata } file
        ? file
        : throw new ArgumentException($"{GetFile(name).Name} is no directory tree: only .pxar archives are.", nameof(name));
}
