using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Extracts;

/// <summary>
/// Sees that the contents of a split archive are taken in order. Files that share a content, or whose contents run back, are no archive of Proxmox: a reader
/// that goes from front to back refuses them, and who looks files up would restore a content of another file.
/// </summary>
internal sealed class PayloadOrder
{
    private long _end;

    /// <summary>Notes that the content of a file is taken.</summary>
    /// <param name="file">The file; of those taken before, none may lie behind it.</param>
    /// <exception cref="ProxmoxProtocolException">The content begins before the end of one that was taken.</exception>
    internal void Follow(PxarEntry file)
    {
        if (file.Payload is not { } reference)
            return;
        if (reference.Position < _end)
        {
            throw new ProxmoxProtocolException($"The archive is damaged: \"{file.Name}\" refers back to a content that belongs to a file before it.")
            {
                Offset = file.Position,
            };
        }

        _end = reference.End;
    }
}
