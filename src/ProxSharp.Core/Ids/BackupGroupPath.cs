using System.Diagnostics.CodeAnalysis;
using ProxSharp.Validation;

namespace ProxSharp.Ids;

/// <summary>The backups of one thing, written <c>type/id</c>, for example <c>vm/100</c>.</summary>
public readonly record struct BackupGroupPath : IParsable<BackupGroupPath>, ISpanFormattable
{
    private const int LongestId = 128;

    private readonly string? _id;

    /// <summary>Names a group.</summary>
    /// <param name="type">What is backed up.</param>
    /// <param name="id">Its id: letters, digits, <c>_</c>, and after the first also <c>.</c> and <c>-</c>.</param>
    /// <exception cref="FormatException">The id is none.</exception>
    public BackupGroupPath(BackupType type, string id)
    {
        if (!IsId(id))
        {
            throw IdText.Malformed(id, "backup id", "expected letters, digits, and after the first also dots and hyphens");
        }

        Type = type;
        _id = id;
    }

    /// <summary>What is backed up.</summary>
    public BackupType Type { get; }

    /// <summary>Its id: the number of a guest, or the name of a host.</summary>
    public string Id => _id ?? "";

    /// <summary>Reads <c>type/id</c>.</summary>
    /// <exception cref="FormatException">The text is no group.</exception>
    public static BackupGroupPath Parse(string s) => Parse(s, null);

    /// <inheritdoc/>
    public static BackupGroupPath Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out BackupGroupPath result) ? result : throw IdText.Malformed(s, "backup group", "expected type/id, for example vm/100");

    /// <summary>Reads <c>type/id</c>.</summary>
    /// <returns>False if the text is no group.</returns>
    public static bool TryParse([NotNullWhen(true)] string? s, out BackupGroupPath result) => TryParse(s, null, out result);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out BackupGroupPath result)
    {
        int slash = s?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        bool read = BackupType.TryParse(slash < 0 ? null : s![..slash], out BackupType type) && IsId(s.AsSpan(slash + 1));
        result = read ? new BackupGroupPath(type, s![(slash + 1)..]) : default;
        return read;
    }

    /// <summary>Returns <c>type/id</c>.</summary>
    public override string ToString() => $"{Type}/{Id}";

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        IdText.TryCopy(ToString(), destination, out charsWritten);

    private static bool IsId(ReadOnlySpan<char> text) => text.Length <= LongestId && IdFormats.IsSafeId(text);
}
