namespace ProxSharp.CodeGen.Model;

/// <summary>The C# type of a value.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Named">For generated types, the type.</param>
/// <param name="Item">For lists and maps, the type of an item.</param>
internal sealed record CodeType(CodeKind Kind, NamedType? Named = null, CodeType? Item = null)
{
    public static readonly CodeType Nothing = new(CodeKind.Nothing);
    public static readonly CodeType Text = new(CodeKind.Text);
    public static readonly CodeType Integer = new(CodeKind.Integer);
    public static readonly CodeType Number = new(CodeKind.Number);
    public static readonly CodeType Boolean = new(CodeKind.Boolean);
    public static readonly CodeType Element = new(CodeKind.Element);

    /// <summary>True for lists and maps, which are never null in results.</summary>
    public bool IsCollection => Kind is CodeKind.List or CodeKind.Map or CodeKind.Indexed;

    /// <summary>True for types that cannot be null.</summary>
    public bool IsValueType => Kind is CodeKind.Integer or CodeKind.Number or CodeKind.Boolean or CodeKind.Word or CodeKind.Element;

    /// <summary>The type in C#.</summary>
    public string CSharp => Kind switch
    {
        CodeKind.Text => "string",
        CodeKind.Integer => "long",
        CodeKind.Number => "double",
        CodeKind.Boolean => "bool",
        CodeKind.Element => "JsonElement",
        CodeKind.Word or CodeKind.PropertyString or CodeKind.Class => Named!.Name,
        CodeKind.List => $"IReadOnlyList<{Item!.CSharp}>",
        CodeKind.Map => $"IReadOnlyDictionary<string, {Item!.CSharp}>",
        CodeKind.Indexed => $"IReadOnlyDictionary<int, {Item!.CSharp}>",
        _ => "void",
    };

    /// <summary>A text that two types share only if they are the same.</summary>
    public string Signature => $"{Kind}{Named?.Identity}{(Item is null ? "" : $"<{Item.Signature}>")}";
}
