using ProxSharp.Backup.Formats;

namespace ProxSharp.Backup.Protocol;

/// <summary>A chunk to enter into an index.</summary>
/// <param name="Digest">The digest that names it; the server must know it in this session.</param>
/// <param name="Offset">Where the chunk starts in the archive.</param>
internal readonly record struct IndexAppend(Sha256Digest Digest, long Offset);
