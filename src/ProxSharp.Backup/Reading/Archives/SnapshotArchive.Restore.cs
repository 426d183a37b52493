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
        TreeExtractor extractor = new(directory, options);
        if (options.Includes.Count > 0)
            return await extractor.ExtractAsync(Archive, _names is null ? null : new CatalogNames(_names).ListAsync, cancellationToken).ConfigureAwait(false);
        // What is kept needs no content, so it is not fetched ahead either.
        bool eager = options.Existing is not (ExistingFiles.Skip or ExistingFiles.KeepSameTime);
        ProgressReporter reporter = _reader.Report(_payload ?? _main, progress);
        (Stream main, Stream? payload) = OpenStreams(reporter, eager);
        await using (main.ConfigureAwait(false))
        await using ((payload ?? Stream.Null).ConfigureAwait(false))
        {
            using PxarReader reader = new(main, payload);
            TreeExtractResult result = await extractor.ExtractAsync(reader, cancellationToken).ConfigureAwait(false);
            reporter.Complete();
            return result;
        }
    }

    /// <summary>The whole archive in order. Progress follows the contents.</summary>
    private (Stream Main, Stream? Payload) OpenStreams(ProgressReporter progress, bool eager) => _payload is null
        ? (new ProgressStream(_main.OpenStream(eager), progress), null)
        : (_main.OpenStream(eager), new ProgressStream(_payload.OpenStream(eager), progress));
}
