namespace ProxSharp.Simulator.Access;

/// <summary>Users, groups, roles and the access control list of a simulated server. Guarded by the state's gate.</summary>
internal sealed class AccessDirectory
{
    private readonly HashSet<string> _builtinRoles;

    public AccessDirectory(Dictionary<string, SortedSet<string>> builtinRoles, bool tokensAlwaysSeparate)
    {
        Roles = new SortedDictionary<string, SortedSet<string>>(builtinRoles, StringComparer.Ordinal);
        _builtinRoles = [.. builtinRoles.Keys];
        TokensAlwaysSeparate = tokensAlwaysSeparate;
        AllPrivileges = new SortedSet<string>(builtinRoles.Values.SelectMany(static privileges => privileges), StringComparer.Ordinal);
    }

    public SortedDictionary<string, AccessUser> Users { get; } = new(StringComparer.Ordinal);

    /// <summary>Group id to comment.</summary>
    public SortedDictionary<string, string?> Groups { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, SortedSet<string>> Roles { get; }

    public List<AclEntry> Acl { get; } = [];

    public SortedSet<string> AllPrivileges { get; }

    /// <summary>True if a token never has more than its own entries give (Proxmox Backup Server).</summary>
    public bool TokensAlwaysSeparate { get; }

    public bool IsBuiltinRole(string role) => _builtinRoles.Contains(role);

    public IEnumerable<string> MembersOf(string group) => Users.Values.Where(user => user.Groups.Contains(group)).Select(static user => user.UserId);

    /// <summary>Finds the token that a caller presents; null if it does not exist, is disabled, expired, or the secret is wrong.</summary>
    public Principal? FindToken(string userId, string tokenName, string secret, DateTimeOffset now)
    {
        if (!Users.TryGetValue(userId, out AccessUser? user) || !user.IsUsable(now) || !user.Tokens.TryGetValue(tokenName, out AccessToken? token))
        {
            return null;
        }

        bool alive = token.Enabled && (token.Expire == 0 || token.Expire > now.ToUnixTimeSeconds());
        return alive && token.Secret == secret ? new Principal(userId, tokenName) : null;
    }

    /// <summary>Finds a user or token by its id, whether or not it presents anything; null if there is none that may act now.</summary>
    public Principal? FindPrincipal(string authId, DateTimeOffset now)
    {
        int bang = authId.IndexOf('!', StringComparison.Ordinal);
        string userId = bang < 0 ? authId : authId[..bang];
        string? token = bang < 0 ? null : authId[(bang + 1)..];
        bool exists = Users.TryGetValue(userId, out AccessUser? user) && user.IsUsable(now) && (token is null || user.Tokens.ContainsKey(token));
        return exists ? new Principal(userId, token) : null;
    }

    /// <summary>Removes a user with everything that refers to it.</summary>
    public bool RemoveUser(string userId)
    {
        Acl.RemoveAll(entry => (entry.Kind == "user" && entry.Id == userId) || (entry.Kind == "token" && entry.Id.StartsWith(userId + "!", StringComparison.Ordinal)));
        return Users.Remove(userId);
    }

    /// <summary>Adds an entry unless it is there; a changed propagation flag replaces it.</summary>
    public void Grant(AclEntry entry)
    {
        Revoke(entry);
        Acl.Add(entry);
    }

    public void Revoke(AclEntry entry) =>
        Acl.RemoveAll(present => present.Path == entry.Path && present.Kind == entry.Kind && present.Id == entry.Id && present.Role == entry.Role);
}
