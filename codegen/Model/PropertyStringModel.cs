namespace ProxSharp.CodeGen.Model;

/// <summary>A typed property string.</summary>
internal sealed class PropertyStringModel : NamedType
{
    /// <summary>The key of the format in the schema.</summary>
    public required string Format { get; init; }

    /// <summary>The key whose name may be left out.</summary>
    public required string? DefaultKey { get; init; }

    /// <summary>Older spellings of keys.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Aliases { get; init; }

    /// <summary>Keys whose name is a value of another key.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> KeyAliases { get; init; }

    /// <summary>The keys.</summary>
    public required IReadOnlyList<MemberModel> Members { get; init; }
}
