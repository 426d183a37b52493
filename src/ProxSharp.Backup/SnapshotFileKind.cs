namespace ProxSharp.Backup;

/// <summary>What a file of a snapshot holds.</summary>
public enum SnapshotFileKind
{
    /// <summary>A directory tree in one stream: <c>.pxar</c>.</summary>
    Archive,

    /// <summary>The names and metadata of a directory tree whose contents lie in a second stream: <c>.mpxar</c>.</summary>
    SplitMetadata,

    /// <summary>The contents of a directory tree: <c>.ppxar</c>.</summary>
    SplitPayload,

    /// <summary>The names of all archives of one stream: <c>catalog.pcat1</c>.</summary>
    Catalog,

    /// <summary>A disk image: <c>.img</c>.</summary>
    Image,

    /// <summary>A small file, such as a configuration, a log or a key.</summary>
    Blob,

    /// <summary>Something else that is stored in chunks.</summary>
    Other,
}
