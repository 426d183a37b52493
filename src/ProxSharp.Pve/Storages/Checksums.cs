using System.Buffers;
using System.Security.Cryptography;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Storages;

/// <summary>Computes the checksums that servers understand.</summary>
internal static class Checksums
{
    private const int BufferSize = 128 * 1024;

    public static bool CanCompute(ChecksumAlgorithm algorithm) => NameOf(algorithm) is not null;

    /// <summary>How many hexadecimal digits a checksum has; null for an algorithm that a newer server invented.</summary>
    public static int? HexLength(ChecksumAlgorithm algorithm) => algorithm.Value switch
    {
        "md5" => 32,
        "sha1" => 40,
        "sha224" => 56,
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => null,
    };

    /// <summary>Reads <paramref name="length"/> bytes and returns their checksum in lower-case hex.</summary>
    /// <exception cref="InvalidOperationException">The stream ends early.</exception>
    public static async Task<string> ComputeAsync(ChecksumAlgorithm algorithm, Stream source, long length, CancellationToken cancellationToken)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(NameOf(algorithm)!.Value);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            for (long left = length; left > 0;)
            {
                int count = await source.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), cancellationToken).ConfigureAwait(false);
                left -= Append(hash, buffer, count);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <inheritdoc cref="ComputeAsync"/>
    public static string Compute(ChecksumAlgorithm algorithm, Stream source, long length, CancellationToken cancellationToken)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(NameOf(algorithm)!.Value);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            for (long left = length; left > 0;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                left -= Append(hash, buffer, source.Read(buffer, 0, (int)Math.Min(buffer.Length, left)));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static int Append(IncrementalHash hash, byte[] buffer, int count)
    {
        if (count == 0)
        {
            throw new InvalidOperationException("The stream ended before its checksum was computed: it is shorter than announced.");
        }

        hash.AppendData(buffer, 0, count);
        return count;
    }

    private static HashAlgorithmName? NameOf(ChecksumAlgorithm algorithm) => algorithm.Value switch
    {
        "md5" => HashAlgorithmName.MD5,
        "sha1" => HashAlgorithmName.SHA1,
        "sha256" => HashAlgorithmName.SHA256,
        "sha384" => HashAlgorithmName.SHA384,
        "sha512" => HashAlgorithmName.SHA512,
        _ => null,
    };
}
