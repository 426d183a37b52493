using System.Buffers;

namespace ProxSharp.Http;

/// <summary>A growing byte buffer over rented arrays; very large ones are its own.</summary>
internal sealed class PooledBuffer : IBufferWriter<byte>, IDisposable
{
    // The pool keeps an array for each thread that has given one back: with answers of 10 MB that is more than everything else a program holds.
    private const int LargestRented = 1024 * 1024;

    private byte[] _bytes;
    private int _length;

    public PooledBuffer(int capacity) => _bytes = Take(capacity);

    public int Length => _length;

    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, _length);

    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, _length);

    /// <summary>Reads what was written so far; only as long as the buffer is not disposed of.</summary>
    public MemoryStream AsStream() => new(_bytes, 0, _length, writable: false);

    /// <summary>Takes back bytes at the end.</summary>
    public void Truncate(int length) => _length = Math.Min(_length, length);

    public void Advance(int count) => _length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _bytes.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _bytes.AsSpan(_length);
    }

    public void Append(byte value)
    {
        Reserve(1);
        _bytes[_length++] = value;
    }

    public void Append(ReadOnlySpan<byte> values)
    {
        Reserve(values.Length);
        values.CopyTo(_bytes.AsSpan(_length));
        _length += values.Length;
    }

    /// <summary>Gives the array back. The bytes may be read by others afterwards: secrets are wiped.</summary>
    public void Dispose()
    {
        byte[] bytes = _bytes;
        if (bytes.Length > 0)
        {
            _bytes = [];
            bytes.AsSpan(0, _length).Clear();
            _length = 0;
            Give(bytes);
        }
    }

    private void Reserve(int count)
    {
        if (_bytes.Length - _length >= count)
        {
            return;
        }

        byte[] larger = Take(Math.Max(checked(_length + count), (int)Math.Min(Array.MaxLength, 2L * _bytes.Length)));
        byte[] old = _bytes;
        old.AsSpan(0, _length).CopyTo(larger);
        old.AsSpan(0, _length).Clear();
        _bytes = larger;
        Give(old);
    }

    private static byte[] Take(int length) =>
        length > LargestRented ? GC.AllocateUninitializedArray<byte>(length) : ArrayPool<byte>.Shared.Rent(length);

    private static void Give(byte[] bytes)
    {
        if (bytes.Length <= LargestRented)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}
