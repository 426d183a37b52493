using System.Security.Cryptography;
using ProxSharp.Backup.Formats.Crypto;

namespace ProxSharp.Backup.Formats.Chunking;

/// <summary>Computes the digests that name chunks (spec 5.2).</summary>
public static class ChunkDigest
{
    /// <summary>Computes the digest of a chunk.</summary>
    /// <param name="data">The data of the chunk, neither compressed nor encrypted.</param>
    /// <param name="crypt">The key if the chunk is stored encrypted, else null.</param>
    public static Sha256Digest Compute(ReadOnlySpan<byte> data, CryptConfig? crypt = null)
    {
        if (crypt is not null)
        {
            return crypt.ComputeDigest(data);
        }

        Span<byte> digest = stackalloc byte[Sha256Digest.Size];
        SHA256.HashData(data, digest);
        return new Sha256Digest(digest);
    }
}
