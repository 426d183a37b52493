using ProxSharp.Pbs.AccessControl;
using ProxSharp.Pbs.Api;

namespace ProxSharp.Pbs;

/// <summary>Access control: users, permissions, realms, API tokens and second factors.</summary>
public sealed partial class Access
{
    internal Access(PbsClient client) => Client = client;

    /// <summary>How users log in: the settings of the realms.</summary>
    public Realms Realms => new(Client);

    internal PbsClient Client { get; }

    /// <summary>
    /// Creates an API token and gives its secret. The server tells the secret in this answer only, and nothing in this library logs it: keep it at once.
    /// </summary>
    /// <param name="userId">The user that the token belongs to, for example <c>backup@pbs</c>.</param>
    /// <param name="tokenName">The name of the token among those of the user, for example <c>ci</c>.</param>
    /// <param name="request">Comment, expiry and whether the token is enabled; null for a token without comment that never expires.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks>
    /// <c>POST /access/users/{userid}/token/{token-name}</c>. Needs <c>Permissions.Modify</c> on <c>/access/users</c> or <c>Realm.AllocateUser</c> on the
    /// user's realm. A new token holds no privileges: grant it a role with <see cref="Acl"/>. It never holds more than its user does.
    /// </remarks>
    /// <exception cref="ProxmoxConflictException">The user has a token of that name.</exception>
    /// <exception cref="ProxmoxNotFoundException">There is no such user.</exception>
    public async Task<NewApiToken> CreateTokenAsync(
        string userId, string tokenName, AccessUsersTokenCreateRequest? request = null, CancellationToken cancellationToken = default) =>
        NewApiToken.Read(await Users.Token.CreateAsync(userId, tokenName, request, cancellationToken).ConfigureAwait(false));

    /// <inheritdoc cref="CreateTokenAsync"/>
    public NewApiToken CreateToken(
        string userId, string tokenName, AccessUsersTokenCreateRequest? request = null, CancellationToken cancellationToken = default) =>
        NewApiToken.Read(Users.Token.Create(userId, tokenName, request, cancellationToken));
}
