namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>One entry of an archive, as it stands there.</summary>
public sealed class PxarEntry
{
    internal PxarEntry(PxarName name, PxarEntryKind kind, long position)
    {
        Name = name;
        Kind = kind;
        Position = position;
    }

    /// <summary>The name; empty for the root.</summary>
    public PxarName Name { get; }

    /// <summary>What the entry is.</summary>
    public PxarEntryKind Kind { get; }

    /// <summary>
    /// Where the entry begins in the archive (with its file name), in bytes from the start. The root begins with its metadata.
    /// </summary>
    public long Position { get; }

    /// <summary>Owner, mode, times and so on; null for a hard link, which shares those of its target.</summary>
    public PxarMetadata? Metadata { get; internal init; }

    /// <summary>The length of a file's content in bytes; 0 for all other kinds.</summary>
    public long Length { get; internal init; }

    /// <summary>Where the content lies in the payload stream; null for all but the files of a split archive.</summary>
    public PxarPayloadReference? Payload { get; internal init; }

    /// <summary>
    /// What a symbolic link holds, or the path of a hard link's target from the root, without a leading slash; else empty.
    /// </summary>
    public ReadOnlyMemory<byte> LinkTarget { get; internal init; }

    /// <summary>For a hard link: the <see cref="Position"/> of the file it names; else 0.</summary>
    public long LinkPosition { get; internal init; }

    /// <summary>For a device: its major number.</summary>
    public ulong DeviceMajor { get; internal init; }

    /// <summary>For a device: its minor number.</summary>
    public ulong DeviceMinor { get; internal init; }

    /// <summary>Where the metadata begins: goodbye tables of directories point to it.</summary>
    internal long EntryPosition { get; init; }

    /// <summary>
    /// Where what follows the metadata begins: content in an archive of version 1, children of a directory, or the next entry.
    /// </summary>
    internal long HeadEnd { get; init; }

    /// <summary>Content bytes that follow the head in the same stream.</summary>
    internal long InlineLength => Payload is null ? Length : 0;

    /// <summary>The name and the kind.</summary>
    public override string ToString() => $"{Name} ({Kind})";
}
