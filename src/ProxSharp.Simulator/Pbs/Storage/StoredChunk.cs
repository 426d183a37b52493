using ProxSharp.Backup.Formats;

namespace ProxSharp.Simulator.Pbs.Storage;

/// <summary>A chunk of a datastore.</summary>
/// <param name="Digest">Its digest.</param>
/// <param name="Length">Its encoded length.</param>
internal sealed record StoredChunk(Sha256Digest Digest, long Length);
