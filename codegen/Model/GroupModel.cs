using ProxSharp.Schema;

namespace ProxSharp.CodeGen.Model;

/// <summary>A class of the API tree: the endpoints of a path and the groups below it.</summary>
internal sealed class GroupModel
{
    /// <summary>The fixed segments of the path.</summary>
    public required IReadOnlyList<string> Segments { get; init; }

    /// <summary>The words of the name.</summary>
    public required IReadOnlyList<string> Words { get; init; }

    /// <summary>The path as the schema writes it, placeholders included, of the first endpoint of the group.</summary>
    public string Path { get; set; } = "/";

    /// <summary>The class name.</summary>
    public required string Name { get; init; }

    /// <summary>The property of the parent that leads here.</summary>
    public required string PropertyName { get; init; }

    /// <summary>The groups below by segment.</summary>
    public SortedDictionary<string, GroupModel> Children { get; } = new(StringComparer.Ordinal);

    /// <summary>The endpoints that are methods of this class.</summary>
    public List<ApiEndpoint> Endpoints { get; } = [];

    /// <summary>The methods.</summary>
    public List<EndpointModel> Methods { get; } = [];

    /// <summary>The key of the file the class goes to: the first two segments.</summary>
    public string File { get; init; } = "";
}
