namespace ProxSharp.Simulator.Access;

/// <summary>Works out which privileges a caller has on a path.</summary>
/// <param name="directory">Users, roles and entries.</param>
/// <param name="poolOf">The pool of the object behind a path such as <c>/vms/100</c>; null if it is in none.</param>
internal sealed class PermissionEvaluator(AccessDirectory directory, Func<string, string?> poolOf)
{
    private static readonly SortedSet<string> s_none = [];

    /// <summary>The privileges of a caller on a path.</summary>
    public IReadOnlySet<string> PrivilegesAt(Principal caller, string path)
    {
        if (caller.TokenName is null)
        {
            return UserPrivileges(caller.UserId, path);
        }

        AccessToken? token = directory.Users.GetValueOrDefault(caller.UserId)?.Tokens.GetValueOrDefault(caller.TokenName);
        if (token is null)
        {
            return s_none;
        }

        if (!token.PrivilegeSeparation && !directory.TokensAlwaysSeparate)
        {
            return UserPrivileges(caller.UserId, path);
        }

        SortedSet<string> own = new(Collect(path, entry => entry.Kind == "token" && entry.Id == caller.AuthId, null), StringComparer.Ordinal);
        own.IntersectWith(UserPrivileges(caller.UserId, path));
        return own;
    }

    public bool Has(Principal caller, string path, string privilege) => caller.IsRoot || PrivilegesAt(caller, path).Contains(privilege);

    public bool HasAny(Principal caller, string path, params ReadOnlySpan<string> privileges)
    {
        foreach (string privilege in privileges)
        {
            if (Has(caller, path, privilege))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The privileges of a caller on a path that also hold below it.</summary>
    public IReadOnlySet<string> PropagatedAt(Principal caller, string path)
    {
        SortedSet<string> propagated = new(StringComparer.Ordinal);
        foreach (string privilege in PrivilegesAt(caller, path + "/x-below"))
        {
            propagated.Add(privilege);
        }

        return propagated;
    }

    private IReadOnlySet<string> UserPrivileges(string userId, string path)
    {
        if (userId == "root@pam")
        {
            return directory.AllPrivileges;
        }

        SortedSet<string>? groups = directory.Users.GetValueOrDefault(userId)?.Groups;
        return Collect(
            path,
            entry => entry.Kind == "user" && entry.Id == userId,
            entry => entry.Kind == "group" && groups?.Contains(entry.Id) == true);
    }

    /// <summary>Walks down the path: entries nearer to the object replace those above; an entry for the user beats those of groups.</summary>
    private SortedSet<string> Collect(string path, Func<AclEntry, bool> own, Func<AclEntry, bool>? viaGroup)
    {
        SortedSet<string> roles = RolesAt(path, own, viaGroup);
        if (poolOf(path) is { } pool)
        {
            // Proxmox: what is in a pool inherits the roles on the pool unless its own path says NoAccess.
            if (!roles.Contains("NoAccess"))
            {
                roles.UnionWith(RolesAt($"/pool/{pool}", own, viaGroup));
            }
        }

        if (roles.Contains("NoAccess"))
        {
            return [];
        }

        return new SortedSet<string>(roles.SelectMany(role => directory.Roles.GetValueOrDefault(role) ?? s_none), StringComparer.Ordinal);
    }

    private SortedSet<string> RolesAt(string path, Func<AclEntry, bool> own, Func<AclEntry, bool>? viaGroup)
    {
        SortedSet<string> roles = new(StringComparer.Ordinal);
        foreach (string prefix in Prefixes(path))
        {
            bool isLeaf = prefix.Length == path.Length;
            IEnumerable<AclEntry> here = directory.Acl.Where(entry => entry.Path == prefix && (entry.Propagate || isLeaf));
            SortedSet<string> found = new(here.Where(own).Select(static entry => entry.Role), StringComparer.Ordinal);
            if (found.Count == 0 && viaGroup is not null)
            {
                found = new SortedSet<string>(here.Where(viaGroup).Select(static entry => entry.Role), StringComparer.Ordinal);
            }

            if (found.Count > 0)
            {
                roles = found;
            }
        }

        return roles;
    }

    private static IEnumerable<string> Prefixes(string path)
    {
        yield return "/";
        if (path == "/")
        {
            yield break;
        }

        for (int i = path.IndexOf('/', 1); i > 0; i = path.IndexOf('/', i + 1))
        {
            yield return path[..i];
        }

        yield return path;
    }
}
