using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Sources;

/// <summary>An open entry of a tree. A directory may be used by several threads at once; anything else by one.</summary>
internal interface IFileNode : IDisposable
{
    /// <summary>What was there when it was opened.</summary>
    FileStat Stat { get; }

    /// <summary>Whether a directory is of a virtual file system.</summary>
    bool IsVirtual { get; }

    /// <summary>The names in a directory, in any order, without "." and "..".</summary>
    /// <exception cref="FileTreeException">Reading failed.</exception>
    List<FileName> List();

    /// <summary>Opens what a name of this directory stands for; links themselves, not what they lead to.</summary>
    /// <exception cref="FileTreeException">There is nothing any more, or it cannot be read.</exception>
    IFileNode Open(FileName name);

    /// <summary>Opens what a name of this directory leads to, through links; their target may lie anywhere, but is not read from unless it is a file.</summary>
    /// <exception cref="FileTreeException">There is nothing, or it cannot be read.</exception>
    IFileNode OpenTarget(FileName name);

    /// <summary>Reads the metadata. What cannot be read is told and left out.</summary>
    PxarMetadata ReadMetadata(MetadataParts parts, Action<string> failed);

    /// <summary>Reads content of a regular file.</summary>
    /// <returns>How many bytes; 0 at the end.</returns>
    /// <exception cref="FileTreeException">Reading failed.</exception>
    int Read(long position, Span<byte> destination);

    /// <summary>What a symbolic link holds.</summary>
    /// <exception cref="FileTreeException">Reading failed.</exception>
    byte[] ReadLink();

    /// <summary>Says that the content of a file will be read soon, from its start.</summary>
    void Announce();

    /// <summary>What is there now.</summary>
    FileStat Refresh();
}
