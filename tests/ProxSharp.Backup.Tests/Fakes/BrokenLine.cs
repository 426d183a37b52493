using System.Buffers;
using Microsoft.Extensions.Time.Testing;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Reading.Snapshots;
using ProxSharp.Ids;

namespace ProxSharp.Backup.Tests.Fakes;

/// <summary>A snapshot at the end of a slow line, which all that is fetched at once shares, and which breaks after some bytes.</summary>
internal sealed class BrokenLine(ISnapshotSource inner, FakeTimeProvider time, long bytesPerSecond, long most) : ISnapshotSource
{
    private const int Slice = 4096;

    private readonly SemaphoreSlim _turn = new(1);
    private long _left = most;

    /// <summary>What comes instead of more.</summary>
    public Exception Failure { get; init; } = new BackupSessionLostException("The line is broken.");

    /// <summary>Is told just before the line breaks, each time somebody meets the break.</summary>
    public Action? Breaking { get; init; }

    /// <summary>How many bytes of chunks have come.</summary>
    public long Sent { get; private set; }

    public BackupSnapshotPath Snapshot => inner.Snapshot;

    public string Origin => inner.Origin;

    public ValueTask DownloadAsync(string fileName, IBufferWriter<byte> destination, CancellationToken cancellationToken = default) =>
        inner.DownloadAsync(fileName, destination, cancellationToken);

    public async ValueTask ReadChunkAsync(Sha256Digest digest, IBufferWriter<byte> destination, CancellationToken cancellationToken = default)
    {
        ArrayBufferWriter<byte> whole = new();
        await inner.ReadChunkAsync(digest, whole, cancellationToken);
        for (int at = 0; at < whole.WrittenCount; at += Slice)
        {
            // Whoever waits longest is next, so that all get the same.
            await _turn.WaitAsync(cancellationToken);
            try
            {
                ReadOnlyMemory<byte> slice = whole.WrittenMemory[at..Math.Min(at + Slice, whole.WrittenCount)];
                if ((_left -= slice.Length) < 0)
                {
                    Breaking?.Invoke();
                    throw Failure;
                }

                time.Advance(TimeSpan.FromSeconds((double)slice.Length / bytesPerSecond));
                destination.Write(slice.Span);
                Sent += slice.Length;
            }
            finally
            {
                _turn.Release();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        _turn.Dispose();
    }
}
