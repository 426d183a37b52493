namespace ProxSharp.Backup.Reading.Archives;

/// <summary>The entries of an archive, from the archive itself or from the catalog.</summary>
internal interface IArchiveTree
{
    /// <summary>The most entries that an honest tree can have.</summary>
    long MostEntries { get; }

    /// <summary>Finds an entry; null if there is none. The empty path is the root.</summary>
    ValueTask<ArchiveEntry?> FindAsync(ReadOnlyMemory<byte> path, CancellationToken cancellationToken);

    /// <summary>The children of a directory of this tree, in the order of the archive.</summary>
    IAsyncEnumerable<ArchiveEntry> ListAsync(ArchiveEntry directory, CancellationToken cancellationToken);

    /// <summary>The children of a directory of this tree, in the order of their names. What was given is not kept.</summary>
    IAsyncEnumerable<ArchiveEntry> ListSortedAsync(ArchiveEntry directory, CancellationToken cancellationToken);
}
