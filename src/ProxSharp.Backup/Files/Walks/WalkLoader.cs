using ProxSharp.Backup.Files.Sources;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Walks;

/// <summary>Opens entries and reads their metadata, and of small files the content too.</summary>
internal sealed class WalkLoader(MetadataParts parts, WarningLog warnings)
{
    /// <summary>Files up to this length are read ahead whole.</summary>
    internal const int SmallFile = 256 * 1024;

    private readonly MetadataParts _parts = parts;
    private readonly WarningLog _warnings = warnings;

    /// <summary>Whether contents are read ahead. Default: true.</summary>
    internal bool ReadsContent { get; init; } = true;

    /// <summary>Reads metadata; what cannot be read is a warning.</summary>
    internal PxarMetadata ReadMetadata(IFileNode node, Func<byte[]> path) =>
        node.ReadMetadata(_parts, message => _warnings.Add(FileWarningKind.Metadata, path(), message));

    /// <summary>Loads an item. Nothing is thrown: what goes wrong is in the item.</summary>
    internal void Load(WalkItem item)
    {
        try
        {
            if (!Open(item))
                item.Skip();
            else
                item.Complete();
        }
        catch (Exception exception)
        {
            item.Fail(exception);
        }
        finally
        {
            item.Directory.Release();
        }
    }

    /// <summary>
    /// Ends the backup unless a failure concerns one entry only. Without file handles all others would fail too, and the backup would miss them; and what a
    /// failing device does not give must not become zeros, or nothing, in a backup that counts as good, takes the place of one, and is the next one's source.
    /// </summary>
    /// <exception cref="FileTreeException">It concerns more; the path is told.</exception>
    internal static void RequireLeftOut(FileTreeException exception, byte[] path)
    {
        if (exception.Fault is not (FileTreeFault.Exhausted or FileTreeFault.Damaged))
            return;
        string text = PxarName.Text(path);
        string next = exception.Fault == FileTreeFault.Damaged
            ? " The device below may be failing, or its file system be damaged: see what the kernel says. Without this path, if it is excluded, the rest is backed up."
            : "";
        throw new FileTreeException(exception.Fault, text, $"{text}: {exception.Message}{next}", exception);
    }

    /// <summary>Tells that an entry is left out.</summary>
    internal void Skipped(FileTreeException exception, byte[] path)
    {
        FileWarningKind kind = exception.Fault switch
        {
            FileTreeFault.Vanished => FileWarningKind.Vanished,
            FileTreeFault.Denied => FileWarningKind.Denied,
            FileTreeFault.OtherKind => FileWarningKind.Changed,
            _ => FileWarningKind.Unreadable,
        };
        _warnings.Add(kind, path, $"{exception.Message} It is left out.");
    }

    private bool Open(WalkItem item)
    {
        try
        {
            IFileNode node = item.Directory.Node.Open(new(item.Name, item.Hint));
            try
            {
                Fill(item, node);
                return true;
            }
            catch
            {
                node.Dispose();
                item.Dispose();
                throw;
            }
        }
        catch (FileTreeException exception)
        {
            RequireLeftOut(exception, item.Path);
            Skipped(exception, item.Path);
            return false;
        }
    }

    private void Fill(WalkItem item, IFileNode node)
    {
        if (node.Stat.Kind == PxarEntryKind.Directory)
            throw new FileTreeException(FileTreeFault.OtherKind, item.Name.ToString(), "It became a directory meanwhile.");
        item.SetNode(node, ReadMetadata(node, () => item.Path));
        if (node.Stat.Kind != PxarEntryKind.File || item.Reusable is not null || !ReadsContent)
            return;
        if (node.Stat.Length > SmallFile)
            node.Announce();
        else
            item.ReadContent();
    }
}
