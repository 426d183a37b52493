using System.Buffers;

namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>
/// The part of a forward-only stream that is in memory, and where it lies. All input and output of the streaming reader is here.
/// </summary>
internal sealed class PxarWindow(Stream stream) : IDisposable
{
    private const int InitialSize = 64 * 1024;

    private readonly Stream _stream = stream;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(InitialSize);
    private int _start;
    private int _end;

    /// <summary>Where the window begins, in bytes from where the stream was when reading began.</summary>
    internal long Position { get; private set; }

    internal ReadOnlySpan<byte> Span => _buffer.AsSpan(_start, _end - _start);

    private int Available => _end - _start;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _start = _end = 0;
    }

    internal void Discard(int count)
    {
        _start += count;
        Position += count;
    }

    /// <summary>Makes the window at least so long; false if the stream ends before.</summary>
    internal bool Fill(int needed)
    {
        int target = Target(needed);
        while (Available < target)
        {
            int read = _stream.Read(Free(target));
            if (read == 0)
                return Available >= needed;
            _end += read;
        }

        return true;
    }

    /// <inheritdoc cref="Fill"/>
    internal async ValueTask<bool> FillAsync(int needed, CancellationToken cancellationToken)
    {
        int target = Target(needed);
        while (Available < target)
        {
            int read = await _stream.ReadAsync(FreeMemory(target), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                return Available >= needed;
            _end += read;
        }

        return true;
    }

    /// <summary>Steps over bytes; false if the stream ends before.</summary>
    internal bool Skip(long count)
    {
        count -= SkipBuffered(count);
        if (TrySeek(count, out bool ended))
            return !ended;
        while (count > 0)
        {
            int read = _stream.Read(_buffer.AsSpan(0, (int)Math.Min(count, _buffer.Length)));
            if (read == 0)
                return false;
            count -= read;
            Position += read;
        }

        return true;
    }

    /// <inheritdoc cref="Skip"/>
    internal async ValueTask<bool> SkipAsync(long count, CancellationToken cancellationToken)
    {
        count -= SkipBuffered(count);
        if (TrySeek(count, out bool ended))
            return !ended;
        while (count > 0)
        {
            int read = await _stream.ReadAsync(_buffer.AsMemory(0, (int)Math.Min(count, _buffer.Length)), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                return false;
            count -= read;
            Position += read;
        }

        return true;
    }

    /// <summary>Takes bytes out of the stream; 0 at its end.</summary>
    internal int Read(Span<byte> destination)
    {
        int read = ReadBuffered(destination);
        if (read == 0 && destination.Length > 0)
        {
            read = _stream.Read(destination);
            Position += read;
        }

        return read;
    }

    /// <inheritdoc cref="Read"/>
    internal async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        int read = ReadBuffered(destination.Span);
        if (read == 0 && destination.Length > 0)
        {
            read = await _stream.ReadAsync(destination, cancellationToken).ConfigureAwait(false);
            Position += read;
        }

        return read;
    }

    /// <summary>
    /// How much to read at once: heads that are long are asked for in doubling steps, so that they are not parsed again for each item.
    /// </summary>
    private int Target(int needed) => needed <= InitialSize ? needed : Math.Max(needed, Available * 2);

    private Span<byte> Free(int target) => FreeMemory(target).Span;

    private Memory<byte> FreeMemory(int target)
    {
        if (_start > 0 && (_start == _end || _buffer.Length - _start < target))
        {
            _buffer.AsSpan(_start, Available).CopyTo(_buffer);
            (_start, _end) = (0, Available);
        }

        // Grows only when what is there has been filled with bytes that really came.
        if (_end == _buffer.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
            Span.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            (_buffer, _end, _start) = (larger, Available, 0);
        }

        return _buffer.AsMemory(_end);
    }

    private long SkipBuffered(long count)
    {
        int buffered = (int)Math.Min(count, Available);
        Discard(buffered);
        return buffered;
    }

    private int ReadBuffered(Span<byte> destination)
    {
        int count = Math.Min(destination.Length, Available);
        Span[..count].CopyTo(destination);
        Discard(count);
        return count;
    }

    private bool TrySeek(long count, out bool ended)
    {
        ended = false;
        if (count == 0)
            return true;
        if (!_stream.CanSeek)
            return false;
        long step = Math.Min(count, Math.Max(0, _stream.Length - _stream.Position));
        _stream.Seek(step, SeekOrigin.Current);
        Position += step;
        ended = step < count;
        return true;
    }
}
