using ProxSharp.Backup.Files.Sources;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Targets;

/// <summary>
/// An open directory to restore into. All is done below this very directory, and no link is followed, whoever changes the tree meanwhile. Several threads may
/// use it. All methods throw <see cref="FileTreeException"/>.
/// </summary>
internal interface ITargetDirectory : IDisposable
{
    /// <summary>What a name stands for; null for nothing.</summary>
    FileStat? Find(PxarName name);

    /// <summary>What a symbolic link holds.</summary>
    byte[] ReadLink(PxarName name);

    /// <summary>Creates a directory.</summary>
    void MakeDirectory(PxarName name, uint mode);

    /// <summary>Opens a directory; fails if the name is a link or something else.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="unlocks">Lets entries in it be replaced, as <see cref="Unlock"/> does, even if its owner has forbidden himself to look into it.</param>
    ITargetDirectory Enter(PxarName name, bool unlocks = false);

    /// <summary>Creates a file; fails if the name exists.</summary>
    ITargetFile Create(PxarName name, uint mode);

    /// <summary>Opens an existing regular file for reading, and for writing if wanted; fails if the name is a link or something else.</summary>
    ITargetFile Open(PxarName name, bool write = false);

    /// <summary>Creates a symbolic link.</summary>
    void MakeSymlink(PxarName name, ReadOnlySpan<byte> target);

    /// <summary>Creates a further name of a file that lies in a directory of the same tree.</summary>
    void MakeLink(PxarName name, ITargetDirectory from, PxarName file);

    /// <summary>Creates a device, pipe or socket.</summary>
    void MakeNode(PxarName name, PxarEntry entry, uint mode);

    /// <summary>
    /// A name for an entry that is to replace another one. Until this directory is disposed, nobody else takes what has such a name for abandoned.
    /// </summary>
    PxarName NameTemporary();

    /// <summary>
    /// Deletes what a restore that was killed left here under temporary names. Nothing is deleted while another restore may have entries under such names, or
    /// where the file system cannot tell.
    /// </summary>
    /// <returns>The names of what restores that were broken off left here to be gone on with.</returns>
    IReadOnlyList<PxarName> DeleteAbandoned();

    /// <summary>
    /// Deletes what restores that were broken off left here, as far as it is there still. Nothing is deleted while another restore may use it, or where the
    /// file system cannot tell.
    /// </summary>
    void DeleteKept(IReadOnlyList<PxarName> names);

    /// <summary>
    /// Lets entries be replaced in an existing directory that is immutable or append-only, or that its owner has write-protected, as far as the rights allow.
    /// It is so again when it is disposed, unless it got the metadata of an archive meanwhile.
    /// </summary>
    void Unlock();

    /// <summary>Renames an entry over another one, be that immutable or append-only, as far as the rights allow. Returns whether it was.</summary>
    bool Rename(PxarName from, PxarName to);

    /// <summary>Renames a file to a name that nothing has; fails if the name exists.</summary>
    void Move(PxarName from, PxarName to);

    /// <summary>Deletes what is no directory.</summary>
    void Delete(PxarName name);

    /// <summary>Sets the metadata of an entry that is neither file nor directory.</summary>
    void Apply(PxarName name, PxarMetadata metadata, MetadataParts parts, MetadataReport report);

    /// <summary>Sets the metadata of this directory.</summary>
    void Apply(PxarMetadata metadata, MetadataParts parts, MetadataReport report);
}
