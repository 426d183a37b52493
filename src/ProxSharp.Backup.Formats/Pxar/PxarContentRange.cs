namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>Where the content of a file lies.</summary>
/// <param name="InPayload">Whether it lies in the payload stream of a split archive, not in the archive itself.</param>
/// <param name="Position">The position of the first byte.</param>
/// <param name="Length">The length in bytes.</param>
public readonly record struct PxarContentRange(bool InPayload, long Position, long Length);
