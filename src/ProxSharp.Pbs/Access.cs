namespace ProxSharp.Pbs;

/// <summary>Access control: users, permissions, realms, API tokens and second factors.</summary>
public sealed partial class Access
{
    internal Access(PbsClient client) => Client = client;

    /// <summary>How users log in: the settings of the realms.</summary>
    public Realms Realms => new(Client);

    internal PbsClient Client { get; }

    /// <summary>Tells whether the client's user or API token holds privileges on a path of the access control list.</summary>
    /// <param name="path">The path, for example <c>/datastore/store1</c>.</param>
    /// <param name="privileges">The privileges, all of which are needed, for example <c>Datastore.Backup</c>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /access/permissions</c>. For every user who is logged in.</remarks>
    public async Task<bool> CanAsync(string path, IReadOnlyList<string> privileges, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(privileges);
        return Holds(await GetPermissionsAsync(new() { Path = path }, cancellationToken).ConfigureAwait(false), path, privileges);
    }

    /// <inheritdoc cref="CanAsync"/>
    public bool Can(string path, IReadOnlyList<string> privileges, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(privileges);
        return Holds(GetPermissions(new() { Path = path }, cancellationToken), path, privileges);
    }

    // Whether a privilege also counts below the path is the value; on the path itself it counts in any case.
    private static bool Holds(IReadOnlyDictionary<string, IReadOnlyDictionary<string, bool>> answer, string path, IReadOnlyList<string> privileges) =>
        answer.TryGetValue(path, out IReadOnlyDictionary<string, bool>? held) ? privileges.All(held.ContainsKey) : privileges.Count == 0;
}
