using System.Text;

namespace ProxSharp.Pbs.Backups;

/// <summary>
/// A file or directory in a snapshot as the server's catalog names it: the stored name of an archive, then the path in it, for example
/// <c>root.pxar.didx/etc/hosts</c>. Names are bytes and need not be valid text.
/// </summary>
public readonly struct ArchivePath : IEquatable<ArchivePath>
{
    private readonly byte[]? _bytes;

    private ArchivePath(byte[] bytes) => _bytes = bytes;

    /// <summary>The list of the archives of a snapshot.</summary>
    public static ArchivePath Root => default;

    /// <summary>True if this is the list of the archives.</summary>
    public bool IsRoot => _bytes is not { Length: > 0 };

    /// <summary>The bytes of the path, without a slash in front; none for the list of the archives.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    // Proxmox: the root is a plain slash, everything else is base64.
    internal string Wire => IsRoot ? "/" : Convert.ToBase64String(_bytes!);

    /// <summary>Makes a path of text.</summary>
    /// <param name="path">The path; slashes at its ends do not count.</param>
    public static ArchivePath Parse(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return FromBytes(Encoding.UTF8.GetBytes(path.Trim('/')));
    }

    /// <summary>Makes a path of bytes, such as a name that is no valid text.</summary>
    /// <param name="path">The bytes, without a slash in front.</param>
    public static ArchivePath FromBytes(ReadOnlySpan<byte> path) => new(path.ToArray());

    /// <summary>Compares the bytes.</summary>
    public static bool operator ==(ArchivePath left, ArchivePath right) => left.Equals(right);

    /// <summary>Compares the bytes.</summary>
    public static bool operator !=(ArchivePath left, ArchivePath right) => !left.Equals(right);

    /// <summary>Returns a path below this one.</summary>
    /// <param name="name">The name, or several with slashes between them.</param>
    public ArchivePath Append(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        byte[] rest = Encoding.UTF8.GetBytes(name.Trim('/'));
        return new ArchivePath(IsRoot ? rest : [.. _bytes!, (byte)'/', .. rest]);
    }

    /// <inheritdoc/>
    public bool Equals(ArchivePath other) => Bytes.Span.SequenceEqual(other.Bytes.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ArchivePath other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode code = default;
        code.AddBytes(Bytes.Span);
        return code.ToHashCode();
    }

    /// <summary>Returns the path with a slash in front. Bytes that are no valid text are replaced.</summary>
    public override string ToString() => "/" + Encoding.UTF8.GetString(Bytes.Span);

    internal static bool TryReadWire(string text, out ArchivePath path)
    {
        byte[] bytes = new byte[(text.Length * 3 / 4) + 3];
        bool read = Convert.TryFromBase64String(text, bytes, out int length);
        // Proxmox: the list of archives has a slash in front of its paths, the lists below have none.
        path = read ? FromBytes(bytes.AsSpan(0, length).TrimStart((byte)'/')) : default;
        return read;
    }
}
