namespace ProxSharp.Backup.Reading.Comparison;

/// <summary>How two directory trees are compared.</summary>
public sealed record CompareOptions
{
    /// <summary>The defaults: by catalogs where there are some.</summary>
    public static CompareOptions Default { get; } = new();

    /// <summary>
    /// Reads all metadata from the archives, so that modes, owners, link targets, attributes, times of directories and parts of seconds are compared too.
    /// Without it only what catalogs have counts: names and kinds, and lengths and times of files. Of archives of one stream that is much less to fetch; of
    /// split archives it is the same, and so is what is told. Default: false.
    /// </summary>
    public bool WithMetadata { get; init; }

    /// <summary>
    /// Also compares the contents of files whose lengths are equal. What lies in the same chunks in both snapshots is equal, and is not fetched; all else is
    /// fetched from both. A hard link counts as the file that it leads to, even outside of <see cref="Path"/>: a separate file with the same content in its
    /// place is no change. Without contents that is a change of the kind. Default: false.
    /// </summary>
    public bool WithContents { get; init; }

    /// <summary>The directory to compare; the empty path, which is the default, is the root.</summary>
    public string Path { get; init; } = "";
}
