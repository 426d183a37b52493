using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Chunks;

namespace ProxSharp.Backup.Reading.Archives;

/// <summary>Follows hard links of archives that can be read anywhere. They name a file twice, by its place and by its path, and both must be the same.</summary>
internal static class HardLinks
{
    /// <summary>Finds the file that a hard link names; any other entry is given back as it is.</summary>
    /// <returns>Null if the link does not lead to the file it names.</returns>
    public static async ValueTask<PxarNode?> ResolveAsync(PxarArchive archive, PxarNode node, CancellationToken cancellationToken)
    {
        if (node.Kind != PxarEntryKind.HardLink)
            return node;
        PxarNode target;
        try
        {
            target = await archive.ResolveHardLinkAsync(node, cancellationToken).ConfigureAwait(false);
        }
        catch (ProxmoxProtocolException)
        {
            return null;
        }

        try
        {
            PxarNode? named = await archive.FindAsync(node.Entry.LinkTarget, cancellationToken).ConfigureAwait(false);
            return named?.Entry.Position == target.Entry.Position ? target : null;
        }
        catch (Exception exception) when (exception is ProxmoxProtocolException or MissingChunkException)
        {
            // A directory on the way is damaged, and the file is not.
            return target;
        }
    }
}
