using System.Buffers;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Reading.Chunks;
using ProxSharp.Backup.Reading.Snapshots;
using ProxSharp.Ids;

namespace ProxSharp.Backup.Tests.Reading;

/// <summary>A snapshot whose files and chunks a test changes on the way.</summary>
internal sealed class TamperedSource(ISnapshotSource inner) : ISnapshotSource
{
    public BackupSnapshotPath Snapshot => inner.Snapshot;

    public string Origin => inner.Origin;

    public Func<string, byte[], byte[]> Files { get; set; } = static (_, bytes) => bytes;

    /// <summary>Gives other bytes; null for a chunk that is missing.</summary>
    public Func<Sha256Digest, byte[], byte[]?> Chunks { get; set; } = static (_, bytes) => bytes;

    public bool IsDisposed { get; private set; }

    public async ValueTask DownloadAsync(string fileName, IBufferWriter<byte> destination, CancellationToken cancellationToken = default)
    {
        ArrayBufferWriter<byte> bytes = new();
        await inner.DownloadAsync(fileName, bytes, cancellationToken);
        destination.Write(Files(fileName, bytes.WrittenSpan.ToArray()));
    }

    public async ValueTask ReadChunkAsync(Sha256Digest digest, IBufferWriter<byte> destination, CancellationToken cancellationToken = default)
    {
        ArrayBufferWriter<byte> bytes = new();
        await inner.ReadChunkAsync(digest, bytes, cancellationToken);
        destination.Write(Chunks(digest, bytes.WrittenSpan.ToArray()) ?? throw new MissingChunkException($"The chunk {digest} is gone.", digest));
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return inner.DisposeAsync();
    }

    public static TamperedSource Over(string snapshot, string store = "plain") =>
        new(new LocalSnapshotSource(GoldenStore.Find(store), BackupNamespace.Root, BackupSnapshotPath.Parse(snapshot)));
}
