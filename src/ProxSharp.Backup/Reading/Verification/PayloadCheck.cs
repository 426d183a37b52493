using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Snapshots;

namespace ProxSharp.Backup.Reading.Verification;

/// <summary>Holds the references of a split archive against its contents, whose chunks are right: only the headers that they lead to are read.</summary>
internal static class PayloadCheck
{
    /// <summary>Looks for references that lead to no content.</summary>
    /// <param name="names">The names; how far they can be read is told of them.</param>
    /// <param name="payload">The contents.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>Null if all is right.</returns>
    public static async Task<FileDamage?> FindAsync(ChunkedFile names, ChunkedFile payload, CancellationToken cancellationToken)
    {
        RandomAccessSource source = payload.OpenSource();
        StructureFaults faults = new(source.Length);
        await CheckEndsAsync(source, faults, cancellationToken).ConfigureAwait(false);
        Stream stream = names.OpenStream();
        await using (stream.ConfigureAwait(false))
        {
            using PxarReader reader = new(stream);
            long end = PxarFormat.HeaderSize;
            List<long> lost = [];
            while (await TryReadAsync(reader, cancellationToken).ConfigureAwait(false))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (reader.Event != PxarReaderEvent.Entry)
                    continue;
                // All names of a file are lost with its content.
                if (reader.Entry.Kind == PxarEntryKind.HardLink && lost.BinarySearch(reader.Entry.LinkPosition) >= 0)
                    faults.AddName(reader.GetPath());
                if (reader.Entry.Payload is not { } reference)
                    continue;
                if (await WhyNotAsync(source, reference, end, cancellationToken).ConfigureAwait(false) is { } problem)
                {
                    faults.Add(reader.GetPath(), reference.Position, Fits(reference, source.Length) ? reference.End : source.Length, problem);
                    lost.Add(reader.Entry.Position);
                }
                else
                {
                    end = reference.End;
                }
            }
        }

        return faults.ToDamage();
    }

    private static async ValueTask<bool> TryReadAsync(PxarReader names, CancellationToken cancellationToken)
    {
        try
        {
            return await names.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is ProxmoxProtocolException or Chunks.MissingChunkException)
        {
            return false;
        }
    }

    // Behind all contents stands a mark.
    private static bool Fits(PxarPayloadReference reference, long size) =>
        reference.Position <= size - (2 * PxarFormat.HeaderSize) && reference.Length <= size - PxarFormat.HeaderSize - reference.ContentPosition;

    private static async ValueTask<string?> WhyNotAsync(RandomAccessSource source, PxarPayloadReference reference, long end, CancellationToken cancellationToken)
    {
        if (!Fits(reference, source.Length))
            return "The content lies behind the end of the payload stream.";
        if (reference.Position < end)
            return "The archive refers back in the payload stream, to what comes before the end of another content.";
        byte[] header = new byte[PxarFormat.HeaderSize];
        await source.ReadAllAsync(reference.Position, header, cancellationToken).ConfigureAwait(false);
        return Problem(() => PxarPayloadCursor.VerifyHeader(header, reference));
    }

    private static async Task CheckEndsAsync(RandomAccessSource source, StructureFaults faults, CancellationToken cancellationToken)
    {
        byte[] header = new byte[PxarFormat.HeaderSize];
        await source.ReadAllAsync(0, header, cancellationToken).ConfigureAwait(false);
        if (Problem(() => PxarPayloadCursor.VerifyStart(header)) is { } start)
            faults.Add(null, 0, header.Length, start);
        long tail = Math.Max(0, source.Length - header.Length);
        await source.ReadAllAsync(tail, header, cancellationToken).ConfigureAwait(false);
        if (Problem(() => PxarPayloadCursor.VerifyTail(header, tail)) is { } end)
            faults.Add(null, tail, source.Length, end);
    }

    private static string? Problem(Action verify)
    {
        try
        {
            verify();
            return null;
        }
        catch (ProxmoxProtocolException exception)
        {
            return exception.Message;
        }
    }
}
