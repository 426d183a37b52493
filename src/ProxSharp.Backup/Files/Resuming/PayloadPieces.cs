using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Chunks;

namespace ProxSharp.Backup.Files.Resuming;

/// <summary>What the names of a split archive tell of its payload stream: all of it but for what no file refers to.</summary>
internal static class PayloadPieces
{
    /// <summary>Reads the names ahead of the restore, as far as is asked for.</summary>
    /// <param name="names">The metadata stream, which stays open.</param>
    /// <param name="size">The length of the payload stream.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public static async IAsyncEnumerable<KnownPiece> ReadAsync(
        Stream names, long size, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using PxarReader reader = new(names, options: new() { VerifyGoodbyeTables = false });
        yield return new(0, Header(PxarFormat.PayloadStart, 0), default, 0, 0);
        long at = PxarFormat.HeaderSize;
        while (await TryReadAsync(reader, cancellationToken).ConfigureAwait(false))
        {
            if (reader.Event != PxarReaderEvent.Entry || reader.Entry.Payload is not { } place || place.Position < at || place.End > size)
                continue;
            yield return new(place.Position, Header(PxarFormat.Payload, place.Length), reader.GetPath(), 0, place.Length);
            at = place.End;
        }

        if (at <= size - PxarFormat.HeaderSize)
            yield return new(size - PxarFormat.HeaderSize, Header(PxarFormat.PayloadTail, 0), default, 0, 0);
    }

    private static async ValueTask<bool> TryReadAsync(PxarReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception damage) when (damage is ProxmoxProtocolException or MissingChunkException)
        {
            // The restore itself comes to it, and tells.
            return false;
        }
    }

    private static byte[] Header(ulong type, long length)
    {
        byte[] header = new byte[PxarFormat.HeaderSize];
        BinaryPrimitives.WriteUInt64LittleEndian(header, type);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(8), length + PxarFormat.HeaderSize);
        return header;
    }
}
