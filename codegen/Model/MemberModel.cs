using ProxSharp.Schema;

namespace ProxSharp.CodeGen.Model;

/// <summary>A property of a generated type.</summary>
/// <param name="WireName">The name on the wire; for an indexed member without the brackets.</param>
/// <param name="Name">The name in C#.</param>
/// <param name="Node">The facts.</param>
/// <param name="Type">The type.</param>
/// <param name="IsOptional">True if it may be absent.</param>
/// <param name="Note">For which variants the member holds; null if for all.</param>
internal sealed record MemberModel(string WireName, string Name, ApiNode Node, CodeType Type, bool IsOptional, string? Note = null);
