namespace ProxSharp.Pbs.Backups;

/// <summary>What an entry of a catalog is. Servers may know more kinds than those named here.</summary>
/// <param name="value">The letter that stands for it.</param>
public readonly struct ArchiveEntryKind(string value) : IEquatable<ArchiveEntryKind>
{
    /// <summary>A directory, or an archive: <c>d</c>.</summary>
    public static ArchiveEntryKind Directory => new("d");

    /// <summary>A file: <c>f</c>.</summary>
    public static ArchiveEntryKind File => new("f");

    /// <summary>A symbolic link: <c>l</c>.</summary>
    public static ArchiveEntryKind SymbolicLink => new("l");

    /// <summary>A further name of a file: <c>h</c>.</summary>
    public static ArchiveEntryKind HardLink => new("h");

    /// <summary>A block device: <c>b</c>.</summary>
    public static ArchiveEntryKind BlockDevice => new("b");

    /// <summary>A character device: <c>c</c>.</summary>
    public static ArchiveEntryKind CharacterDevice => new("c");

    /// <summary>A named pipe: <c>p</c>.</summary>
    public static ArchiveEntryKind Pipe => new("p");

    /// <summary>A socket: <c>s</c>.</summary>
    public static ArchiveEntryKind Socket => new("s");

    /// <summary>The letter.</summary>
    public string Value => value ?? "";

    /// <summary>Compares two kinds.</summary>
    public static bool operator ==(ArchiveEntryKind left, ArchiveEntryKind right) => left.Equals(right);

    /// <summary>Compares two kinds.</summary>
    public static bool operator !=(ArchiveEntryKind left, ArchiveEntryKind right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(ArchiveEntryKind other) => Value == other.Value;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ArchiveEntryKind other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode(StringComparison.Ordinal);

    /// <summary>Returns the letter.</summary>
    public override string ToString() => Value;
}
