using System.Diagnostics.CodeAnalysis;
using ProxSharp.Validation;

namespace ProxSharp.Ids;

/// <summary>A folder for groups in a datastore: up to eight names with slashes between them; the root has none.</summary>
public readonly record struct BackupNamespace : IParsable<BackupNamespace>
{
    private const int MostParts = 8;
    private const int Longest = 256;

    private readonly string? _value;

    private BackupNamespace(string value) => _value = value;

    /// <summary>The root, which is no namespace of its own.</summary>
    public static BackupNamespace Root => default;

    /// <summary>Whether this is the root. Its parameter is left out of requests.</summary>
    public bool IsRoot => string.IsNullOrEmpty(_value);

    /// <summary>Where the namespace lies in the folder of a datastore: each name behind a folder <c>ns</c>. Empty for the root.</summary>
    public string StorePath => IsRoot ? "" : string.Join('/', _value!.Split('/').Select(static part => $"ns/{part}"));

    /// <summary>Reads a namespace; an empty text is the root.</summary>
    /// <exception cref="FormatException">The text is no namespace.</exception>
    public static BackupNamespace Parse(string s) => Parse(s, null);

    /// <inheritdoc/>
    public static BackupNamespace Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out BackupNamespace result)
            ? result
            : throw IdText.Malformed(s, "namespace", "expected up to eight names with slashes between them");

    /// <summary>Reads a namespace; an empty text is the root.</summary>
    /// <returns>False if the text is no namespace.</returns>
    public static bool TryParse([NotNullWhen(true)] string? s, out BackupNamespace result) => TryParse(s, null, out result);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out BackupNamespace result)
    {
        string[] parts = string.IsNullOrEmpty(s) ? [] : s.Split('/');
        bool read = s is not null && s.Length <= Longest && parts.Length <= MostParts && Array.TrueForAll(parts, static part => IdFormats.IsSafeId(part));
        result = read ? new BackupNamespace(s!) : default;
        return read;
    }

    /// <inheritdoc/>
    public bool Equals(BackupNamespace other) => ToString() == other.ToString();

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>Returns the names with slashes; empty for the root.</summary>
    public override string ToString() => _value ?? "";
}
