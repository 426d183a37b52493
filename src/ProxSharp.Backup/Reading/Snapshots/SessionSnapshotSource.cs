using System.Buffers;
using System.Net;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Backup.Protocol;
using ProxSharp.Backup.Reading.Chunks;
using ProxSharp.Ids;

namespace ProxSharp.Backup.Reading.Snapshots;

/// <summary>A snapshot on a server, read through a session that protects it from removal.</summary>
internal sealed class SessionSnapshotSource(BackupReaderSession session, BackupSnapshotPath snapshot, string origin) : ISnapshotSource
{
    public BackupSnapshotPath Snapshot => snapshot;

    public string Origin => origin;

    public async ValueTask DownloadAsync(string fileName, IBufferWriter<byte> destination, CancellationToken cancellationToken = default)
    {
        if (!ArchiveName.IsStored(fileName))
            throw new SnapshotFileNotFoundException($"\"{fileName}\" is no name of a file of a snapshot.");
        try
        {
            await session.DownloadAsync(fileName, destination, cancellationToken).ConfigureAwait(false);
        }
        catch (ProxmoxApiException exception) when (IsMissing(exception))
        {
            throw new SnapshotFileNotFoundException($"{snapshot} of {origin} has no {fileName}.", exception);
        }
        catch (ProxmoxApiException exception) when (exception.StatusCode == HttpStatusCode.BadRequest && fileName.EndsWith("idx", StringComparison.Ordinal))
        {
            // Proxmox: the server opens an index before it gives it away, and says what is wrong with one that is damaged.
            throw new ProxmoxProtocolException($"{fileName} of {snapshot} of {origin} cannot be opened by the server: {exception.ServerMessage}", exception);
        }
    }

    public async ValueTask ReadChunkAsync(Sha256Digest digest, IBufferWriter<byte> destination, CancellationToken cancellationToken = default)
    {
        try
        {
            await session.DownloadChunkAsync(digest, destination, cancellationToken).ConfigureAwait(false);
        }
        catch (ProxmoxApiException exception) when (IsMissing(exception))
        {
            throw new MissingChunkException(exception.Message, digest, exception);
        }
    }

    public ValueTask DisposeAsync() => session.DisposeAsync();

    // Proxmox: a chunk or an index that is gone is a 400 with the text of the operating system.
    private static bool IsMissing(ProxmoxApiException exception) => exception is ProxmoxNotFoundException
        || exception.ServerMessage.Contains("No such file or directory", StringComparison.Ordinal);
}
