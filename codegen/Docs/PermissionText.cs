using ProxSharp.Schema;

namespace ProxSharp.CodeGen.Docs;

/// <summary>Says who may call an endpoint.</summary>
internal static class PermissionText
{
    /// <summary>Returns one or two sentences.</summary>
    public static string Describe(ApiPermission permission)
    {
        string rest = permission.HasFurtherRule ? " The server checks more." : "";
        if (permission.Check is { } check)
        {
            return $"Needs {Describe(check, isInner: false)}.{rest}";
        }

        return permission.Audience switch
        {
            ApiAudience.World => "Needs no login.",
            ApiAudience.Authenticated => "For every user who is logged in.",
            _ => "For <c>root@pam</c> only.",
        } + rest;
    }

    private static string Describe(PermissionCheck check, bool isInner) => check switch
    {
        PermissionCheck.Privilege privilege => Privilege(privilege),
        PermissionCheck.All all => Join(all.Checks, " and ", isInner),
        PermissionCheck.AnyOf any => Join(any.Checks, " or ", isInner),
        PermissionCheck.UserParameter { Kind: "self" } => "to be the user concerned",
        PermissionCheck.UserParameter => "<c>Realm.AllocateUser</c> on the user's realm",
        PermissionCheck.UserGroup group => $"{DocText.Codes(group.Privileges)} on a group of the user",
        PermissionCheck.ModifyPermissions modify => $"the right to modify permissions on {DocText.Code(modify.Path)}",
        _ => throw new InvalidOperationException($"There is no text for the permission check {check}."),
    };

    private static string Privilege(PermissionCheck.Privilege privilege)
    {
        string names = privilege.Any || privilege.Privileges.Count == 1 ? DocText.Codes(privilege.Privileges) : string.Join(" and ", privilege.Privileges.Select(DocText.Code));
        string condition = privilege.RequireParameter is { Length: > 0 } parameter ? $" if {DocText.Code(parameter)} is given" : "";
        return $"{names} on {DocText.Code(privilege.Path)}{condition}";
    }

    private static string Join(IReadOnlyList<PermissionCheck> checks, string conjunction, bool isInner)
    {
        string text = string.Join(conjunction, checks.Select(static check => Describe(check, isInner: true)));
        return isInner && checks.Count > 1 ? $"({text})" : text;
    }
}
