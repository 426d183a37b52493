namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>A regular file that was written, as the target of hard links.</summary>
public sealed class PxarLinkTarget
{
    internal PxarLinkTarget(long position, ReadOnlyMemory<byte> path)
    {
        Position = position;
        Path = path;
    }

    /// <summary>Where the file's entry begins in the archive.</summary>
    public long Position { get; }

    /// <summary>The path of the file from the root, without a leading slash.</summary>
    public ReadOnlyMemory<byte> Path { get; }
}
