namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>What a directory's goodbye table says about one child.</summary>
/// <param name="Hash">The hash of the name.</param>
/// <param name="Position">Where the child begins.</param>
/// <param name="Size">How many bytes it has in the archive.</param>
/// <param name="PayloadSize">
/// Proxmox: the table of a split archive adds the length of a file's content to its size if that content was written anew.
/// </param>
internal readonly record struct GoodbyeChild(ulong Hash, long Position, long Size, long PayloadSize);
