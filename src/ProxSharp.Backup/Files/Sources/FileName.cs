using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Sources;

/// <summary>A name in a directory.</summary>
/// <param name="Name">The name.</param>
/// <param name="Kind">What it stands for; null where the file system does not say so while listing.</param>
internal readonly record struct FileName(PxarName Name, PxarEntryKind? Kind);
