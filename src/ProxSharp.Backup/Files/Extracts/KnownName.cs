using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Extracts;

/// <summary>A name in a directory that is known without reading the archive.</summary>
internal sealed record KnownName(PxarName Name, bool IsDirectory);
