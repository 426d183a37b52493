using System.Collections.ObjectModel;

namespace ProxSharp.Schema;

/// <summary>
/// One node of the API schema: a parameter, a result or a member of either, with the facts the server declares for it.
/// Nodes are immutable and may be shared between endpoints.
/// </summary>
public sealed class ApiNode
{
    private static readonly ReadOnlyDictionary<string, ApiNode> s_noProperties = ReadOnlyDictionary<string, ApiNode>.Empty;

    /// <summary>The declared wire type.</summary>
    public ApiValueType Type { get; init; }

    /// <summary>The name of the definition this node was made from, or null for a node declared in place.</summary>
    public string? Reference { get; init; }

    /// <summary>True if the member may be absent.</summary>
    public bool IsOptional { get; init; }

    /// <summary>True if the value is a segment of the URL path.</summary>
    public bool IsPathParameter { get; init; }

    /// <summary>The server's name for the format of a text, such as <c>pve-vmid</c>; null if none is named.</summary>
    public string? Format { get; init; }

    /// <summary>The key of the property-string format (<c>key=value,key=value</c>) in <see cref="ApiSchema.Formats"/>; null for other values.</summary>
    public string? PropertyStringFormat { get; init; }

    /// <summary>The item node of an array; null if the schema does not declare it.</summary>
    public ApiNode? Items { get; init; }

    /// <summary>The members of an object, or the keys of a property string, in the schema's order; empty if none are declared.</summary>
    public IReadOnlyDictionary<string, ApiNode> Properties { get; init; } = s_noProperties;

    /// <summary>True if members beyond <see cref="Properties"/> are allowed.</summary>
    public bool AllowsExtra { get; init; }

    /// <summary>The node every extra member must match; null if extra members may be anything.</summary>
    public ApiNode? Extra { get; init; }

    /// <summary>The lowest allowed number.</summary>
    public double? Minimum { get; init; }

    /// <summary>The highest allowed number.</summary>
    public double? Maximum { get; init; }

    /// <summary>The fewest characters of a text (or items of a list).</summary>
    public int? MinimumLength { get; init; }

    /// <summary>The most characters of a text (or items of a list).</summary>
    public int? MaximumLength { get; init; }

    /// <summary>A regular expression in .NET's dialect; the whole text must match.</summary>
    public string? Pattern { get; init; }

    /// <summary>The allowed values in wire form; null if the value is free.</summary>
    public IReadOnlyList<string>? Enumeration { get; init; }

    /// <summary>The value the server assumes if the member is absent, in wire form; documentation only, never sent.</summary>
    public string? Default { get; init; }

    /// <summary>True if the server computes the default.</summary>
    public bool HasDynamicDefault { get; init; }

    /// <summary>In a property string: true for the key whose name may be left out.</summary>
    public bool IsDefaultKey { get; init; }

    /// <summary>In a property string format: the key whose name may be left out, where the format itself names it.</summary>
    public string? DefaultKeyName { get; init; }

    /// <summary>In a property string: the key that this older spelling stands for.</summary>
    public string? Alias { get; init; }

    /// <summary>In a property string: the key whose value is this key's own name (<c>virtio=MAC</c> means <c>model=virtio</c>).</summary>
    public string? KeyAlias { get; init; }

    /// <summary>The member that must be given together with this one.</summary>
    public string? Requires { get; init; }

    /// <summary>The member is valid only while these members have one of these values; null if it always is.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? When { get; init; }

    /// <summary>The member whose value chooses between <see cref="Alternatives"/>; null if there is one form only.</summary>
    public string? AlternativesBy { get; init; }

    /// <summary>The forms this value may take, each with the values of <see cref="AlternativesBy"/> it belongs to.</summary>
    public IReadOnlyList<ApiAlternative> Alternatives { get; init; } = [];

    /// <summary>For a member written as <c>name[n]</c>: the allowed indexes.</summary>
    public IndexRange? Indexes { get; init; }

    /// <summary>How the server's own user interface shows the value, for example <c>bytes</c> or <c>duration</c>.</summary>
    public string? Renderer { get; init; }

    /// <summary>A short example of how the text is written, for example <c>HH:MM</c>.</summary>
    public string? Syntax { get; init; }

    /// <summary>The member of the items that names the child path, for example <c>{vmid}</c>.</summary>
    public string? Child { get; init; }

    /// <summary>The server's own description; only present in a schema that was read from a server.</summary>
    public string? Description { get; init; }
}
