using System.Buffers;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Reading.Snapshots;
using ProxSharp.Ids;

namespace ProxSharp.Backup.Tests.Fakes;

/// <summary>A snapshot at the end of a line from which nothing comes any more after some chunks, and which does not break.</summary>
internal sealed class StalledLine(ISnapshotSource inner, int chunks) : ISnapshotSource
{
    private readonly TaskCompletionSource _stalled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left = chunks;

    /// <summary>Ends when somebody waits in vain.</summary>
    public Task Stalled => _stalled.Task;

    public BackupSnapshotPath Snapshot => inner.Snapshot;

    public string Origin => inner.Origin;

    public ValueTask DownloadAsync(string fileName, IBufferWriter<byte> destination, CancellationToken cancellationToken = default) =>
        inner.DownloadAsync(fileName, destination, cancellationToken);

    public async ValueTask ReadChunkAsync(Sha256Digest digest, IBufferWriter<byte> destination, CancellationToken cancellationToken = default)
    {
        if (Interlocked.Decrement(ref _left) < 0)
        {
            _stalled.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        await inner.ReadChunkAsync(digest, destination, cancellationToken);
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
