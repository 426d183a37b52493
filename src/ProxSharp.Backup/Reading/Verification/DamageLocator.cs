using ProxSharp.Backup.Files.Extracts;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Archives;
using ProxSharp.Backup.Reading.Chunks;
using ProxSharp.Backup.Reading.Snapshots;

namespace ProxSharp.Backup.Reading.Verification;

/// <summary>Finds the files of a directory tree that lose bytes by damaged chunks, as far as the names can still be read.</summary>
internal sealed class DamageLocator(SnapshotReader reader, ChunkedFile file, IReadOnlyList<FileDamage> damages)
{
    private const int MostPaths = 1000;

    // What cannot be read of an entry begins with it, and reaches into the damage.
    private const int HeadOnly = 1024;

    private readonly List<string>[] _paths = [.. damages.Select(static _ => new List<string>())];
    private bool _lacksNames;

    public async Task<List<FileDamage>> LocateAsync(CancellationToken cancellationToken)
    {
        if (await OpenAsync(cancellationToken).ConfigureAwait(false) is (PxarArchive archive, bool inPayload))
            await VisitAsync(archive, inPayload, cancellationToken).ConfigureAwait(false);
        if (_lacksNames && file.File.Kind == SnapshotFileKind.Archive)
            await ReadInOrderAsync(cancellationToken).ConfigureAwait(false);
        return [.. damages.Select((damage, i) => damage with { AffectedPaths = _paths[i] })];
    }

    /// <summary>The archive whose contents lie in the damaged file; null if that is no part of one, or its names cannot be read at all.</summary>
    private async Task<OpenedArchive?> OpenAsync(CancellationToken cancellationToken)
    {
        ChunkedFile names = file;
        if (file.File.Kind == SnapshotFileKind.SplitPayload)
        {
            bool IsOurs(SnapshotFile other) => other.Kind == SnapshotFileKind.SplitMetadata && SnapshotNames.PayloadOf(other) == file.File.StoredName;
            if (reader.Files.FirstOrDefault(IsOurs) is not { } metadata)
                return null;
            names = await reader.OpenChunkedAsync(metadata, cancellationToken).ConfigureAwait(false);
        }
        else if (file.File.Kind is not (SnapshotFileKind.Archive or SnapshotFileKind.SplitMetadata))
        {
            return null;
        }

        try
        {
            PxarArchive archive = await PxarArchive.OpenAsync(names.OpenSource(), null, cancellationToken).ConfigureAwait(false);
            return new OpenedArchive(archive, names != file);
        }
        catch (Exception exception) when (IsDamage(exception))
        {
            _paths[0].Add("/");
            _lacksNames = true;
            return null;
        }
    }

    private async Task VisitAsync(PxarArchive archive, bool inPayload, CancellationToken cancellationToken)
    {
        NameTree? names = FindNames(archive);
        Stack<(PxarNode Node, byte[] Path)> open = new([(archive.Root, [])]);
        long left = file.Index.Size;
        while (open.TryPop(out (PxarNode Node, byte[] Path) directory))
        {
            try
            {
                IReadOnlyList<PxarPlace> places = await archive.ReadPlacesAsync(directory.Node, cancellationToken).ConfigureAwait(false);
                Lazy<Task<ILookup<ulong, KnownName>>> known = new(() => ListKnownAsync(names, directory.Path, cancellationToken));
                foreach (PxarPlace place in places)
                {
                    if (await ReadAsync(archive, directory.Node, place, cancellationToken).ConfigureAwait(false) is not { } child)
                        NoteUnread(directory.Path, place, await known.Value.ConfigureAwait(false));
                    else if (child.Kind == PxarEntryKind.Directory && left-- > 0)
                        open.Push((child, ArchivePath.Join(directory.Path, child.Name)));
                    else
                        await NoteAsync(archive, ArchivePath.Join(directory.Path, child.Name), child, inPayload, cancellationToken).ConfigureAwait(false);
                }
            }
            catch (Exception exception) when (IsDamage(exception))
            {
                NoteDirectory(directory.Path, OffsetOf(exception) ?? directory.Node.Entry.Position);
            }
        }
    }

    private static bool IsDamage(Exception exception) => exception is ProxmoxProtocolException or MissingChunkException;

    private static long? OffsetOf(Exception exception) =>
        exception is MissingChunkException missing ? missing.Offset : (exception as ProxmoxProtocolException)?.Offset;

    /// <summary>Reads a child; null if it is damaged.</summary>
    private static async ValueTask<PxarNode?> ReadAsync(PxarArchive archive, PxarNode directory, PxarPlace place, CancellationToken cancellationToken)
    {
        try
        {
            return await archive.ReadChildAsync(directory, place, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsDamage(exception))
        {
            return null;
        }
    }

    /// <summary>The catalog still has the names of entries that cannot be read. Split archives have none.</summary>
    private NameTree? FindNames(PxarArchive archive)
    {
        SnapshotFile? catalog = reader.Files.FirstOrDefault(static other => other.Kind == SnapshotFileKind.Catalog);
        return file.File.Kind == SnapshotFileKind.Archive && catalog is not null
            ? new(reader, file.File, catalog, new PxarTree(archive, file.Index.Size))
            : null;
    }

    private static async Task<ILookup<ulong, KnownName>> ListKnownAsync(
        NameTree? names, byte[] directory, CancellationToken cancellationToken)
    {
        IReadOnlyList<ArchiveEntry>? list = names is null
            ? null
            : await names.ListKnownAsync(directory, null, cancellationToken).ConfigureAwait(false);
        return (list ?? []).ToLookup(
            static entry => PxarPlace.HashOf(entry.Name), static entry => new KnownName(entry.Name, entry.Kind == PxarEntryKind.Directory));
    }

    private void NoteUnread(byte[] directory, PxarPlace place, ILookup<ulong, KnownName> known)
    {
        if (!known.Contains(place.NameHash))
            NoteDirectory(directory, place.Start);
        foreach ((PxarName name, bool isDirectory) in known[place.NameHash])
        {
            byte[] path = ArchivePath.Join(directory, name);

            // All in a directory is lost with its head, whatever chunks it stands in.
            Note(isDirectory ? [.. path, (byte)'/'] : path, place.Start, isDirectory ? HeadOnly : place.End - place.Start);
        }
    }

    /// <summary>
    /// Names what comes before the damage: the tables of directories, which stand behind what they list, are lost, and the entries themselves are not.
    /// </summary>
    private async Task ReadInOrderAsync(CancellationToken cancellationToken)
    {
        ChunkStream stream = file.OpenStream();
        await using (stream.ConfigureAwait(false))
        {
            using PxarReader archive = new(stream);
            try
            {
                while (await archive.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    if (archive is { Event: PxarReaderEvent.Entry, Entry.Kind: PxarEntryKind.File })
                        Note(archive.GetPath(), archive.Position, archive.Entry.Length);
                }
            }
            catch (Exception exception) when (IsDamage(exception))
            {
                // This is the damage, which is known; there is no way to what comes behind it.
            }
        }
    }

    private async ValueTask NoteAsync(PxarArchive archive, byte[] path, PxarNode node, bool inPayload, CancellationToken cancellationToken)
    {
        if (node.Kind is not (PxarEntryKind.File or PxarEntryKind.HardLink))
            return;
        try
        {
            PxarNode target = await archive.ResolveHardLinkAsync(node, cancellationToken).ConfigureAwait(false);
            PxarContentRange range = PxarArchive.GetContentRange(target);
            if (range.InPayload == inPayload)
                Note(path, range.Position, range.Length);
        }
        catch (Exception exception) when (IsDamage(exception))
        {
            // The file that the link names cannot be read, so the link is lost with it.
            Note(path, node.Entry.LinkPosition, HeadOnly);
        }
    }

    private void Note(byte[] path, long position, long length)
    {
        string text = $"/{PxarName.Escape(path)}";
        for (int i = 0; i < damages.Count; i++)
        {
            bool overlaps = position < damages[i].End && position + length > damages[i].Start;
            if (overlaps)
                Add(i, text);
        }
    }

    private void NoteDirectory(byte[] path, long position)
    {
        _lacksNames = true;
        for (int i = 0; i < damages.Count; i++)
        {
            if (position >= damages[i].Start && position < damages[i].End)
                Add(i, path.Length == 0 ? "/" : $"/{PxarName.Escape(path)}/");
        }
    }

    private void Add(int damage, string text)
    {
        if (_paths[damage].Count < MostPaths && !_paths[damage].Contains(text))
            _paths[damage].Add(text);
    }

    private sealed record OpenedArchive(PxarArchive Archive, bool InPayload);
}
