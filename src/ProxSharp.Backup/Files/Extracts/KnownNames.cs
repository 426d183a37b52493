using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Extracts;

/// <summary>What is known of the names in a directory without reading the archive; null if nothing is.</summary>
/// <param name="directory">The path of the directory, without a leading slash; empty for the root.</param>
/// <param name="cancellationToken">Stops reading.</param>
internal delegate ValueTask<IReadOnlyList<KnownName>?> KnownNames(ReadOnlyMemory<byte> directory, CancellationToken cancellationToken);
