using System.Diagnostics.CodeAnalysis;
using ProxSharp.Validation;

namespace ProxSharp.Ids;

/// <summary>The name of a storage: a letter, then letters, digits, hyphens, underscores and dots, at least two characters.</summary>
public readonly record struct StorageId : IParsable<StorageId>, ISpanFormattable
{
    private const string Kind = "storage id";
    private const string Expected = "expected a letter followed by letters, digits, - _ or ., ending in a letter or digit";

    private readonly string? _value;

    private StorageId(string value) => _value = value;

    /// <summary>The storage id as text; empty in a default instance.</summary>
    public string Value => _value ?? "";

    /// <summary>Reads a storage id.</summary>
    /// <exception cref="FormatException">The text is none.</exception>
    public static StorageId Parse(string s) => Parse(s, null);

    /// <inheritdoc/>
    public static StorageId Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out StorageId result) ? result : throw IdText.Malformed(s, Kind, Expected);

    /// <summary>Reads a storage id.</summary>
    /// <returns>False if the text is none.</returns>
    public static bool TryParse([NotNullWhen(true)] string? s, out StorageId result) => TryParse(s, null, out result);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out StorageId result)
    {
        bool read = s is not null && StorageFormats.IsStorageId(s);
        result = read ? new StorageId(s!) : default;
        return read;
    }

    /// <summary>Returns the storage id.</summary>
    public override string ToString() => Value;

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => Value;

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        IdText.TryCopy(Value, destination, out charsWritten);
}
