using System.Numerics;

namespace ProxSharp.Backup.Upload;

/// <summary>Memory for blobs on their way to the server, with a limit on all of it together: who would exceed it waits until others are done.</summary>
internal sealed class BlobBuffers
{
    // Room for a header, so that a chunk of a power of two does not need the next larger class.
    private const int Slack = 64;
    private const int SmallestPower = 16;

    private readonly Lock _gate = new();
    private readonly long _limit;
    private readonly Stack<byte[]>[] _kept;
    private readonly Queue<Waiter> _waiters = new();
    private long _rented;
    private long _keptBytes;

    /// <summary>Creates a pool.</summary>
    /// <param name="limit">The most bytes that are held at any time. A single buffer may exceed it.</param>
    public BlobBuffers(long limit)
    {
        _limit = limit;
        _kept = new Stack<byte[]>[32 - SmallestPower];
        for (int i = 0; i < _kept.Length; i++)
        {
            _kept[i] = new Stack<byte[]>();
        }
    }

    /// <summary>Rents a buffer of at least a length.</summary>
    public async ValueTask<byte[]> RentAsync(int length, CancellationToken cancellationToken)
    {
        Waiter waiter;
        lock (_gate)
        {
            int size = SizeOf(length);
            if (_waiters.Count == 0 && Fits(size))
            {
                return Take(size);
            }

            waiter = new Waiter(size);
            _waiters.Enqueue(waiter);
        }

        CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static (state, token) => ((Waiter)state!).TrySetCanceled(token), waiter);
        await using (registration.ConfigureAwait(false))
        {
            return await waiter.Task.ConfigureAwait(false);
        }
    }

    /// <summary>Gives a buffer back.</summary>
    public void Return(byte[] buffer)
    {
        lock (_gate)
        {
            _rented -= buffer.Length;
            _keptBytes += buffer.Length;
            _kept[ClassOf(buffer.Length)].Push(buffer);
            while (_waiters.TryPeek(out Waiter? waiter) && (waiter.Task.IsCompleted || Fits(waiter.Size)))
            {
                _waiters.Dequeue();
                if (!waiter.Task.IsCompleted)
                {
                    Serve(waiter);
                }
            }
        }
    }

    private static int SizeOf(int length) => (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(length - Slack, 1 << SmallestPower)) + Slack;

    private static int ClassOf(int size) => BitOperations.Log2((uint)(size - Slack)) - SmallestPower;

    private bool Fits(int size) => _rented == 0 || _rented + size <= _limit;

    private void Serve(Waiter waiter)
    {
        byte[] buffer = Take(waiter.Size);
        if (!waiter.TrySetResult(buffer))
        {
            _rented -= buffer.Length; // Cancelled in this moment.
        }
    }

    private byte[] Take(int size)
    {
        _rented += size;
        if (_kept[ClassOf(size)].TryPop(out byte[]? buffer))
        {
            _keptBytes -= size;
            return buffer;
        }

        foreach (Stack<byte[]> others in _kept)
        {
            while (_rented + _keptBytes > _limit && others.TryPop(out byte[]? dropped))
            {
                _keptBytes -= dropped.Length;
            }
        }

        return GC.AllocateUninitializedArray<byte>(size);
    }

    private sealed class Waiter(int size) : TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public int Size { get; } = size;
    }
}
