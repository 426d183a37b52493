using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Archives;
using ProxSharp.Backup.Reading.Chunks;
using ProxSharp.Backup.Reading.Snapshots;

namespace ProxSharp.Backup.Reading.Verification;

/// <summary>Finds the files of a directory tree that lose bytes by damaged chunks, as far as the names can still be read.</summary>
internal sealed class DamageLocator(SnapshotReader reader, ChunkedFile file, IReadOnlyList<FileDamage> damages)
{
    private const int MostPaths = 100;
    private readonly List<string>[] _paths = [.. damages.Select(static _ => new List<string>())];
    private bool _lacksNames;

    public async Task<List<FileDamage>> LocateAsync(CancellationToken cancellationToken)
    {
        if (await OpenAsync(cancellationToken).ConfigureAwait(false) is (PxarArchive archive, bool inPayload))
            await VisitAsync(archive, archive.Root, [], inPayload, cancellationToken).ConfigureAwait(false);
        if (_lacksNames && file.File.Kind == SnapshotFileKind.Archive)
            await ReadInOrderAsync(cancellationToken).ConfigureAwait(false);
        return [.. damages.Select((damage, i) => damage with { AffectedPaths = _paths[i] })];
    }

    /// <summary>The archive whose contents lie in the damaged file; null if that is no part of one, or its names cannot be read at all.</summary>
    private async Task<(PxarArchive Archive, bool InPayload)?> OpenAsync(CancellationToken cancellationToken)
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
            return (archive, names != file);
        }
        catch (Exception exception) when (exception is ProxmoxProtocolException or MissingChunkException)
        {
            _paths[0].Add("/");
            _lacksNames = true;
            return null;
        }
    }

    private async Task VisitAsync(PxarArchive archive, PxarNode root, byte[] rootPath, bool inPayload, CancellationToken cancellationToken)
    {
        Stack<(PxarNode Node, byte[] Path)> open = new([(root, rootPath)]);
        long left = file.Index.Size;
        while (open.TryPop(out (PxarNode Node, byte[] Path) directory))
        {
            try
            {
                await foreach (PxarNode child in archive.ListAsync(directory.Node, cancellationToken).ConfigureAwait(false))
                {
                    byte[] path = ArchivePath.Join(directory.Path, child.Name);
                    if (child.Kind == PxarEntryKind.Directory && left-- > 0)
                        open.Push((child, path));
                    else if (child.Kind == PxarEntryKind.File)
                        Note(path, child, inPayload);
                }
            }
            catch (ProxmoxProtocolException exception)
            {
                NoteDirectory(directory.Path, exception.Offset ?? directory.Node.Entry.Position);
            }
            catch (MissingChunkException exception)
            {
                NoteDirectory(directory.Path, exception.Offset ?? directory.Node.Entry.Position);
            }
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
            catch (Exception exception) when (exception is ProxmoxProtocolException or MissingChunkException)
            {
                // This is the damage, which is known; there is no way to what comes behind it.
            }
        }
    }

    private void Note(byte[] path, PxarNode node, bool inPayload)
    {
        PxarContentRange range = PxarArchive.GetContentRange(node);
        if (range.InPayload == inPayload)
            Note(path, range.Position, range.Length);
    }

    private void Note(byte[] path, long position, long length)
    {
        string text = $"/{PxarName.Escape(path)}";
        for (int i = 0; i < damages.Count; i++)
        {
            bool overlaps = position < damages[i].End && position + length > damages[i].Start;
            if (overlaps && _paths[i].Count < MostPaths && !_paths[i].Contains(text))
                _paths[i].Add(text);
        }
    }

    private void NoteDirectory(byte[] path, long position)
    {
        _lacksNames = true;
        for (int i = 0; i < damages.Count; i++)
        {
            if (position >= damages[i].Start && position < damages[i].End && _paths[i].Count < MostPaths)
                _paths[i].Add(path.Length == 0 ? "/" : $"/{PxarName.Escape(path)}/");
        }
    }
}
