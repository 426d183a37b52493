using System.Buffers;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Ids;
using ProxSharp.Pbs;

namespace ProxSharp.Backup.Protocol;

/// <summary>A session that reads one snapshot. The server protects the snapshot from removal as long as it lasts. Safe for concurrent use.</summary>
internal sealed class BackupReaderSession : BackupSession
{
    public BackupReaderSession(IBackupChannel channel)
        : base(channel)
    {
    }

    /// <summary>Opens a session.</summary>
    /// <param name="store">The datastore.</param>
    /// <param name="folder">The namespace.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="debug">Whether the server writes more into the log of its task.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <exception cref="ProxmoxApiException">The server refuses.</exception>
    public static async Task<BackupReaderSession> OpenAsync(
        Datastore store, BackupNamespace folder, BackupSnapshotPath snapshot, bool debug = false, CancellationToken cancellationToken = default)
        => new(await SessionOpener.OpenReaderAsync(store, folder, snapshot, debug, cancellationToken).ConfigureAwait(false));

    /// <summary>
    /// Reads a whole file of the snapshot as it is stored. An index that is read becomes known to the session: only then may its chunks be read.
    /// </summary>
    /// <param name="fileName">The stored name.</param>
    /// <param name="output">Takes the bytes.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ProxmoxNotFoundException">There is no such file.</exception>
    public Task DownloadAsync(string fileName, IBufferWriter<byte> output, CancellationToken cancellationToken)
        => SendAsync(
            new ChannelRequest(HttpMethod.Get, Query($"/download?file-name={Uri.EscapeDataString(fileName)}"))
            {
                LongestAnswer = ChannelRequest.LargestAnswer,
                Patience = fileName == ArchiveName.Manifest ? Patience : null,
            },
            $"read {fileName}",
            output,
            cancellationToken);

    /// <summary>Reads the blob of a chunk.</summary>
    /// <param name="digest">The digest; an index that was read must name it.</param>
    /// <param name="output">Takes the blob.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ProxmoxPermissionException">No index that was read names the chunk. Proxmox: this takes the server 3 s to say.</exception>
    public Task DownloadChunkAsync(Sha256Digest digest, IBufferWriter<byte> output, CancellationToken cancellationToken)
        => SendAsync(Read(Query($"/chunk?digest={digest}")), $"read the chunk {digest}", output, cancellationToken);

    /// <summary>Reads 1 MiB of a constant, to measure the connection.</summary>
    public Task SpeedTestAsync(IBufferWriter<byte>? output, CancellationToken cancellationToken)
        => SendAsync(Read("/speedtest"), "measure the download", output, cancellationToken);

    // What a chunk has at most its buffer knows.
    private static ChannelRequest Read(string target) => new(HttpMethod.Get, target) { LongestAnswer = ChannelRequest.LargestAnswer };
}
