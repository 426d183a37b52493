using System.Text;

namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>An extended attribute of a file.</summary>
public sealed class PxarXattr : IEquatable<PxarXattr>
{
    /// <summary>Creates an attribute.</summary>
    /// <param name="name">The whole name, for example <c>user.comment</c>: 1 to 255 bytes without NUL.</param>
    /// <param name="value">The value: at most 65 536 bytes.</param>
    /// <exception cref="ArgumentException">Name or value is too long, or the name is empty or has a NUL.</exception>
    public PxarXattr(ReadOnlyMemory<byte> name, ReadOnlyMemory<byte> value)
    {
        if (name.Length is 0 or > 255 || name.Span.Contains((byte)0))
            throw new ArgumentException("The name of an extended attribute has 1 to 255 bytes and no NUL.", nameof(name));
        if (name.Length + 1 + value.Length > PxarFormat.MaxXattrLength)
            throw new ArgumentException("The value of an extended attribute has at most 65536 bytes.", nameof(value));
        Name = name;
        Value = value;
    }

    /// <summary>Creates an attribute.</summary>
    /// <param name="name">The whole name, for example <c>user.comment</c>.</param>
    /// <param name="value">The value: at most 65 536 bytes.</param>
    /// <exception cref="ArgumentException">Name or value is too long, or the name is empty or has a NUL.</exception>
    public PxarXattr(string name, ReadOnlyMemory<byte> value)
        : this(Encoding.UTF8.GetBytes(name ?? throw new ArgumentNullException(nameof(name))), value)
    {
    }

    /// <summary>The whole name, for example <c>user.comment</c>.</summary>
    public ReadOnlyMemory<byte> Name { get; }

    /// <summary>The value.</summary>
    public ReadOnlyMemory<byte> Value { get; }

    /// <inheritdoc/>
    public bool Equals(PxarXattr? other) => other is not null && Name.Span.SequenceEqual(other.Name.Span) && Value.Span.SequenceEqual(other.Value.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PxarXattr);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(Name.Span);
        hash.AddBytes(Value.Span);
        return hash.ToHashCode();
    }

    /// <summary>The name, and how long the value is.</summary>
    public override string ToString() =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{PxarName.Text(Name.Span)} ({Value.Length} bytes)");
}
