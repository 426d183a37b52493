using ProxSharp.Backup.Files;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Chunks;
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
        using ChunkLoader? partial = options.Existing == ExistingFiles.KeepSameContent ? (_payload ?? _main).Loader.With(extractor.Local = new()) : null;
        (Stream main, Stream? payload) = OpenStreams(reporter, eager, partial);
        await using (main.ConfigureAwait(false))
        await using ((payload ?? Stream.Null).ConfigureAwait(false))
        {
            using PxarReader reader = new(main, payload);
            TreeExtractResult result = await extractor.ExtractAsync(reader, cancellationToken).ConfigureAwait(false);
            reporter.Complete();
            return result;
        }
    }

    /// <summary>The whole archive in order. Progress follows the contents, of which this machine may have some.</summary>
    private (Stream Main, Stream? Payload) OpenStreams(ProgressReporter progress, bool eager, ChunkLoader? partial = null)
    {
        ChunkedFile contents = _payload ?? _main;
        ProgressStream stream = new(partial is null ? contents.OpenStream(eager) : contents.OpenStream(partial), progress);
        return _payload is null ? (stream, null) : (_main.OpenStream(eager), stream);
    }
}
