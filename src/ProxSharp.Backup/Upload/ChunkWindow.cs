namespace ProxSharp.Backup.Upload;

/// <summary>
/// The memory of one archive on its way: a ring that is filled at one end while chunks, each in one piece, are worked on and released at the other. It never
/// grows; who fills it waits until there is room. One writer; chunks may be released from anywhere and in any order.
/// </summary>
internal sealed class ChunkWindow
{
    private readonly Lock _gate = new();
    private readonly Queue<WindowRegion> _regions = new();
    private readonly byte[] _bytes;
    private int _start;
    private int _end;
    private TaskCompletionSource? _room;

    /// <summary>Creates a window.</summary>
    /// <param name="capacity">Its size in bytes: more than the longest chunk.</param>
    public ChunkWindow(int capacity) => _bytes = GC.AllocateUninitializedArray<byte>(capacity);

    /// <summary>The size in bytes.</summary>
    public int Capacity => _bytes.Length;

    /// <summary>The bytes behind the last chunk, which belong to the next one.</summary>
    public ReadOnlyMemory<byte> Open => _bytes.AsMemory(_start, _end - _start);

    /// <summary>Gives the memory that the next bytes go to, at least one byte, as soon as there is room.</summary>
    public async ValueTask<Memory<byte>> GetMemoryAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task room;
            lock (_gate)
            {
                if (FindRoom() is { IsEmpty: false } memory)
                {
                    return memory;
                }

                _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                room = _room.Task;
            }

            await room.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Counts bytes that were written to what <see cref="GetMemoryAsync"/> gave.</summary>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _bytes.Length - _end);
        _end += count;
    }

    /// <summary>Makes a chunk of the first bytes of <see cref="Open"/>.</summary>
    public WindowRegion Cut(int length)
    {
        lock (_gate)
        {
            WindowRegion region = new(_start, _bytes.AsMemory(_start, length));
            _start += length;
            _regions.Enqueue(region);
            return region;
        }
    }

    /// <summary>Gives the memory of a chunk back. To do so again changes nothing.</summary>
    public void Release(WindowRegion region)
    {
        TaskCompletionSource? room = null;
        lock (_gate)
        {
            region.IsReleased = true;
            while (_regions.TryPeek(out WindowRegion? first) && first.IsReleased)
            {
                _regions.Dequeue();
                (room, _room) = (_room ?? room, null);
            }
        }

        room?.TrySetResult();
    }

    private Memory<byte> FindRoom()
    {
        int oldest = _regions.TryPeek(out WindowRegion? first) ? first.Start : _start;
        bool wrapped = first is not null && oldest >= _end;
        if (!wrapped && _end == _bytes.Length)
        {
            // The open chunk moves to the front, since a chunk must be in one piece.
            int open = _end - _start;
            if (first is null ? _start == 0 : open >= oldest)
            {
                return first is null ? throw new InvalidOperationException("A chunk is longer than the window.") : default;
            }

            _bytes.AsSpan(_start, open).CopyTo(_bytes);
            (_start, _end) = (0, open);
            wrapped = first is not null;
        }

        return _bytes.AsMemory(_end, (wrapped ? oldest : _bytes.Length) - _end);
    }
}
