namespace ProxSharp.Schema;

/// <summary>
/// A node of the small expression language in which the server declares privilege checks.
/// Paths may hold parameter names in braces, such as <c>/vms/{vmid}</c>.
/// </summary>
public abstract record PermissionCheck
{
    private PermissionCheck()
    {
    }

    /// <summary>The caller needs privileges on a path.</summary>
    /// <param name="Path">The path with placeholders.</param>
    /// <param name="Privileges">The privileges.</param>
    /// <param name="Any">True if one of them is enough; otherwise all are needed.</param>
    /// <param name="RequireParameter">The check is made only if this parameter was given; null if always.</param>
    public sealed record Privilege(string Path, IReadOnlyList<string> Privileges, bool Any, string? RequireParameter) : PermissionCheck;

    /// <summary>All of the checks must pass.</summary>
    public sealed record All(IReadOnlyList<PermissionCheck> Checks) : PermissionCheck;

    /// <summary>One of the checks must pass.</summary>
    public sealed record AnyOf(IReadOnlyList<PermissionCheck> Checks) : PermissionCheck;

    /// <summary>
    /// The caller is the user that the parameter <c>userid</c> names (<c>self</c>), or may allocate in its realm (<c>Realm.AllocateUser</c>).
    /// </summary>
    public sealed record UserParameter(string Kind) : PermissionCheck;

    /// <summary>The caller has the privileges on a group of the user that the parameter <c>userid</c> names.</summary>
    /// <param name="Privileges">The privileges, one of which is enough.</param>
    /// <param name="GroupsParameter">
    /// How groups named in the parameter <c>groups</c> are checked too: <c>create</c> or <c>update</c>; null if they are not.
    /// </param>
    public sealed record UserGroup(IReadOnlyList<string> Privileges, string? GroupsParameter) : PermissionCheck;

    /// <summary>The caller may modify permissions on a path.</summary>
    public sealed record ModifyPermissions(string Path) : PermissionCheck;
}
