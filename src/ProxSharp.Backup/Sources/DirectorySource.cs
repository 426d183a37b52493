using ProxSharp.Backup.Files;
using ProxSharp.Backup.Formats.Chunking;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Runs;
using ProxSharp.Backup.Upload;

namespace ProxSharp.Backup.Sources;

/// <summary>A directory, as one archive with a catalog or as two.</summary>
internal sealed class DirectorySource(string name, string path, DirectoryArchiveOptions options, ChangeDetectionMode? mode) : BackupSource(name)
{
    private readonly string _base = Path.GetFileNameWithoutExtension(name);

    private string Whole => $"{_base}.pxar.didx";

    private string Metadata => $"{_base}.mpxar.didx";

    private string Payload => $"{_base}.ppxar.didx";

    /// <inheritdoc/>
    internal override IEnumerable<string> StoredNames(BackupOptions backup) => Mode(backup) == ChangeDetectionMode.Legacy ? [Whole] : [Payload, Metadata];

    /// <inheritdoc/>
    internal override Task BackUpAsync(BackupRun run) => Mode(run.Options) switch
    {
        ChangeDetectionMode.Legacy => BackUpWholeAsync(run),
        ChangeDetectionMode.Data => BackUpSplitAsync(run, usePrevious: false),
        _ => BackUpSplitAsync(run, usePrevious: true),
    };

    /// <inheritdoc/>
    public override void Check()
    {
        try
        {
            new DirectoryArchiver(path, options).Check();
        }
        catch (FileTreeException exception)
        {
            throw BackupSourceException.Create(mode is null or ChangeDetectionMode.Legacy ? Whole : Metadata, exception.Message, exception);
        }
    }

    /// <inheritdoc/>
    public override async Task<BackupSourceSize> MeasureAsync(CancellationToken cancellationToken = default)
    {
        DirectoryArchiver archiver = new(path, options);
        try
        {
            DirectoryArchiveResult result = await archiver.MeasureAsync(cancellationToken).ConfigureAwait(false);
            return new(result.Entries, result.Files, result.Bytes, result.WarningCount);
        }
        catch (FileTreeException exception)
        {
            throw BackupSourceException.Create(Name, exception.Message, exception);
        }
    }

    private ChangeDetectionMode Mode(BackupOptions backup) => mode ?? backup.ChangeDetection;

    private async Task BackUpWholeAsync(BackupRun run)
    {
        CatalogUpload catalog = await run.GetCatalogAsync().ConfigureAwait(false);
        await run.ReusePreviousAsync(Whole).ConfigureAwait(false);
        int average = run.Options.ChunkSize;
        RunningArchive archive = await run.StartDynamicAsync(Whole, new BuzhashChunker(average), average).ConfigureAwait(false);
        try
        {
            ArchiveUploadStream stream = new(archive.Upload);
            await using (stream.ConfigureAwait(false))
            {
                DirectoryArchiver archiver = Archiver(run, Whole);
                await ReadAsync(Whole, () => archiver.WriteAsync(stream, catalog.Output, Whole, run.Token)).ConfigureAwait(false);
            }

            await run.CompleteAsync(archive).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            await archive.Upload.AbandonAsync(failure).ConfigureAwait(false);
            throw;
        }
    }

    private async Task BackUpSplitAsync(BackupRun run, bool usePrevious)
    {
        IChunkIndex? payloadIndex = await run.ReusePreviousAsync(Payload).ConfigureAwait(false);
        IChunkIndex? metadataIndex = await run.ReusePreviousAsync(Metadata).ConfigureAwait(false);
        int average = run.Options.ChunkSize;
        PayloadChunker chunker = new(average);
        RunningArchive metadata = await run.StartDynamicAsync(Metadata, new BuzhashChunker(average), average).ConfigureAwait(false);
        RunningArchive payload = await run.StartDynamicAsync(Payload, chunker, average).ConfigureAwait(false);
        try
        {
            PayloadUpload sink = new(payload.Upload, chunker);
            PreviousTree? previous = usePrevious
                ? await PreviousTree.OpenAsync(run, Metadata, metadataIndex, Payload, payloadIndex).ConfigureAwait(false)
                : null;
            try
            {
                await WriteSplitAsync(run, metadata, sink, previous?.Archive).ConfigureAwait(false);
            }
            finally
            {
                if (previous is not null)
                {
                    await previous.DisposeAsync().ConfigureAwait(false);
                }
            }

            // Proxmox: the manifest names the payload first.
            await run.CompleteAsync(payload).ConfigureAwait(false);
            await run.CompleteAsync(metadata).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            await payload.Upload.AbandonAsync(failure).ConfigureAwait(false);
            await metadata.Upload.AbandonAsync(failure).ConfigureAwait(false);
            throw;
        }
    }

    private async Task WriteSplitAsync(BackupRun run, RunningArchive metadata, PayloadUpload payload, PreviousArchive? previous)
    {
        DirectoryArchiver archiver = Archiver(run, Metadata);
        ArchiveUploadStream stream = new(metadata.Upload);
        await using (stream.ConfigureAwait(false))
        {
            DirectoryArchiveResult result = await ReadAsync(Metadata, () => archiver.WriteSplitAsync(stream, payload, previous, run.Token)).ConfigureAwait(false);
            run.Rereads.Add(Metadata, result.UnsettledFiles);
        }
    }

    private static ValueTask<DirectoryArchiveResult> ReadAsync(string archive, Func<Task<DirectoryArchiveResult>> read)
        => SourceReading.RunAsync(archive, () => new ValueTask<DirectoryArchiveResult>(read()));

    private DirectoryArchiver Archiver(BackupRun run, string archive) => new(path, options with
    {
        Warned = warning =>
        {
            options.Warned?.Invoke(warning);
            run.Warn(archive, $"{warning.Path}: {warning.Message}", warning.Kind);
        },
    });
}
