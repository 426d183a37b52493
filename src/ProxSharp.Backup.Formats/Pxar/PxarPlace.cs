namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>Where a child of a directory lies, as the goodbye table of the directory says.</summary>
/// <param name="NameHash">The hash of the child's name: see <see cref="HashOf"/>.</param>
/// <param name="Start">Where it begins in the archive, in bytes.</param>
/// <param name="End">Where it ends. In split archives this bounds a directory; for files it means nothing.</param>
public readonly record struct PxarPlace(ulong NameHash, long Start, long End)
{
    /// <summary>The size that the table says, which in a split archive may count the content; 0 if the place is not of a table.</summary>
    internal long Size { get; init; }

    /// <summary>The hash under which a name stands in goodbye tables. Different names can have the same.</summary>
    /// <param name="name">The name.</param>
    public static ulong HashOf(PxarName name) => PxarHash.Compute(name.Span);
}
