using System.Globalization;
using ProxSharp.Backup.Formats;
using ProxSharp.Simulator.Pbs.Storage;

namespace ProxSharp.Simulator;

/// <summary>Looks into a datastore of a <see cref="PbsSimulator"/> past its API, and damages it. Safe for concurrent use.</summary>
public sealed class SimulatedDatastore
{
    private readonly Datastore _store;
    private readonly Lock _gate;
    private readonly TimeProvider _time;

    internal SimulatedDatastore(Datastore store, Lock gate, TimeProvider time) => (_store, _gate, _time) = (store, gate, time);

    /// <summary>Its name.</summary>
    public string Name => _store.Name;

    /// <summary>How many chunks it holds.</summary>
    public long ChunkCount => _store.Chunks.Count;

    /// <summary>The encoded length of all chunks in bytes.</summary>
    public long StoredBytes => _store.Chunks.StoredBytes;

    /// <summary>The digests of all chunks as 64 hexadecimal digits, sorted.</summary>
    public IReadOnlyList<string> Chunks => [.. _store.Chunks.All.Select(static chunk => chunk.Digest.ToString()).Order(StringComparer.Ordinal)];

    /// <summary>The folders of all snapshots, finished or not, for example <c>host/laptop/2026-01-01T03:00:00Z</c>; those in namespaces begin with <c>ns/</c>.</summary>
    public IReadOnlyList<string> Snapshots
    {
        get
        {
            lock (_gate)
            {
                return [.. _store.AllSnapshots().Select(static key => key.Folder)];
            }
        }
    }

    /// <summary>The encoded blob of a chunk; null if there is none.</summary>
    /// <param name="digest">64 hexadecimal digits.</param>
    /// <exception cref="FormatException">The text is no digest.</exception>
    public byte[]? ReadChunk(string digest) => _store.Chunks.Read(Parse(digest))?.ToArray();

    /// <summary>Flips a bit in the last byte of a chunk, as a failing disk does.</summary>
    /// <param name="digest">64 hexadecimal digits.</param>
    /// <exception cref="FormatException">The text is no digest.</exception>
    /// <exception cref="ArgumentException">There is no such chunk.</exception>
    public void DamageChunk(string digest)
    {
        byte[] blob = _store.Chunks.Read(Parse(digest))?.ToArray() ?? throw new ArgumentException($"There is no chunk {digest}.", nameof(digest));
        blob[^1] ^= 1;
        _store.Chunks.Write(Parse(digest), blob, _time.GetUtcNow());
    }

    /// <summary>Loses a chunk.</summary>
    /// <param name="digest">64 hexadecimal digits.</param>
    /// <exception cref="FormatException">The text is no digest.</exception>
    public void RemoveChunk(string digest) => _store.Chunks.Remove(Parse(digest));

    /// <summary>The content of a file as it is stored; null if there is none.</summary>
    /// <param name="path">The path within the datastore, for example <c>host/laptop/owner</c>.</param>
    public byte[]? ReadFile(string path) => _store.Files.Read(path)?.ToArray();

    /// <summary>Writes a file of a snapshot or group past the server.</summary>
    /// <param name="path">The path within the datastore.</param>
    /// <param name="content">What it shall hold; the array must not be changed afterwards.</param>
    public void WriteFile(string path, byte[] content) => _store.Files.Write(path, content);

    private static Sha256Digest Parse(string digest) => Sha256Digest.Parse(digest, CultureInfo.InvariantCulture);
}
