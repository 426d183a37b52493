using ProxSharp.Backup.Files;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Snapshots;

namespace ProxSharp.Backup.Reading.Archives;

/// <content>The tree into a directory.</content>
public sealed partial class SnapshotArchive
{
    /// <inheritdoc cref="SnapshotReader.RestoreAsync"/>
    public async Task<TreeExtractResult> RestoreAsync(
        string directory,
        TreeExtractOptions? options = null,
        IProgress<RestoreProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        options ??= TreeExtractOptions.Default;
        if (options.Includes.Count == 0)
        {
            ProgressReporter reporter = _reader.Report(_payload ?? _main, progress);
            return await TreeRestorer.RestoreAsync(_main, _payload, directory, options, reporter, cancellationToken).ConfigureAwait(false);
        }

        TreeExtractor extractor = new(directory, options) { Archive = _main.Index.Checksum };
        return await extractor.ExtractAsync(Archive, _names is null ? null : new CatalogNames(_names).ListAsync, cancellationToken).ConfigureAwait(false);
    }
}
