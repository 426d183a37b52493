using System.Diagnostics.CodeAnalysis;
using ProxSharp.Validation;

namespace ProxSharp.Ids;

/// <summary>The name of a datastore: 3 to 32 letters, digits and underscores, after the first also dots and hyphens.</summary>
public readonly record struct DatastoreName : IParsable<DatastoreName>, ISpanFormattable
{
    private const int Shortest = 3;
    private const int Longest = 32;
    private const string Kind = "datastore name";
    private const string Expected = "expected 3 to 32 letters, digits and underscores, after the first also dots and hyphens";

    private readonly string? _value;

    private DatastoreName(string value) => _value = value;

    /// <summary>The datastore name as text; empty in a default instance.</summary>
    public string Value => _value ?? "";

    /// <summary>Reads a datastore name.</summary>
    /// <exception cref="FormatException">The text is none.</exception>
    public static DatastoreName Parse(string s) => Parse(s, null);

    /// <inheritdoc/>
    public static DatastoreName Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out DatastoreName result) ? result : throw IdText.Malformed(s, Kind, Expected);

    /// <summary>Reads a datastore name.</summary>
    /// <returns>False if the text is none.</returns>
    public static bool TryParse([NotNullWhen(true)] string? s, out DatastoreName result) => TryParse(s, null, out result);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out DatastoreName result)
    {
        bool read = s is not null && IdFormats.IsSafeId(s) && s.Length is >= Shortest and <= Longest;
        result = read ? new DatastoreName(s!) : default;
        return read;
    }

    /// <summary>Returns the datastore name.</summary>
    public override string ToString() => Value;

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => Value;

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        IdText.TryCopy(Value, destination, out charsWritten);
}
