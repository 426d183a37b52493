using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Verbs.Endpoints;

namespace ProxSharp.Cli.Agents;

/// <summary>The calls that make a user, its roles and its token.</summary>
internal sealed record AgentGrant(AgentRole Role, string User, string TokenName, IReadOnlyList<string> Paths, bool IsBackup)
{
    private const string Comment = "Made by prox for an agent";

    /// <summary>The full name of the token.</summary>
    public string TokenId => $"{User}!{TokenName}";

    private IEnumerable<AgentRole> Roles => Role == AgentRole.Operator ? [AgentRole.Reader, AgentRole.Operator] : [AgentRole.Reader];

    /// <summary>Finds out what is missing, and returns the calls that make it.</summary>
    /// <exception cref="CliException">The token exists, or a role of that name gives something else.</exception>
    public async Task<IReadOnlyList<PlannedCall>> CallsAsync(ServerSession session, CancellationToken cancellationToken)
    {
        List<PlannedCall> calls = [];
        if (!IsBackup)
        {
            JsonElement existing = (await session.GetAsync("/access/roles", null, cancellationToken).ConfigureAwait(false)).Data;
            calls.AddRange(Roles.Where(role => IsMissing(existing, role)).Select(static role => Call(
                ApiMethod.Post, "/access/roles", new() { { "roleid", role.PveRole }, { "privs", string.Join(',', role.PvePrivileges) } })));
        }

        JsonElement users = (await session.GetAsync("/access/users", null, cancellationToken).ConfigureAwait(false)).Data;
        if (!users.EnumerateArray().Any(user => Text(user, "userid") == User))
        {
            calls.Add(Call(ApiMethod.Post, "/access/users", new() { { "userid", User }, { "comment", Comment }, { "enable", true } }));
        }
        else
        {
            await CheckTokenAsync(session, cancellationToken).ConfigureAwait(false);
        }

        calls.Add(Token());
        calls.AddRange(Grants());
        return calls;
    }

    private PlannedCall Token()
    {
        ApiParameters parameters = new() { { "comment", Comment } };
        if (!IsBackup)
        {
            parameters.Add("privsep", true);
        }

        string path = $"/access/users/{Uri.EscapeDataString(User)}/token/{Uri.EscapeDataString(TokenName)}";
        return Call(ApiMethod.Post, path, parameters, IsBackup ? "/access/users/{userid}/token/{token-name}" : "/access/users/{userid}/token/{tokenid}");
    }

    // A token never has more than its user, so both get the same. Proxmox: what is granted on a path takes the place of what is granted above it, so
    // reading is granted again where more is.
    private IEnumerable<PlannedCall> Grants() =>
        from path in Role == AgentRole.Operator ? Paths.Prepend("/").Distinct(StringComparer.Ordinal) : ["/"]
        from role in Paths.Contains(path) ? Roles : [AgentRole.Reader]
        from who in new[] { User, TokenId }
        select Call(ApiMethod.Put, "/access/acl", Acl(role, path, who));

    private ApiParameters Acl(AgentRole role, string path, string who) => IsBackup
        ? new() { { "path", path }, { "role", role.PbsRole }, { "auth-id", who } }
        : new() { { "path", path }, { "roles", role.PveRole }, { who.Contains('!', StringComparison.Ordinal) ? "tokens" : "users", who } };

    private async Task CheckTokenAsync(ServerSession session, CancellationToken cancellationToken)
    {
        string path = $"/access/users/{Uri.EscapeDataString(User)}/token";
        JsonElement tokens = (await session.GetAsync(path, null, cancellationToken).ConfigureAwait(false)).Data;
        if (tokens.EnumerateArray().Any(token => Text(token, IsBackup ? "token-name" : "tokenid") == TokenName))
        {
            throw Conflict(
                $"The token {TokenId} exists already, and its secret cannot be read again", "Choose another name with --token-name, or remove it first");
        }
    }

    private static bool IsMissing(JsonElement existing, AgentRole role)
    {
        JsonElement found = existing.EnumerateArray().FirstOrDefault(entry => Text(entry, "roleid") == role.PveRole);
        if (found.ValueKind == JsonValueKind.Undefined)
        {
            return true;
        }

        string[] privileges = (Text(found, "privs") ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries);
        return privileges.ToHashSet(StringComparer.Ordinal).SetEquals(role.PvePrivileges)
            ? false
            : throw Conflict($"There is a role {role.PveRole} with other privileges", "Rename or remove it: prox access role delete");
    }

    private static PlannedCall Call(ApiMethod method, string path, ApiParameters parameters, string? template = null) =>
        new(method, path, parameters) { Template = template ?? path };

    private static string? Text(JsonElement entry, string name) => entry.TryGetProperty(name, out JsonElement value) ? value.ToString() : null;

    private static CliException Conflict(string message, string hint) =>
        new(new CliError { Code = "conflict", ExitCode = ExitCodes.Conflict, Message = message, Hint = hint });
}
