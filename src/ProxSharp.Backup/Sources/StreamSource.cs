using ProxSharp.Backup.Formats.Chunking;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Backup.Runs;

namespace ProxSharp.Backup.Sources;

/// <summary>A stream of unknown length.</summary>
internal sealed class StreamSource(string name, Stream content) : BackupSource(name)
{
    private const int ReadSize = 1 << 20;

    private readonly string _stored = ArchiveName.ToStored(name);

    /// <inheritdoc/>
    internal override IEnumerable<string> StoredNames(BackupOptions options) => [_stored];

    /// <inheritdoc/>
    public override Task<BackupSourceSize> MeasureAsync(CancellationToken cancellationToken = default) =>
        Task.FromResult(new BackupSourceSize(1, 1, content.CanSeek ? content.Length - content.Position : null, 0));

    /// <inheritdoc/>
    internal override async Task BackUpAsync(BackupRun run)
    {
        await run.ReusePreviousAsync(_stored).ConfigureAwait(false);
        int average = run.Options.ChunkSize;
        RunningArchive archive = await run.StartDynamicAsync(_stored, new BuzhashChunker(average), average).ConfigureAwait(false);
        try
        {
            while (true)
            {
                Memory<byte> room = await archive.Upload.GetMemoryAsync().ConfigureAwait(false);
                room = room[..Math.Min(room.Length, ReadSize)];
                int count = await SourceReading.RunAsync(_stored, () => content.ReadAsync(room, run.Token)).ConfigureAwait(false);
                if (count == 0)
                {
                    break;
                }

                await archive.Upload.CommitAsync(count).ConfigureAwait(false);
            }

            // Proxmox: the server cannot complete an empty archive.
            if (archive.Upload.Position == 0)
            {
                throw BackupSourceException.Create(_stored, "the stream is empty");
            }

            await run.CompleteAsync(archive).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            await archive.Upload.AbandonAsync(failure).ConfigureAwait(false);
            throw;
        }
    }
}
