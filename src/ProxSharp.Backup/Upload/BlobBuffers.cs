namespace ProxSharp.Backup.Upload;

/// <summary>
/// Memory for blobs on their way to the server: parts of one block, so that nothing is left to be collected, however the lengths of chunks differ. Who finds no
/// room waits until others are done; nobody overtakes.
/// </summary>
internal sealed class BlobBuffers
{
    private readonly Lock _gate = new();
    private readonly int _size;

    // The free parts, by their place; neighbours are always joined.
    private readonly List<(int Start, int Length)> _free;
    private readonly Queue<Waiter> _waiters = new();
    private byte[]? _block;

    /// <summary>Creates the memory; it is taken from the system when it is first used.</summary>
    /// <param name="size">Its size in bytes: at least that of the longest blob.</param>
    public BlobBuffers(int size)
    {
        _size = size;
        _free = [(0, size)];
    }

    /// <summary>Rents a buffer.</summary>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is not that much in all.</exception>
    public async ValueTask<Memory<byte>> RentAsync(int length, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, _size);
        Waiter waiter;
        lock (_gate)
        {
            if (_waiters.Count == 0 && TryTake(length, out Memory<byte> buffer))
            {
                return buffer;
            }

            waiter = new Waiter(length);
            _waiters.Enqueue(waiter);
        }

        CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static (state, token) => ((Waiter)state!).TrySetCanceled(token), waiter);
        await using (registration.ConfigureAwait(false))
        {
            return await waiter.Task.ConfigureAwait(false);
        }
    }

    /// <summary>Gives a buffer back.</summary>
    /// <param name="buffer">The buffer as it was rented, whole.</param>
    public void Return(Memory<byte> buffer)
    {
        lock (_gate)
        {
            Free(buffer);
            while (_waiters.TryPeek(out Waiter? waiter) && (waiter.Task.IsCompleted || TryServe(waiter)))
            {
                _waiters.Dequeue();
            }
        }
    }

    // The first place that is long enough: what lies behind is then often never touched.
    private bool TryTake(int length, out Memory<byte> buffer)
    {
        int index = _free.FindIndex(part => part.Length >= length);
        if (index < 0)
        {
            buffer = default;
            return false;
        }

        (int start, int rest) = _free[index];
        if (rest == length)
        {
            _free.RemoveAt(index);
        }
        else
        {
            _free[index] = (start + length, rest - length);
        }

        buffer = (_block ??= GC.AllocateUninitializedArray<byte>(_size)).AsMemory(start, length);
        return true;
    }

    private bool TryServe(Waiter waiter)
    {
        if (!TryTake(waiter.Length, out Memory<byte> buffer))
        {
            return false;
        }

        if (!waiter.TrySetResult(buffer))
        {
            Free(buffer); // Cancelled in this moment.
        }

        return true;
    }

    private void Free(Memory<byte> buffer)
    {
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(buffer, out ArraySegment<byte> segment);
        (int start, int length) = (segment.Offset, segment.Count);
        int index = _free.FindIndex(part => part.Start > start);
        index = index < 0 ? _free.Count : index;
        if (index < _free.Count && _free[index].Start == start + length)
        {
            length += _free[index].Length;
            _free.RemoveAt(index);
        }

        if (index > 0 && _free[index - 1].Start + _free[index - 1].Length == start)
        {
            _free[index - 1] = (_free[index - 1].Start, _free[index - 1].Length + length);
        }
        else
        {
            _free.Insert(index, (start, length));
        }
    }

    private sealed class Waiter(int length) : TaskCompletionSource<Memory<byte>>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public int Length { get; } = length;
    }
}
