using ProxSharp.Api;
using ProxSharp.Schema;

namespace ProxSharp.AccessControl;

/// <summary>
/// What a call needs by its declaration. Proxmox Backup Server refuses without a reason, so this is all there is to tell. Pure.
/// </summary>
/// <param name="Text">The need in words, for example <c>Datastore.Modify on /datastore/store1</c>; empty if it is declared in prose only.</param>
/// <param name="Only">The requirement, if it is a single one and all that the server checks; null if not.</param>
/// <param name="IsRootOnly">Whether nobody but root itself may call, so no API token either, not even one of root.</param>
internal readonly record struct DeclaredNeed(string Text, PermissionRequirement? Only, bool IsRootOnly = false)
{
    /// <summary>
    /// A requirement to name where there are several: privileges of which one suffices in one place, else the first requirement of the shortest way; null if none
    /// is declared.
    /// </summary>
    public PermissionRequirement? First { get; private init; }

    /// <summary>Reads the declaration of an endpoint.</summary>
    /// <param name="endpoint">The endpoint; null if the schema does not know it.</param>
    /// <param name="product">The product.</param>
    /// <param name="parameters">The parameters of the call, those of the path included.</param>
    public static DeclaredNeed Of(ApiEndpoint? endpoint, ProxmoxProduct product, ApiParameters parameters)
    {
        if (endpoint?.Permission is not { } permission)
        {
            return new DeclaredNeed("", null);
        }

        if (permission.Check is null)
        {
            bool isRootOnly = permission.Audience == ApiAudience.Root;
            return new DeclaredNeed(isRootOnly ? "to be root@pam, logged in with its password" : "", null, isRootOnly);
        }

        PermissionRule rule = new(product, name => Values(parameters, name), "", []);
        IReadOnlyList<PermissionRequirement>[] ways = [.. rule.Ways(permission.Check).Where(static way => way.Count > 0)];
        return new DeclaredNeed(
            string.Join(", or ", ways.Select(static way => string.Join(" and ", way))),
            ways is [[{ } only]] && !permission.HasFurtherRule ? only : null)
        {
            First = Named(ways),
        };
    }

    private static PermissionRequirement? Named(IReadOnlyList<PermissionRequirement>[] ways)
    {
        List<string> privileges = [];
        foreach (IReadOnlyList<PermissionRequirement> way in ways)
        {
            if (way is not [{ } only] || only.Path != ways[0][0].Path || (!only.AnySuffices && only.Privileges.Count > 1))
            {
                return ways.MinBy(static other => other.Count)![0];
            }

            privileges.AddRange(only.Privileges);
        }

        return privileges.Count == 0 ? null : new PermissionRequirement(ways[0][0].Path, [.. privileges.Distinct(StringComparer.Ordinal)], AnySuffices: true);
    }

    private static string[] Values(ApiParameters parameters, string name) =>
        [.. parameters.Where(parameter => parameter.Name == name).Select(static parameter => parameter.Text)];
}
