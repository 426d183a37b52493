namespace ProxSharp.CodeGen.Model;

/// <summary>The parameters of one endpoint beside those of its path.</summary>
/// <param name="Name">The name in C#.</param>
/// <param name="Members">The parameters in the schema's order.</param>
internal sealed record RequestModel(string Name, IReadOnlyList<MemberModel> Members)
{
    /// <summary>True if at least one parameter must be given.</summary>
    public bool IsRequired => Members.Any(static member => !member.IsOptional);
}
