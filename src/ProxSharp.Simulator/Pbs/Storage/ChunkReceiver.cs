using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Blobs;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.Pbs.Storage;

/// <summary>Checks an uploaded chunk as the server does, and stores it.</summary>
internal static class ChunkReceiver
{
    private const int CrcOffset = 8;

    /// <summary>Takes a chunk.</summary>
    /// <param name="store">Where it goes.</param>
    /// <param name="digest">The digest that the client announced.</param>
    /// <param name="blob">The encoded chunk; it belongs to the store from now on.</param>
    /// <param name="size">The length of the data that the client announced.</param>
    /// <param name="now">The time of the server.</param>
    /// <returns>Whether the chunk was there already, and the encoded length that is stored.</returns>
    /// <exception cref="ApiFault">Something is wrong with it.</exception>
    public static (bool IsDuplicate, long Stored) Receive(Datastore store, Sha256Digest digest, byte[] blob, int size, DateTimeOffset now)
    {
        DataBlobKind kind = KindOf(blob);
        SetChecksum(blob, kind);
        if (!DataBlob.IsEncrypted(kind))
        {
            Verify(blob, kind, digest, size);
        }

        return Insert(store, digest, blob, kind, now);
    }

    /// <summary>Tells the kind of a blob.</summary>
    /// <exception cref="ApiFault">The bytes are no blob.</exception>
    public static DataBlobKind KindOf(ReadOnlySpan<byte> blob)
    {
        if (blob.Length < DataBlob.HeaderSize)
        {
            throw new ApiFault(400, FormattableString.Invariant($"blob too small ({blob.Length} bytes)."));
        }

        try
        {
            DataBlobKind kind = DataBlob.ReadKind(blob);
            return !DataBlob.IsEncrypted(kind) || blob.Length >= DataBlob.EncryptedHeaderSize
                ? kind
                : throw new ApiFault(400, FormattableString.Invariant($"encrypted blob too small ({blob.Length} bytes)."));
        }
        catch (ProxmoxProtocolException)
        {
            throw new ApiFault(400, "unable to parse raw blob - wrong magic");
        }
    }

    /// <summary>Fails if bytes are no blob, or a damaged one.</summary>
    /// <exception cref="ApiFault">They are.</exception>
    public static void DemandBlob(byte[] blob)
    {
        KindOf(blob);
        try
        {
            DataBlob.Verify(blob);
        }
        catch (ProxmoxProtocolException)
        {
            throw new ApiFault(400, "Data blob has wrong CRC checksum.");
        }
    }

    /// <summary>The digest of a chunk's data; null if the data is not of the length that is expected or cannot be decoded.</summary>
    public static Sha256Digest? DigestOf(byte[] blob, DataBlobKind kind, int size)
    {
        Span<byte> digest = stackalloc byte[Sha256Digest.Size];
        if (kind == DataBlobKind.Uncompressed)
        {
            SHA256.HashData(blob.AsSpan(DataBlob.HeaderSize), digest);
            return blob.Length - DataBlob.HeaderSize == size ? new Sha256Digest(digest) : null;
        }

        byte[] data = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            BlobCodecs.WithDecoder((blob, data, size), static (decoder, state) =>
            {
                decoder.DecodeExactly(state.blob, state.data.AsSpan(0, state.size));
                return true;
            });
            SHA256.HashData(data.AsSpan(0, size), digest);
            return new Sha256Digest(digest);
        }
        catch (ProxmoxProtocolException)
        {
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(data);
        }
    }

    // Proxmox: whatever CRC a chunk comes with is replaced.
    private static void SetChecksum(byte[] blob, DataBlobKind kind)
    {
        int header = DataBlob.IsEncrypted(kind) ? DataBlob.EncryptedHeaderSize : DataBlob.HeaderSize;
        BinaryPrimitives.WriteUInt32LittleEndian(blob.AsSpan(CrcOffset), Crc32.HashToUInt32(blob.AsSpan(header)));
    }

    private static void Verify(byte[] blob, DataBlobKind kind, Sha256Digest digest, int size)
    {
        if (DigestOf(blob, kind, size) is { } computed)
        {
            if (computed != digest)
            {
                throw new ApiFault(400, "detected chunk with wrong digest.");
            }

            return;
        }

        byte[] data;
        try
        {
            data = BlobCodecs.Decode(blob, DataBlob.MaxChunkSize);
        }
        catch (ProxmoxProtocolException exception)
        {
            throw new ApiFault(400, exception.Message);
        }

        // Proxmox: the digest is looked at first.
        throw new ApiFault(400, new Sha256Digest(SHA256.HashData(data)) == digest
            ? FormattableString.Invariant($"detected chunk with wrong length ({size} != {data.Length})")
            : "detected chunk with wrong digest.");
    }

    private static (bool IsDuplicate, long Stored) Insert(Datastore store, Sha256Digest digest, byte[] blob, DataBlobKind kind, DateTimeOffset now)
    {
        if (store.Chunks.Length(digest) is not { } present)
        {
            store.Chunks.Write(digest, blob, now);
            return (false, blob.Length);
        }

        if (DataBlob.IsEncrypted(kind) && present != blob.Length && store.Chunks.Read(digest) is { } existing && !DataBlob.IsEncrypted(KindOf(existing)))
        {
            throw new ApiFault(400, $"Overwriting unencrypted chunk '{digest}' with encrypted chunk is not possible");
        }

        if (present > 0 && (present <= blob.Length || DataBlob.IsEncrypted(kind)))
        {
            store.Chunks.Touch(digest, now);
            return (true, present);
        }

        // Proxmox: of two chunks that hold the same data the shorter one stays.
        store.Chunks.Write(digest, blob, now);
        return (true, blob.Length);
    }
}
