using ProxSharp.Authentication;
using ProxSharp.Ids;
using ProxSharp.Pbs.Api;

namespace ProxSharp.Pbs.AccessControl;

/// <summary>An API token that was just created, with its secret, which the server tells only once.</summary>
public sealed class NewApiToken
{
    private NewApiToken(TokenId id, string secret) => (Id, Secret) = (id, secret);

    /// <summary>The token, for example <c>backup@pbs!ci</c>.</summary>
    public TokenId Id { get; }

    /// <summary>The secret. Keep it safe; there is no way to read it again.</summary>
    public string Secret { get; }

    /// <summary>Makes credentials of the token, for a client that works with it.</summary>
    public ProxmoxCredentials ToCredentials() => ProxmoxCredentials.ApiToken(Id.ToString(), Secret);

    /// <summary>Returns the id of the token, without the secret.</summary>
    public override string ToString() => Id.ToString();

    /// <summary>Reads the answer.</summary>
    /// <exception cref="ProxmoxProtocolException">It names no token, or has no secret.</exception>
    internal static NewApiToken Read(AccessUsersTokenCreateResult answer) =>
        TokenId.TryParse(answer.TokenId, out TokenId id) && answer.Value.Length > 0
            ? new NewApiToken(id, answer.Value)
            : throw new ProxmoxProtocolException("The server was to create an API token and did not tell its id and secret.");
}
