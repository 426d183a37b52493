using System.Buffers;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Blobs;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Http;
using ProxSharp.Ids;
using ProxSharp.Pbs;

namespace ProxSharp.Backup.Protocol;

/// <summary>
/// A session that writes one snapshot. The server keeps the snapshot only if <see cref="FinishAsync"/> succeeds; dropping the connection before removes it.
/// Safe for concurrent use, but appends to one dynamic index must be sent one after the other.
/// </summary>
internal sealed class BackupWriterSession : BackupSession
{
    public BackupWriterSession(IBackupChannel channel)
        : base(channel)
    {
    }

    /// <summary>Opens a session.</summary>
    /// <param name="store">The datastore.</param>
    /// <param name="folder">The namespace.</param>
    /// <param name="snapshot">The snapshot to write; newer than all of its group.</param>
    /// <param name="options">How the session is opened.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <exception cref="ProxmoxApiException">The server refuses: no right, no such namespace, an older time, another session for the group.</exception>
    public static async Task<BackupWriterSession> OpenAsync(
        Datastore store, BackupNamespace folder, BackupSnapshotPath snapshot, WriterSessionOptions options, CancellationToken cancellationToken)
        => new(await SessionOpener.OpenWriterAsync(store, folder, snapshot, options, cancellationToken).ConfigureAwait(false));

    /// <summary>Asks for the time of the last valid snapshot of the group.</summary>
    /// <returns>Null if there is none.</returns>
    public async Task<DateTimeOffset?> GetPreviousTimeAsync(CancellationToken cancellationToken)
    {
        const string Action = "ask for the previous backup";
        ChannelRequest request = new(HttpMethod.Get, "/previous_backup_time") { Patience = Patience };
        long? time = await SendForNumberAsync(request, Action, cancellationToken).ConfigureAwait(false);
        return time is { } seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
    }

    /// <summary>Reads a file of the last valid snapshot as it is stored. The chunks of an index become known to the session.</summary>
    public Task GetPreviousAsync(string fileName, IBufferWriter<byte> output, CancellationToken cancellationToken)
        => SendAsync(
            new ChannelRequest(HttpMethod.Get, Query($"/previous?archive-name={Uri.EscapeDataString(fileName)}"))
            {
                LongestAnswer = fileName == ArchiveName.Manifest ? DataBlob.MaxUploadSize : ChannelRequest.LargestAnswer,
                Patience = Patience,
            },
            $"read {fileName} of the previous backup",
            output,
            cancellationToken);

    /// <summary>Starts an archive whose chunks have any length.</summary>
    public Task<IndexHandle> CreateDynamicIndexAsync(string name, CancellationToken cancellationToken)
        => CreateIndexAsync(IndexKind.Dynamic, name, "", cancellationToken);

    /// <summary>Starts an archive of chunks of 4 MiB.</summary>
    /// <param name="name">The stored name.</param>
    /// <param name="size">The size of the whole archive in bytes.</param>
    /// <param name="reused">
    /// The checksum of the same archive in the last valid snapshot: the server then starts with all its chunks, and only changed ones are appended. Null starts
    /// empty.
    /// </param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task<IndexHandle> CreateFixedIndexAsync(string name, long size, Sha256Digest? reused, CancellationToken cancellationToken)
        => CreateIndexAsync(
            IndexKind.Fixed, name, Query($"&size={size}") + (reused is { } checksum ? Query($"&reuse-csum={checksum}") : ""), cancellationToken);

    /// <summary>Stores a chunk. It becomes known to the session.</summary>
    /// <param name="index">The archive it is for.</param>
    /// <param name="digest">The digest of its data.</param>
    /// <param name="size">The length of its data.</param>
    /// <param name="blob">The blob; must not change before the call has ended.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task UploadChunkAsync(IndexHandle index, Sha256Digest digest, int size, ReadOnlyMemory<byte> blob, CancellationToken cancellationToken)
    {
        string target = Query($"/{index.Word}_chunk?wid={index.Id}&digest={digest}&size={size}&encoded-size={blob.Length}");
        return SendAsync(Post(target, blob), $"store a chunk of {index.Name}", null, cancellationToken);
    }

    /// <summary>Enters chunks into an index.</summary>
    public async Task AppendAsync(IndexHandle index, IReadOnlyList<IndexAppend> chunks, CancellationToken cancellationToken)
    {
        using PooledBuffer body = new(64 + (chunks.Count * 80));
        AppendBody.Write(body, index.Id, chunks);
        ChannelRequest request = new(HttpMethod.Put, $"/{index.Word}_index") { ContentType = Json, Body = body.Memory };
        await SendAsync(request, $"enter chunks into {index.Name}", null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends an archive.</summary>
    /// <param name="index">The archive.</param>
    /// <param name="count">How many chunks were appended.</param>
    /// <param name="size">How many bytes they hold.</param>
    /// <param name="checksum">The checksum of the index.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task CloseIndexAsync(IndexHandle index, long count, long size, Sha256Digest checksum, CancellationToken cancellationToken)
    {
        string target = Query($"/{index.Word}_close?wid={index.Id}&chunk-count={count}&size={size}&csum={checksum}");
        return SendAsync(new ChannelRequest(HttpMethod.Post, target) { Patience = Patience }, $"complete {index.Name}", null, cancellationToken);
    }

    /// <summary>Stores a small file.</summary>
    /// <param name="fileName">The stored name, which ends in <c>.blob</c>.</param>
    /// <param name="blob">The blob, 16 MiB and 44 bytes at most.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task UploadBlobAsync(string fileName, ReadOnlyMemory<byte> blob, CancellationToken cancellationToken)
        => SendAsync(
            Post(Query($"/blob?file-name={Uri.EscapeDataString(fileName)}&encoded-size={blob.Length}"), blob), $"store {fileName}", null, cancellationToken);

    /// <summary>Sends bytes that the server drops, to measure the connection.</summary>
    public Task SpeedTestAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
        => SendAsync(Post("/speedtest", data), "measure the upload", null, cancellationToken);

    /// <summary>Makes the snapshot permanent.</summary>
    public Task FinishAsync(CancellationToken cancellationToken)
        => SendAsync(new ChannelRequest(HttpMethod.Post, "/finish"), "finish the backup", null, cancellationToken);

    private async Task<IndexHandle> CreateIndexAsync(IndexKind kind, string name, string more, CancellationToken cancellationToken)
    {
        string word = kind == IndexKind.Fixed ? "fixed" : "dynamic";
        string action = $"start {name}";
        ChannelRequest request = new(HttpMethod.Post, Query($"/{word}_index?archive-name={Uri.EscapeDataString(name)}{more}")) { Patience = Patience };
        long? id = await SendForNumberAsync(request, action, cancellationToken).ConfigureAwait(false);
        return id is > 0 and <= int.MaxValue
            ? new IndexHandle(kind, (int)id, name)
            : throw new ProxmoxProtocolException($"Unable to {action}: the server gave it no number.");
    }

    private static ChannelRequest Post(string target, ReadOnlyMemory<byte> blob) => new(HttpMethod.Post, target) { ContentType = Binary, Body = blob };
}
