using System.Collections.Concurrent;
using ProxSharp.Backup.Formats;

namespace ProxSharp.Simulator.Pbs.Storage;

/// <summary>Chunks in memory.</summary>
internal sealed class MemoryChunkStore : ChunkStore
{
    private readonly ConcurrentDictionary<Sha256Digest, Chunk> _chunks = new();
    private readonly ConcurrentDictionary<Sha256Digest, byte[]> _bad = new();

    public override IEnumerable<StoredChunk> All => _chunks.Select(static chunk => new StoredChunk(chunk.Key, chunk.Value.Blob.Length));

    public override int BadCount => _bad.Count;

    public override byte[]? Read(Sha256Digest digest) => _chunks.GetValueOrDefault(digest)?.Blob;

    public override long? Length(Sha256Digest digest) => _chunks.GetValueOrDefault(digest)?.Blob.Length;

    public override bool Touch(Sha256Digest digest, DateTimeOffset now)
    {
        if (!_chunks.TryGetValue(digest, out Chunk? chunk))
        {
            return false;
        }

        Volatile.Write(ref chunk.Touched, now.UtcTicks);
        return true;
    }

    public override DateTimeOffset LastTouched(Sha256Digest digest) =>
        _chunks.TryGetValue(digest, out Chunk? chunk) ? new DateTimeOffset(Volatile.Read(ref chunk.Touched), TimeSpan.Zero) : default;

    public override int RemoveBad()
    {
        int removed = 0;
        foreach (Sha256Digest digest in _bad.Keys)
        {
            removed += _chunks.ContainsKey(digest) && _bad.TryRemove(digest, out _) ? 1 : 0;
        }

        return removed;
    }

    protected override long? Put(Sha256Digest digest, byte[] blob, DateTimeOffset now)
    {
        Chunk made = new(blob) { Touched = now.UtcTicks };
        while (true)
        {
            if (_chunks.TryAdd(digest, made))
            {
                return null;
            }

            if (_chunks.TryGetValue(digest, out Chunk? before) && _chunks.TryUpdate(digest, made, before))
            {
                return before.Blob.Length;
            }
        }
    }

    protected override long? Take(Sha256Digest digest) => _chunks.TryRemove(digest, out Chunk? chunk) ? chunk.Blob.Length : null;

    protected override void KeepBad(Sha256Digest digest, byte[] blob) => _bad[digest] = blob;

    private sealed class Chunk(byte[] blob)
    {
        public long Touched;

        public byte[] Blob { get; } = blob;
    }
}
