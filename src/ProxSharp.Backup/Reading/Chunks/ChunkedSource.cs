using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Reading.Chunks;

/// <summary>
/// An archive whose chunks are fetched when they are needed, and kept in a cache. Who reads chunk after chunk gets the next ones ahead.
/// Safe for several readers at once.
/// </summary>
/// <param name="loader">Loads chunks.</param>
/// <param name="index">The chunks of the archive.</param>
/// <param name="zeros">Those that are not fetched.</param>
/// <param name="cache">Keeps chunks; several sources may share it.</param>
/// <param name="ahead">How far ahead to go.</param>
internal sealed class ChunkedSource(ChunkLoader loader, IChunkIndex index, ZeroChunks zeros, ChunkCache cache, ReadAhead ahead) : RandomAccessSource
{
    private int _last = -2;
    private int _run;
    private int _fetchedTo;

    public override long Length => index.Size;

    public override int Read(long position, Span<byte> destination) => Blocking.Read(destination, memory => ReadAsync(position, memory));

    public override async ValueTask<int> ReadAsync(long position, Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        cancellationToken.ThrowIfCancellationRequested();
        if (destination.IsEmpty || position >= index.Size)
            return 0;
        int at = index.FindChunk(position);
        IndexChunk chunk = index[at];
        int count = (int)Math.Min(destination.Length, chunk.End - position);
        if (zeros.Contains(chunk))
        {
            destination.Span[..count].Clear();
            return count;
        }

        SharedChunk data = cache.Hold(chunk, loader);
        try
        {
            FetchAhead(at);
            ReadOnlyMemory<byte> bytes = await data.GetDataAsync(cancellationToken).ConfigureAwait(false);
            bytes.Slice((int)(position - chunk.Start), count).CopyTo(destination);
            return count;
        }
        finally
        {
            data.Release();
        }
    }

    /// <summary>
    /// Starts the chunks that follow when the last ones were read in order. Several readers may disturb each other's guess; then only less
    /// is fetched ahead.
    /// </summary>
    private void FetchAhead(int at)
    {
        if (at == _last)
            return;
        _run = at == _last + 1 ? Math.Min(_run + 1, ahead.Chunks) : 0;
        _last = at;
        if (_run == 0)
        {
            _fetchedTo = at + 1;
            return;
        }

        long budget = ahead.Bytes;
        for (int next = at + 1; next < index.Count && next <= at + _run && (budget -= index[next].Length) >= 0; next++)
        {
            if (next < _fetchedTo || zeros.Contains(index[next]))
                continue;
            cache.Hold(index[next], loader).Release();
            _fetchedTo = next + 1;
        }
    }
}
