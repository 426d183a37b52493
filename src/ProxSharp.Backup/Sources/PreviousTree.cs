using ProxSharp.Backup.Files;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Backup.Protocol;
using ProxSharp.Backup.Reading.Archives;
using ProxSharp.Backup.Reading.Snapshots;
using ProxSharp.Backup.Runs;
using ProxSharp.Http;

namespace ProxSharp.Backup.Sources;

/// <summary>The previous backup of a directory as a split archive, open for look-ups through a session of its own.</summary>
internal sealed class PreviousTree : IAsyncDisposable
{
    private readonly SessionSnapshotSource _source;
    private readonly PreviousArchiveReader _reader;

    private PreviousTree(SessionSnapshotSource source, PreviousArchiveReader reader, Predicate<string>? mustRead)
    {
        (_source, _reader) = (source, reader);
        Archive = reader.Archive with { MustRead = mustRead };
    }

    /// <summary>The archive.</summary>
    public PreviousArchive Archive { get; }

    /// <summary>Opens it. What is in the way is a warning: all files are read then.</summary>
    /// <param name="run">The backup at work.</param>
    /// <param name="metadata">The stored name of the metadata archive.</param>
    /// <param name="entries">Its index in the previous backup, registered with the server; null if there is none.</param>
    /// <param name="payload">The stored name of the payload.</param>
    /// <param name="chunks">Its index in the previous backup, registered with the server; null if there is none.</param>
    /// <returns>Null if all files must be read.</returns>
    public static async Task<PreviousTree?> OpenAsync(BackupRun run, string metadata, IChunkIndex? entries, string payload, IChunkIndex? chunks)
    {
        if (entries is not DynamicIndex entryIndex || chunks is not DynamicIndex chunkIndex || run.OpenReader is not { } open)
        {
            return null;
        }

        // Proxmox: chunks that were made otherwise cannot stand in the same archive.
        BackupManifest manifest = run.Previous!.Manifest;
        bool sameMode = manifest.FindFile(metadata)!.CryptMode == run.Mode && manifest.FindFile(payload)!.CryptMode == run.Mode;
        if (!sameMode || manifest.KeyFingerprint != run.Options.Key?.Fingerprint)
        {
            run.Warn(metadata, "The previous backup was encrypted or signed otherwise, so all files are read.");
            return null;
        }

        try
        {
            BackupReaderSession session = await open(manifest.Snapshot, run.Token).ConfigureAwait(false);
            SessionSnapshotSource source = new(session, manifest.Snapshot, session.Host);
            return await OpenAsync(run, source, metadata, entryIndex, chunkIndex).ConfigureAwait(false);
        }
        catch (ProxmoxException exception)
        {
            run.Warn(metadata, $"The previous backup cannot be read, so all files are read: {exception.Message}");
            return null;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _reader.DisposeAsync().ConfigureAwait(false);
        await _source.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task<PreviousTree> OpenAsync(BackupRun run, SessionSnapshotSource source, string metadata, DynamicIndex entries, DynamicIndex chunks)
    {
        try
        {
            // The session gives out chunks only of an index that was downloaded in it; the bytes are known from the other session.
            using PooledBuffer index = new(64 * 1024);
            await source.DownloadAsync(metadata, index, run.Token).ConfigureAwait(false);
            Predicate<string>? mustRead = RereadMarks.Find(run.Previous!.Manifest, metadata, run.Crypt);
            return new PreviousTree(source, await PreviousArchiveReader.OpenAsync(entries, chunks, source, run.Crypt, run.Token).ConfigureAwait(false), mustRead);
        }
        catch
        {
            await source.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
