namespace ProxSharp.AccessControl;

/// <summary>What a user or token holds, as the server answered for the paths that matter.</summary>
internal sealed class HeldPrivileges
{
    private readonly Dictionary<string, IReadOnlySet<string>> _byPath = new(StringComparer.Ordinal);

    /// <summary>Takes in the server's answer for a path: the privileges by path.</summary>
    public void Add(string path, IReadOnlyDictionary<string, IReadOnlyDictionary<string, bool>> answer) =>
        _byPath[path] = answer.TryGetValue(path, out IReadOnlyDictionary<string, bool>? privileges)
            ? privileges.Keys.ToHashSet(StringComparer.Ordinal)
            : new HashSet<string>();

    /// <summary>Tells whether a requirement is met.</summary>
    public bool Meet(PermissionRequirement requirement)
    {
        IReadOnlySet<string> held = _byPath.GetValueOrDefault(requirement.Path) ?? new HashSet<string>();
        return requirement.AnySuffices ? requirement.Privileges.Any(held.Contains) : requirement.Privileges.All(held.Contains);
    }

    /// <summary>Returns what is left of a requirement: the privileges that are not held.</summary>
    public PermissionRequirement Rest(PermissionRequirement requirement)
    {
        IReadOnlySet<string> held = _byPath.GetValueOrDefault(requirement.Path) ?? new HashSet<string>();
        return requirement.AnySuffices
            ? requirement
            : requirement with { Privileges = [.. requirement.Privileges.Where(privilege => !held.Contains(privilege))] };
    }
}
