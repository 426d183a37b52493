namespace ProxSharp.CodeGen.Model;

/// <summary>A result class.</summary>
internal sealed class ClassModel : NamedType
{
    /// <summary>The properties in the schema's order.</summary>
    public required IReadOnlyList<MemberModel> Members { get; init; }

    /// <summary>The path of the endpoint that used the class first; its texts are taken for the documentation.</summary>
    public required string Path { get; init; }

    /// <summary>What the class stands for, as words of a name, for each use.</summary>
    public List<IReadOnlyList<string>> Uses { get; } = [];

    /// <summary>The endpoints whose results hold the class.</summary>
    public SortedSet<string> Endpoints { get; } = new(StringComparer.Ordinal);

    /// <summary>The key of the file the class goes to.</summary>
    public required string File { get; init; }

    /// <summary>How a class of which there are many is stored in little space; null for classes that are stored plainly.</summary>
    public CompactLayout? Compact { get; set; }
}
