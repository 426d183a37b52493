using System.Diagnostics.CodeAnalysis;
using ProxSharp.Validation;

namespace ProxSharp.Ids;

/// <summary>The name of a node in its cluster: letters, digits and inner hyphens. Case matters.</summary>
public readonly record struct NodeName : IParsable<NodeName>, ISpanFormattable
{
    private const string Kind = "node name";
    private const string Expected = "expected letters, digits and inner hyphens";

    private readonly string? _value;

    private NodeName(string value) => _value = value;

    /// <summary>The node name as text; empty in a default instance.</summary>
    public string Value => _value ?? "";

    /// <summary>Reads a node name.</summary>
    /// <exception cref="FormatException">The text is none.</exception>
    public static NodeName Parse(string s) => Parse(s, null);

    /// <inheritdoc/>
    public static NodeName Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out NodeName result) ? result : throw IdText.Malformed(s, Kind, Expected);

    /// <summary>Reads a node name.</summary>
    /// <returns>False if the text is none.</returns>
    public static bool TryParse([NotNullWhen(true)] string? s, out NodeName result) => TryParse(s, null, out result);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out NodeName result)
    {
        bool read = s is not null && IdFormats.IsNodeName(s);
        result = read ? new NodeName(s!) : default;
        return read;
    }

    /// <summary>Returns the node name.</summary>
    public override string ToString() => Value;

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => Value;

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        IdText.TryCopy(Value, destination, out charsWritten);
}
