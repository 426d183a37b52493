namespace ProxSharp.Simulator.Access;

/// <summary>One entry of the access control list.</summary>
/// <param name="Path">The path it stands on.</param>
/// <param name="Kind"><c>user</c>, <c>group</c> or <c>token</c>.</param>
/// <param name="Id">The user, group or full token id.</param>
/// <param name="Role">The role.</param>
/// <param name="Propagate">True if it holds below the path too.</param>
internal sealed record AclEntry(string Path, string Kind, string Id, string Role, bool Propagate);
