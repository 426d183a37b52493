using ProxSharp.Schema;

namespace ProxSharp.Mcp.Text;

/// <summary>Says in words who may call an endpoint.</summary>
internal static class PermissionText
{
    /// <summary>Returns one line.</summary>
    public static string Describe(ApiPermission permission)
    {
        string text = permission switch
        {
            { Audience: ApiAudience.World } => "everybody, without login",
            { Check: { } check } => Describe(check, nested: false),
            { Audience: ApiAudience.Authenticated } => "every user who is logged in",
            _ => "root@pam only",
        };
        return permission.HasFurtherRule ? $"{text}; the server checks more than its schema tells" : text;
    }

    private static string Describe(PermissionCheck check, bool nested) => check switch
    {
        PermissionCheck.Privilege privilege => Privilege(privilege),
        PermissionCheck.All all => Join(all.Checks, " and ", nested),
        PermissionCheck.AnyOf any => Join(any.Checks, " or ", nested),
        PermissionCheck.UserParameter { Kind: "self" } => "being that user",
        PermissionCheck.UserParameter parameter => $"{parameter.Kind} on the user's realm",
        PermissionCheck.UserGroup group => $"{string.Join(" or ", group.Privileges)} on a group of the user",
        PermissionCheck.ModifyPermissions modify => $"the right to change permissions on {modify.Path}",
        _ => check.ToString(),
    };

    private static string Privilege(PermissionCheck.Privilege privilege)
    {
        string names = string.Join(privilege.Any ? " or " : " and ", privilege.Privileges);
        string condition = privilege.RequireParameter is { Length: > 0 } parameter ? $" (if {parameter} is given)" : "";
        return names.Length == 0 ? $"any privilege on {privilege.Path}{condition}" : $"{names} on {privilege.Path}{condition}";
    }

    private static string Join(IReadOnlyList<PermissionCheck> checks, string word, bool nested)
    {
        string text = string.Join(word, checks.Select(static check => Describe(check, nested: true)));
        return nested && checks.Count > 1 ? $"({text})" : text;
    }
}
