using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Reading.Chunks;

/// <summary>
/// A file of this machine that a restore was broken off at: chunks whose bytes it has need not be fetched. Whoever takes them compares the digest, so that it
/// does not matter what the file really is. For one file at a time.
/// </summary>
internal sealed class LocalContent
{
    private readonly Lock _lock = new();
    private PxarContentRange _range;
    private ReadAt? _read;

    /// <summary>Reads at a position of the file; 0 at its end.</summary>
    public delegate int ReadAt(long position, Span<byte> destination);

    /// <summary>Offers a file, until the result is disposed. Nothing is read of it after that.</summary>
    /// <param name="range">Where its content lies in the archive.</param>
    /// <param name="read">Reads it; may be called from any thread.</param>
    public IDisposable Offer(PxarContentRange range, ReadAt read)
    {
        lock (_lock)
            (_range, _read) = (range, read);
        return new Offered(this);
    }

    /// <summary>Whether a chunk lies within what is offered.</summary>
    public bool Covers(IndexChunk chunk)
    {
        lock (_lock)
            return _read is not null && chunk.Start >= _range.Position && chunk.End - _range.Position <= _range.Length;
    }

    /// <summary>Reads what the file has in the place of a chunk; false if it is not offered any more, or ends before.</summary>
    public bool TryRead(IndexChunk chunk, Span<byte> destination)
    {
        lock (_lock)
        {
            if (!Covers(chunk))
                return false;
            for (int filled = 0; filled < destination.Length;)
            {
                int read = _read!(chunk.Start - _range.Position + filled, destination[filled..]);
                if (read == 0)
                    return false;
                filled += read;
            }

            return true;
        }
    }

    private void End()
    {
        lock (_lock)
            _read = null;
    }

    private sealed class Offered(LocalContent content) : IDisposable
    {
        public void Dispose() => content.End();
    }
}
