using ProxSharp.Api;
using ProxSharp.Cli.Verbs.Endpoints;

namespace ProxSharp.Cli.Commands;

/// <summary>The calls by which <c>prox login</c> changes a server. Pure.</summary>
internal static class LoginCalls
{
    /// <summary>Makes a token with privileges of its own; those of a backup server always have them.</summary>
    /// <param name="product">What the server is.</param>
    /// <param name="token">The full name of the token.</param>
    public static PlannedCall Token(ProxmoxProduct product, string token)
    {
        bool isBackup = product == ProxmoxProduct.BackupServer;
        ApiParameters parameters = new() { { "comment", "made by prox login" } };
        if (!isBackup)
        {
            parameters.Add("privsep", true);
        }

        return new PlannedCall(ApiMethod.Post, TokenPath(token), parameters)
        {
            Template = $"/access/users/{{userid}}/token/{{{(isBackup ? "token-name" : "tokenid")}}}",
        };
    }

    /// <summary>Gives the token its role.</summary>
    /// <param name="product">What the server is.</param>
    /// <param name="token">The full name of the token.</param>
    /// <param name="rights">The role, and where it holds.</param>
    public static PlannedCall Grant(ProxmoxProduct product, string token, TokenRights rights)
    {
        bool isBackup = product == ProxmoxProduct.BackupServer;
        ApiParameters parameters = new()
        {
            { "path", rights.Path },
            { isBackup ? "role" : "roles", rights.Role },
            { isBackup ? "auth-id" : "tokens", token },
        };
        return new PlannedCall(ApiMethod.Put, "/access/acl", parameters) { Template = "/access/acl" };
    }

    /// <summary>The path of a token.</summary>
    /// <param name="token">The full name of the token.</param>
    public static string TokenPath(string token)
    {
        string[] parts = token.Split('!');
        return $"/access/users/{Uri.EscapeDataString(parts[0])}/token/{Uri.EscapeDataString(parts[1])}";
    }
}
