using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Snapshots;

namespace ProxSharp.Backup.Reading.Archives;

/// <summary>Puts a split archive together to one of version 1, from front to back.</summary>
internal static class SplitJoiner
{
    public static async Task JoinAsync(
        ChunkedFile metadata,
        ChunkedFile payload,
        Stream destination,
        ProgressReporter progress,
        CancellationToken cancellationToken)
    {
        HashSet<long> linked = await FindLinkTargetsAsync(metadata, cancellationToken).ConfigureAwait(false);
        Stream names = metadata.OpenStream(eager: true);
        Stream contents = new ProgressStream(payload.OpenStream(eager: true), progress);
        await using (names.ConfigureAwait(false))
        await using (contents.ConfigureAwait(false))
        {
            using PxarReader reader = new(names, contents);
            await CopyAsync(reader, linked, destination, cancellationToken).ConfigureAwait(false);
            progress.Complete();
        }
    }

    /// <summary>Where the files stand that have more names. A first way through the names costs little, and saves remembering all files.</summary>
    private static async Task<HashSet<long>> FindLinkTargetsAsync(ChunkedFile metadata, CancellationToken cancellationToken)
    {
        HashSet<long> targets = [];
        Stream names = metadata.OpenStream(eager: true);
        await using (names.ConfigureAwait(false))
        {
            using PxarReader reader = new(names);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                if (reader.Entry.Kind == PxarEntryKind.HardLink)
                    targets.Add(reader.Entry.LinkPosition);
            }
        }

        return targets;
    }

    private static async Task CopyAsync(PxarReader reader, HashSet<long> linked, Stream destination, CancellationToken cancellationToken)
    {
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        PxarWriter writer = PxarWriter.Create(destination, reader.Entry.Metadata!);
        Dictionary<long, PxarLinkTarget> targets = [];
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            PxarEntry entry = reader.Entry;
            if (reader.Event == PxarReaderEvent.Entry)
            {
                await PutAsync(writer, reader, targets, cancellationToken).ConfigureAwait(false);
                if (linked.Contains(entry.Position) && entry.Kind == PxarEntryKind.File)
                    targets[entry.Position] = writer.GetLastFile();
            }
            else if (!entry.Name.IsRoot)
            {
                await writer.EndDirectoryAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        await writer.FinishAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task PutAsync(PxarWriter writer, PxarReader reader, Dictionary<long, PxarLinkTarget> targets, CancellationToken cancellationToken)
    {
        try
        {
            await WriteAsync(writer, reader, targets, cancellationToken).ConfigureAwait(false);
        }
        catch (ArgumentException exception)
        {
            // A damaged archive may hold what no writer takes, for example the mode of a directory for a file.
            string message = $"The entry {reader.Entry.Name} cannot be written: {exception.Message}";
            throw new ProxmoxProtocolException(message, exception) { Offset = reader.Entry.Position };
        }
    }

    private static async Task WriteAsync(PxarWriter writer, PxarReader reader, Dictionary<long, PxarLinkTarget> targets, CancellationToken cancellationToken)
    {
        PxarEntry entry = reader.Entry;
        switch (entry.Kind)
        {
            case PxarEntryKind.Directory:
                await writer.BeginDirectoryAsync(entry.Name, entry.Metadata!, cancellationToken).ConfigureAwait(false);
                break;
            case PxarEntryKind.File:
                await writer.WriteFileAsync(entry.Name, entry.Metadata!, entry.Length, reader.OpenContent(), cancellationToken).ConfigureAwait(false);
                break;
            case PxarEntryKind.Symlink:
                await writer.WriteSymlinkAsync(entry.Name, entry.Metadata!, entry.LinkTarget, cancellationToken).ConfigureAwait(false);
                break;
            case PxarEntryKind.HardLink when targets.TryGetValue(entry.LinkPosition, out PxarLinkTarget? target):
                await writer.WriteHardLinkAsync(entry.Name, target, cancellationToken).ConfigureAwait(false);
                break;
            case PxarEntryKind.HardLink:
                throw new ProxmoxProtocolException($"The hard link {entry.Name} does not lead to a file that stands before it.") { Offset = entry.Position };
            case PxarEntryKind.CharacterDevice or PxarEntryKind.BlockDevice:
                await writer.WriteDeviceAsync(entry.Name, entry.Metadata!, entry.DeviceMajor, entry.DeviceMinor, cancellationToken).ConfigureAwait(false);
                break;
            default:
                await writer.WriteSpecialAsync(entry.Name, entry.Metadata!, cancellationToken).ConfigureAwait(false);
                break;
        }
    }
}
