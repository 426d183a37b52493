using System.Buffers;
using System.Security.Cryptography;
using ProxSharp.Backup.Formats.Crypto;

namespace ProxSharp.Backup.Formats.Blobs;

/// <summary>Makes blobs. Holds a compression context, so keep one for each worker; it is not safe for several threads at once.</summary>
/// <example>
/// <code>
/// using DataBlobEncoder encoder = new(key);
/// encoder.Encode(chunk, output);
/// </code>
/// </example>
public sealed class DataBlobEncoder : IDisposable
{
    private readonly CryptConfig? _crypt;
    private readonly ZstdCodec? _codec;

    /// <summary>Creates an encoder.</summary>
    /// <param name="crypt">Encrypts the blobs; null leaves them plain. Stays the caller's to dispose.</param>
    /// <param name="compress">Whether to compress what gets no longer by it.</param>
    public DataBlobEncoder(CryptConfig? crypt = null, bool compress = true)
        : this(crypt, compress ? ZstdCodec.Create() : null)
    {
    }

    internal DataBlobEncoder(CryptConfig? crypt, ZstdCodec? codec) => (_crypt, _codec) = (crypt, codec);

    /// <summary>Makes a blob.</summary>
    /// <param name="data">What to hold: 128 MiB at most, 16 MiB for a chunk.</param>
    /// <param name="output">Takes the blob.</param>
    /// <returns>The kind of blob that was made.</returns>
    /// <exception cref="ArgumentException">There is too much data.</exception>
    public DataBlobKind Encode(ReadOnlySpan<byte> data, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        CheckLength(data);
        DataBlobKind kind = Encode(data, output.GetSpan(DataBlob.GetMaxLength(data.Length, _crypt is not null)), out int written);
        output.Advance(written);
        return kind;
    }

    /// <summary>Makes a blob.</summary>
    /// <param name="data">What to hold: 128 MiB at most, 16 MiB for a chunk.</param>
    /// <param name="destination">Takes the blob; <see cref="DataBlob.GetMaxLength"/> says how long it must be.</param>
    /// <param name="written">The length of the blob in bytes.</param>
    /// <returns>The kind of blob that was made.</returns>
    /// <exception cref="ArgumentException">There is too much data, or the destination is too short.</exception>
    public DataBlobKind Encode(ReadOnlySpan<byte> data, Span<byte> destination, out int written)
    {
        Span<byte> nonce = stackalloc byte[CryptConfig.NonceSize];
        if (_crypt is not null)
        {
            RandomNumberGenerator.Fill(nonce);
        }

        return Encode(data, destination, nonce, out written);
    }

    /// <inheritdoc/>
    public void Dispose() => _codec?.Dispose();

    /// <summary>With a chosen nonce, to compare with known blobs.</summary>
    internal DataBlobKind Encode(ReadOnlySpan<byte> data, Span<byte> destination, ReadOnlySpan<byte> nonce, out int written)
    {
        CheckLength(data);
        int header = DataBlob.HeaderLength(_crypt is not null);
        if (destination.Length < header + data.Length)
        {
            throw new ArgumentException(FormattableString.Invariant($"The blob may need {header + data.Length} bytes."), nameof(destination));
        }

        // Proxmox: what compression does not make longer is stored compressed, even at equal length (spec 5.1).
        bool compressed = TryCompress(data, destination.Slice(header, data.Length), out int length);
        ReadOnlySpan<byte> payload = compressed ? destination.Slice(header, length) : data;
        written = header + payload.Length;
        DataBlobKind kind = compressed ? DataBlobKind.Compressed : DataBlobKind.Uncompressed;
        if (_crypt is null)
        {
            if (!compressed)
            {
                data.CopyTo(destination[header..]);
            }
        }
        else
        {
            nonce.CopyTo(destination[DataBlob.HeaderSize..]);
            _crypt.Encrypt(nonce, payload, destination.Slice(header, payload.Length), destination.Slice(DataBlob.TagOffset, CryptConfig.TagSize));
            kind = compressed ? DataBlobKind.EncryptedCompressed : DataBlobKind.Encrypted;
        }

        DataBlob.WriteHeader(destination[..written], kind);
        return kind;
    }

    private bool TryCompress(ReadOnlySpan<byte> data, Span<byte> destination, out int length)
    {
        length = 0;
        return _codec is not null && !data.IsEmpty && _codec.TryCompress(data, destination, out length);
    }

    private static void CheckLength(ReadOnlySpan<byte> data)
    {
        if (data.Length > DataBlob.MaxDataSize)
        {
            throw new ArgumentException("A blob holds 128 MiB at most.", nameof(data));
        }
    }
}
