using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Verbs.Endpoints;

namespace ProxSharp.Cli.Agents;

/// <summary>The calls that make a user, its roles and its token.</summary>
internal sealed class AgentGrant(AgentRole role, string user, string tokenName, AgentScope scope, bool isBackup, DateTimeOffset now)
{
    private const string Comment = "Made by prox for an agent";

    private Dictionary<string, string[]> _roles = [];

    /// <summary>What the token is for.</summary>
    public AgentRole Role { get; } = role;

    /// <summary>The user.</summary>
    public string User => user;

    /// <summary>The full name of the token.</summary>
    public string TokenId => $"{user}!{tokenName}";

    /// <summary>True for a backup server.</summary>
    public bool IsBackup { get; } = isBackup;

    /// <summary>True if the user was there before. What it may do is its own affair then: it stays as it is.</summary>
    public bool IsUserThere { get; private set; }

    /// <summary>What the token gets.</summary>
    public IReadOnlyList<AgentEntry> Entries { get; } = [.. scope.Entries(role, isBackup)];

    /// <summary>What an operator will miss, in words.</summary>
    public IReadOnlyList<string> Limits { get; } = role == AgentRole.Operator && !isBackup ? [.. scope.Limits()] : [];

    private IEnumerable<AgentRole> Roles => Role == AgentRole.Operator ? [AgentRole.Reader, AgentRole.Operator] : [AgentRole.Reader];

    /// <summary>The roles of the server and those that are made, once the calls are known.</summary>
    public IReadOnlyDictionary<string, string[]> KnownRoles => _roles;

    /// <summary>The privileges of roles, once the calls are known.</summary>
    public IEnumerable<string> PrivilegesOf(IEnumerable<string> roles) => roles.SelectMany(name => _roles.GetValueOrDefault(name) ?? []).Distinct();

    /// <summary>Finds out what is missing, and returns the calls that make it: the token and what it may do come last.</summary>
    /// <exception cref="CliException">
    /// The token exists, a role of that name gives something else, or there is nothing where rights are to be given.
    /// </exception>
    public async Task<IReadOnlyList<PlannedCall>> CallsAsync(ServerSession session, CancellationToken cancellationToken)
    {
        await AgentPlaces.CheckAsync(session, Entries, cancellationToken).ConfigureAwait(false);
        _roles = await KeptRoles.ReadRolesAsync(session, cancellationToken).ConfigureAwait(false);
        List<PlannedCall> calls = IsBackup ? [] : [.. Roles.Where(IsMissing).Select(static wanted => Call(
            ApiMethod.Post, "/access/roles", new() { { "roleid", wanted.PveRole }, { "privs", string.Join(',', wanted.PvePrivileges) } }))];
        foreach (AgentRole own in IsBackup ? [] : Roles)
        {
            _roles[own.PveRole] = [.. own.PvePrivileges];
        }

        JsonElement users = (await session.GetAsync("/access/users", null, cancellationToken).ConfigureAwait(false)).Data;
        JsonElement there = users.EnumerateArray().FirstOrDefault(known => Text(known, "userid") == user);
        IsUserThere = there.ValueKind == JsonValueKind.Object;
        if (IsUserThere)
        {
            CheckUser(there);
            await CheckTokenAsync(session, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            // A token never has more than its user, so a user that is made for it gets the same.
            calls.Add(Call(ApiMethod.Post, "/access/users", new() { { "userid", user }, { "comment", Comment }, { "enable", true } }));
            calls.AddRange(Grants(user));
        }

        return [.. calls, Token(), .. Grants(TokenId)];
    }

    private PlannedCall Token()
    {
        ApiParameters parameters = new() { { "comment", Comment } };
        if (!IsBackup)
        {
            parameters.Add("privsep", true);
        }

        string path = $"/access/users/{Uri.EscapeDataString(user)}/token/{Uri.EscapeDataString(tokenName)}";
        return Call(ApiMethod.Post, path, parameters, IsBackup ? "/access/users/{userid}/token/{token-name}" : "/access/users/{userid}/token/{tokenid}");
    }

    private IEnumerable<PlannedCall> Grants(string who) => IsBackup
        ? from entry in Entries from name in entry.Roles select Acl(new() { { "path", entry.Path }, { "role", name }, { "auth-id", who } })
        : from entry in Entries
          select Acl(new()
          {
              { "path", entry.Path },
              { "roles", string.Join(',', entry.Roles) },
              { who.Contains('!', StringComparison.Ordinal) ? "tokens" : "users", who },
          });

    private static PlannedCall Acl(ApiParameters parameters) => Call(ApiMethod.Put, "/access/acl", parameters);

    // The server makes tokens for them all the same, and then refuses each login.
    private void CheckUser(JsonElement known)
    {
        if (Text(known, "enable") is "0" or "False")
        {
            throw Conflict(
                $"The user {user} is disabled, so a token of it could not log in",
                $"Enable it: {PrintedCommands.Of("access", "user", "set", user, "--enable")}, or choose another with --user");
        }

        if (long.TryParse(Text(known, "expire"), out long end) && end > 0 && end <= now.ToUnixTimeSeconds())
        {
            throw Conflict(
                $"The user {user} expired at {DateTimeOffset.FromUnixTimeSeconds(end):u}, so a token of it could not log in",
                $"Let it go on: {PrintedCommands.Of("access", "user", "set", user, "--expire", "0")}, or choose another with --user");
        }
    }

    private async Task CheckTokenAsync(ServerSession session, CancellationToken cancellationToken)
    {
        string path = $"/access/users/{Uri.EscapeDataString(user)}/token";
        JsonElement tokens = (await session.GetAsync(path, null, cancellationToken).ConfigureAwait(false)).Data;
        if (tokens.EnumerateArray().Any(token => Text(token, IsBackup ? "token-name" : "tokenid") == tokenName))
        {
            throw Conflict(
                $"The token {TokenId} exists already, and its secret cannot be read again", "Choose another name with --token-name, or remove it first");
        }
    }

    private bool IsMissing(AgentRole wanted)
    {
        if (!_roles.TryGetValue(wanted.PveRole, out string[]? privileges))
        {
            return true;
        }

        string[] more = [.. privileges.Except(wanted.PvePrivileges)];
        string[] less = [.. wanted.PvePrivileges.Except(privileges)];
        return more.Length + less.Length == 0
            ? false
            : throw Conflict(
                $"There is a role {wanted.PveRole} with other privileges:{Difference(" has ", more)}{Difference(" lacks ", less)}",
                "Rename it, or give it these, which changes what its holders may do: "
                    + PrintedCommands.Of("access", "role", "set", wanted.PveRole, "--privs", string.Join(',', wanted.PvePrivileges)));
    }

    private static string Difference(string word, string[] privileges) => privileges.Length > 0 ? word + string.Join(", ", privileges) : "";

    private static PlannedCall Call(ApiMethod method, string path, ApiParameters parameters, string? template = null) =>
        new(method, path, parameters) { Template = template ?? path };

    private static string? Text(JsonElement entry, string name) => entry.TryGetProperty(name, out JsonElement value) ? value.ToString() : null;

    private static CliException Conflict(string message, string hint) =>
        new(new CliError { Code = "conflict", ExitCode = ExitCodes.Conflict, Message = message, Hint = hint });
}
