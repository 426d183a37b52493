using System.Buffers;
using System.Text;

namespace ProxSharp.Cli.Output;

/// <summary>Takes JSON of any length. It grows by blocks, which are never copied: long results would be there several times else.</summary>
internal sealed class JsonBlocks : IBufferWriter<byte>
{
    private const int SmallestBlock = 512;
    private const int LargestBlock = 64 * 1024;

    private readonly List<ReadOnlyMemory<byte>> _full = [];
    private byte[] _block = new byte[SmallestBlock];
    private int _filled;

    /// <summary>How many bytes there are.</summary>
    public int Length => _full.Sum(static block => block.Length) + _filled;

    /// <inheritdoc/>
    public void Advance(int count) => _filled += count;

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (_block.Length - _filled < Math.Max(1, sizeHint))
        {
            _full.Add(_block.AsMemory(0, _filled));
            _block = new byte[Math.Max(sizeHint, Math.Min(LargestBlock, _block.Length * 2))];
            _filled = 0;
        }

        return _block.AsMemory(_filled);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>All bytes.</summary>
    public byte[] ToArray()
    {
        byte[] all = new byte[Length];
        int at = 0;
        foreach (ReadOnlyMemory<byte> block in All())
        {
            block.CopyTo(all.AsMemory(at));
            at += block.Length;
        }

        return all;
    }

    /// <summary>Writes all as text.</summary>
    public void WriteTo(TextWriter writer)
    {
        // A character may begin in one block, and end in the next.
        Decoder decoder = Encoding.UTF8.GetDecoder();
        char[] text = ArrayPool<char>.Shared.Rent(LargestBlock);
        foreach (ReadOnlyMemory<byte> block in All())
        {
            for (ReadOnlySpan<byte> rest = block.Span; !rest.IsEmpty;)
            {
                decoder.Convert(rest, text, flush: false, out int used, out int count, out _);
                UnseenJson.Write(writer, text.AsSpan(0, count));
                rest = rest[used..];
            }
        }

        ArrayPool<char>.Shared.Return(text);
    }

    /// <summary>Forgets all; what comes next is as if nothing had been there.</summary>
    public void Clear()
    {
        _full.Clear();
        _filled = 0;
    }

    private IEnumerable<ReadOnlyMemory<byte>> All() => _full.Append(_block.AsMemory(0, _filled));
}
