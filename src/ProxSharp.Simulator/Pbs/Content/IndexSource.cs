using System.Buffers;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Simulator.Pbs.Storage;

namespace ProxSharp.Simulator.Pbs.Content;

/// <summary>The content behind an index, read from the chunks of a datastore; the last few chunks are kept decoded.</summary>
internal sealed class IndexSource(Datastore store, IChunkIndex index) : RandomAccessSource
{
    private const int KeptChunks = 4;

    private readonly LinkedList<KeptChunk> _kept = [];

    public override long Length => index.Size;

    /// <summary>The content, chunk by chunk.</summary>
    /// <exception cref="IOException">A chunk is missing or damaged.</exception>
    public IEnumerable<ReadOnlyMemory<byte>> Parts()
    {
        for (int i = 0; i < index.Count; i++)
        {
            yield return Chunk(i);
        }
    }

    public override int Read(long position, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        if (position >= Length || destination.IsEmpty)
        {
            return 0;
        }

        int number = index.FindChunk(position);
        ReadOnlySpan<byte> rest = Chunk(number).AsSpan((int)(position - index[number].Start));
        int count = Math.Min(rest.Length, destination.Length);
        rest[..count].CopyTo(destination);
        return count;
    }

    public override ValueTask<int> ReadAsync(long position, Memory<byte> destination, CancellationToken cancellationToken = default) =>
        new(Read(position, destination.Span));

    private byte[] Chunk(int position)
    {
        for (LinkedListNode<KeptChunk>? node = _kept.First; node is not null; node = node.Next)
        {
            if (node.Value.Position == position)
            {
                _kept.Remove(node);
                _kept.AddFirst(node);
                return node.Value.Data;
            }
        }

        byte[] data = Decode(index[position]);
        _kept.AddFirst(new KeptChunk(position, data));
        if (_kept.Count > KeptChunks)
        {
            _kept.RemoveLast();
        }

        return data;
    }

    private byte[] Decode(IndexChunk chunk)
    {
        byte[] blob = store.Chunks.Read(chunk.Digest)
            ?? throw new IOException($"store '{store.Name}', unable to load chunk '{chunk.Digest}' - No such file or directory (os error 2)");
        byte[] data = GC.AllocateUninitializedArray<byte>((int)chunk.Length);
        try
        {
            BlobCodecs.WithDecoder((blob, data), static (decoder, state) =>
            {
                decoder.DecodeExactly(state.blob, state.data);
                return true;
            });
            return data;
        }
        catch (ProxmoxException exception)
        {
            throw new IOException($"store '{store.Name}', unable to load chunk '{chunk.Digest}' - {exception.Message}", exception);
        }
    }

    private sealed record KeptChunk(int Position, byte[] Data);
}
