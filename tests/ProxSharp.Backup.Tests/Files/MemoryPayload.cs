using System.Buffers;
using ProxSharp.Backup.Files;
using ProxSharp.Backup.Formats.Indexes;

namespace ProxSharp.Backup.Tests.Files;

/// <summary>A payload stream in memory. Injected chunks are copied from the previous one.</summary>
internal sealed class MemoryPayload(byte[]? previous = null) : IPayloadSink
{
    private readonly byte[] _previous = previous ?? [];
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private long _last;

    internal byte[] Bytes => _bytes.WrittenSpan.ToArray();

    internal List<long> Boundaries { get; } = [];

    internal List<int> Injections { get; } = [];

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default)
    {
        _bytes.Write(bytes.Span);
        return default;
    }

    public ValueTask BoundaryAsync(long position, CancellationToken cancellationToken = default)
    {
        Assert.True(position >= _bytes.WrittenCount && position >= _last);
        Boundaries.Add(_last = position);
        return default;
    }

    public ValueTask InjectAsync(IReadOnlyList<IndexChunk> chunks, CancellationToken cancellationToken = default)
    {
        Assert.InRange(chunks.Count, 1, 128);
        Injections.Add(chunks.Count);
        foreach (IndexChunk chunk in chunks)
            _bytes.Write(_previous.AsSpan((int)chunk.Start, (int)chunk.Length));
        return default;
    }
}
