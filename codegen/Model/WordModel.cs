namespace ProxSharp.CodeGen.Model;

/// <summary>An open set of words.</summary>
internal sealed class WordModel : NamedType
{
    /// <summary>The known values in the schema's order.</summary>
    public required IReadOnlyList<string> Values { get; init; }

    /// <summary>Where the set is used: the words of the place, and the member's name in Pascal case.</summary>
    public List<(IReadOnlyList<string> Place, string Member)> Uses { get; } = [];
}
