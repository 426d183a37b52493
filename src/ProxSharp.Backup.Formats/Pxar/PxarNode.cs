namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>An entry that was found in a <see cref="PxarArchive"/>.</summary>
public sealed class PxarNode
{
    internal PxarNode(PxarEntry entry, long end)
    {
        Entry = entry;
        End = end;
    }

    /// <summary>The entry as it stands in the archive.</summary>
    public PxarEntry Entry { get; }

    /// <summary>The name; empty for the root.</summary>
    public PxarName Name => Entry.Name;

    /// <summary>What the entry is.</summary>
    public PxarEntryKind Kind => Entry.Kind;

    /// <summary>For a directory: where it ends, which is behind its goodbye table.</summary>
    internal long End { get; }

    /// <summary>The name and the kind.</summary>
    public override string ToString() => Entry.ToString();
}
