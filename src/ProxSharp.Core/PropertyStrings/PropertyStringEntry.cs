namespace ProxSharp.PropertyStrings;

/// <summary>One comma-separated part of a property string.</summary>
/// <param name="Key">The key as written; null if only a value was written, which belongs to the format's default key.</param>
/// <param name="Value">The value as written.</param>
public readonly record struct PropertyStringEntry(string? Key, string Value)
{
    /// <summary>Returns the part in wire form.</summary>
    public override string ToString() => Key is null ? Value : $"{Key}={Value}";
}
