using ProxSharp.Backup.Files.Sources;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Targets;

/// <summary>An open regular file to restore into, or to compare with. All methods throw <see cref="FileTreeException"/>.</summary>
internal interface ITargetFile : IDisposable
{
    /// <summary>What the file system says about this very file, whatever has its name now.</summary>
    FileStat Stat { get; }

    /// <summary>
    /// Keeps other restores from writing to this very file until it is closed; false if one of them does. Where the file system cannot tell, none does.
    /// </summary>
    bool TryLock();

    /// <summary>Whether it has metadata already; false as well if that cannot be seen.</summary>
    bool Has(PxarMetadata metadata, MetadataParts parts);

    /// <summary>Sets attributes that must be there before content comes.</summary>
    void Prepare(PxarMetadata metadata, MetadataParts parts, MetadataReport report);

    /// <summary>Reads content. Returns how many bytes; 0 at the end.</summary>
    int Read(long position, Span<byte> destination);

    /// <summary>Writes content.</summary>
    void Write(long position, ReadOnlySpan<byte> source);

    /// <summary>Sets the length; what was not written becomes a hole.</summary>
    void SetLength(long length);

    /// <summary>Sets the metadata, but for attributes that hinder a renaming.</summary>
    void Apply(PxarMetadata metadata, MetadataParts parts, MetadataReport report);

    /// <summary>Sets the file attributes, when the file is in its place.</summary>
    void Seal(PxarMetadata metadata, MetadataParts parts, MetadataReport report);
}
