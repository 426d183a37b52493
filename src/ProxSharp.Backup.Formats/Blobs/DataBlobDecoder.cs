using System.Buffers;
using System.Security.Cryptography;
using ProxSharp.Backup.Formats.Crypto;

namespace ProxSharp.Backup.Formats.Blobs;

/// <summary>Reads blobs. Holds a decompression context, so keep one for each worker; it is not safe for several threads at once.</summary>
public sealed class DataBlobDecoder : IDisposable
{
    // How many times its length compressed data may claim to hold before any of it is seen.
    private const long HonestRatio = 64;

    private readonly CryptConfig? _crypt;
    private readonly ZstdCodec _codec;

    // Decrypted bytes before they are decompressed. Shared arrays would stay behind with every thread that ever had one.
    private byte[] _decrypted = [];

    /// <summary>Creates a decoder.</summary>
    /// <param name="crypt">Opens encrypted blobs; null if there are none. Stays the caller's to dispose.</param>
    public DataBlobDecoder(CryptConfig? crypt = null)
        : this(crypt, ZstdCodec.Create())
    {
    }

    internal DataBlobDecoder(CryptConfig? crypt, ZstdCodec codec) => (_crypt, _codec) = (crypt, codec);

    /// <summary>Checks a blob and takes its data out.</summary>
    /// <param name="blob">The whole blob.</param>
    /// <param name="output">Takes the data; gets nothing if the blob is faulty.</param>
    /// <param name="maxLength">The most bytes to accept.</param>
    /// <returns>The length of the data in bytes.</returns>
    /// <exception cref="ProxmoxProtocolException">The bytes are no blob, are damaged, or hold more data than accepted.</exception>
    /// <exception cref="BackupKeyException">The blob is encrypted and there is no key.</exception>
    public int Decode(ReadOnlySpan<byte> blob, IBufferWriter<byte> output, int maxLength = DataBlob.MaxDataSize)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentOutOfRangeException.ThrowIfNegative(maxLength);
        DataBlobKind kind = DataBlob.Verify(blob);
        int header = DataBlob.HeaderLength(DataBlob.IsEncrypted(kind));
        if (!DataBlob.IsCompressed(kind))
        {
            CheckLimit(blob.Length - header, maxLength);
        }

        try
        {
            ReadOnlySpan<byte> payload = Open(blob, kind);
            return DataBlob.IsCompressed(kind) ? Decompress(payload, header, output, maxLength) : Copy(payload, output);
        }
        finally
        {
            Forget(blob.Length);
        }
    }

    /// <summary>Checks a blob whose data has a known length, for example a chunk of an index, and takes the data out.</summary>
    /// <param name="blob">The whole blob.</param>
    /// <param name="destination">Takes the data, which must have exactly this length.</param>
    /// <exception cref="ProxmoxProtocolException">The bytes are no blob, are damaged, or hold more or less data.</exception>
    /// <exception cref="BackupKeyException">The blob is encrypted and there is no key.</exception>
    public void DecodeExactly(ReadOnlySpan<byte> blob, Span<byte> destination)
    {
        DataBlobKind kind = DataBlob.Verify(blob);
        int header = DataBlob.HeaderLength(DataBlob.IsEncrypted(kind));
        ReadOnlySpan<byte> payload = blob[header..];
        if (DataBlob.IsCompressed(kind))
        {
            DecompressExactly(blob, kind, destination);
            return;
        }

        CheckExact(payload.Length, destination.Length);
        if (DataBlob.IsEncrypted(kind))
        {
            Decrypt(blob, destination);
        }
        else
        {
            payload.CopyTo(destination);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _codec.Dispose();

    /// <summary>What follows the header, decrypted if need be. <see cref="Forget"/> it after use.</summary>
    private ReadOnlySpan<byte> Open(ReadOnlySpan<byte> blob, DataBlobKind kind)
    {
        if (!DataBlob.IsEncrypted(kind))
        {
            return blob[DataBlob.HeaderSize..];
        }

        int length = blob.Length - DataBlob.EncryptedHeaderSize;
        if (_decrypted.Length < length)
        {
            _decrypted = GC.AllocateUninitializedArray<byte>(Math.Max(length, Math.Min(_decrypted.Length * 2, DataBlob.MaxChunkSize)));
        }

        Span<byte> plain = _decrypted.AsSpan(0, length);
        Decrypt(blob, plain);
        return plain;
    }

    /// <summary>Leaves nothing that was decrypted behind.</summary>
    private void Forget(int length) => CryptographicOperations.ZeroMemory(_decrypted.AsSpan(0, Math.Min(length, _decrypted.Length)));

    private void Decrypt(ReadOnlySpan<byte> blob, Span<byte> plain)
    {
        CryptConfig crypt = _crypt ?? throw new BackupKeyException("The blob is encrypted; its key is needed.");
        ReadOnlySpan<byte> nonce = blob.Slice(DataBlob.HeaderSize, CryptConfig.NonceSize);
        if (!crypt.TryDecrypt(nonce, blob[DataBlob.EncryptedHeaderSize..], blob.Slice(DataBlob.TagOffset, CryptConfig.TagSize), plain))
        {
            throw Malformed.At(DataBlob.TagOffset, "The blob cannot be decrypted: it was encrypted with another key, or is damaged.");
        }
    }

    private static int Copy(ReadOnlySpan<byte> payload, IBufferWriter<byte> output)
    {
        output.Write(payload);
        return payload.Length;
    }

    private int Decompress(ReadOnlySpan<byte> payload, int header, IBufferWriter<byte> output, int maxLength)
    {
        if (!ZstdFrame.TryMeasure(payload, out long least, out long most))
        {
            throw Damaged(header);
        }

        // What frames promise is believed up to a ratio that honest data has; beyond it the room grows with what comes out.
        CheckLimit(least, maxLength);
        int limit = (int)Math.Min(maxLength, most);
        int room = (int)Math.Min(limit, Math.Max(payload.Length * HonestRatio, ZstdFrame.BlockSize));
        while (true)
        {
            if (TryDecompress(payload, header, output.GetSpan(Math.Max(room, 1))[..room], out int length))
            {
                output.Advance(length);
                return length;
            }

            if (room >= limit)
            {
                throw limit == most ? Damaged(header) : TooMuch(maxLength);
            }

            room = (int)Math.Min(room * 4L, limit); // More than before: the limit is not reached, and the room is a block at least.
        }
    }

    private void DecompressExactly(ReadOnlySpan<byte> blob, DataBlobKind kind, Span<byte> destination)
    {
        try
        {
            ReadOnlySpan<byte> payload = Open(blob, kind);
            if (!TryDecompress(payload, blob.Length - payload.Length, destination, out int length))
            {
                throw TooMuch(destination.Length);
            }

            CheckExact(length, destination.Length);
        }
        finally
        {
            Forget(blob.Length);
        }
    }

    private bool TryDecompress(ReadOnlySpan<byte> payload, int header, Span<byte> destination, out int length)
    {
        length = 0;
        ZstdOutcome outcome = payload.IsEmpty ? ZstdOutcome.Damaged : _codec.Decompress(payload, destination, out length);
        return outcome != ZstdOutcome.Damaged ? outcome == ZstdOutcome.Done : throw Damaged(header);
    }

    private static ProxmoxProtocolException Damaged(int header) => Malformed.At(header, "The compressed data of the blob is damaged.");

    private static void CheckLimit(long length, int maxLength)
    {
        if (length > maxLength)
        {
            throw TooMuch(maxLength);
        }
    }

    private static void CheckExact(int length, int expected)
    {
        if (length != expected)
        {
            throw Malformed.At(0, FormattableString.Invariant($"The blob holds {length} bytes, not the expected {expected}."));
        }
    }

    private static ProxmoxProtocolException TooMuch(int maxLength) =>
        Malformed.At(0, FormattableString.Invariant($"The blob holds more than the accepted {maxLength} bytes."));
}
