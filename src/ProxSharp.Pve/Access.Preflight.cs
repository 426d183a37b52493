using ProxSharp.Api;
using ProxSharp.Pve.AccessControl;
using ProxSharp.Pve.Api;
using ProxSharp.Schema;

namespace ProxSharp.Pve;

public sealed partial class Access
{
    /// <summary>
    /// Tells before a call whether the client's user or API token may make it, from the check that the API declares and the privileges that the server
    /// says it has; for a token also whether privilege separation is why something is missing.
    /// </summary>
    /// <param name="method">The verb.</param>
    /// <param name="path">The path of the call, for example <c>/nodes/pve1/qemu/9000/clone</c>.</param>
    /// <param name="parameters">The parameters that the call would have; some checks depend on them.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <exception cref="ArgumentException">The API has no such call.</exception>
    /// <example>
    /// <code>
    /// PermissionVerdict verdict = await pve.Access.CanAsync(ApiMethod.Post, "/nodes/pve1/qemu/9000/clone", new() { { "newid", 120 } });
    /// // The API token root@pam!ci lacks VM.Clone on /vms/9000. Its user has it; privilege separation is on, so grant it to the token as well.
    /// </code>
    /// </example>
    public async Task<PermissionVerdict> CanAsync(
        ApiMethod method, string path, ApiParameters? parameters = null, CancellationToken cancellationToken = default)
    {
        ApiMatch match = Match(method, path);
        IReadOnlyList<string> groups = TargetOf(match, parameters) is { } user ? await GroupsOfAsync(user, cancellationToken).ConfigureAwait(false) : [];
        return await AnswerAsync(Question(match, parameters, path, groups), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc cref="CanAsync(ApiMethod, string, ApiParameters?, CancellationToken)"/>
    public PermissionVerdict Can(ApiMethod method, string path, ApiParameters? parameters = null, CancellationToken cancellationToken = default)
    {
        ApiMatch match = Match(method, path);
        IReadOnlyList<string> groups = TargetOf(match, parameters) is { } user ? GroupsOf(user, cancellationToken) : [];
        return Answer(Question(match, parameters, path, groups), cancellationToken);
    }

    /// <summary>Tells whether the client's user or API token holds privileges on a path of the access control list.</summary>
    /// <param name="path">The path, for example <c>/vms/9000</c>.</param>
    /// <param name="privileges">The privileges, all of which are needed, for example <c>VM.Clone</c>.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    public Task<PermissionVerdict> CanAsync(string path, IReadOnlyList<string> privileges, CancellationToken cancellationToken = default) =>
        AnswerAsync(PermissionQuestion.OfPrivileges(Caller, path, privileges), cancellationToken);

    /// <inheritdoc cref="CanAsync(string, IReadOnlyList{string}, CancellationToken)"/>
    public PermissionVerdict Can(string path, IReadOnlyList<string> privileges, CancellationToken cancellationToken = default) =>
        Answer(PermissionQuestion.OfPrivileges(Caller, path, privileges), cancellationToken);

    /// <summary>Reads the privileges that the caller, or another user or API token, has: by path of the access control list and privilege.</summary>
    /// <param name="request">Narrows it to a path, or asks for somebody else.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /access/permissions</c>. For somebody else, needs <c>Sys.Audit</c> on <c>/access</c>.</remarks>
    public async Task<IReadOnlyDictionary<string, IReadOnlyDictionary<string, bool>>> GetPermissionsAsync(
        AccessGetPermissionsRequest? request = null, CancellationToken cancellationToken = default) =>
        (await Client.Api.Access.GetPermissionsAsync(request, cancellationToken: cancellationToken).ConfigureAwait(false)).Data;

    /// <inheritdoc cref="GetPermissionsAsync"/>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, bool>> GetPermissions(
        AccessGetPermissionsRequest? request = null, CancellationToken cancellationToken = default) =>
        Client.Api.Access.GetPermissions(request, cancellationToken: cancellationToken).Data;

    private string Caller => Client.Options.Credentials.User;

    private async Task<PermissionVerdict> AnswerAsync(PermissionQuestion question, CancellationToken cancellationToken)
    {
        HeldPrivileges held = await HeldAsync(question, null, cancellationToken).ConfigureAwait(false);
        PermissionVerdict verdict = question.Answer(held, null);
        if (verdict.TokenLimit != TokenLimit.Unknown)
        {
            return verdict;
        }

        try
        {
            return question.Answer(held, await HeldAsync(question, question.UserOfToken, cancellationToken).ConfigureAwait(false));
        }
        catch (ProxmoxPermissionException)
        {
            return verdict; // The token may not look at its user: the verdict says that the reason stays open.
        }
    }

    private PermissionVerdict Answer(PermissionQuestion question, CancellationToken cancellationToken)
    {
        HeldPrivileges held = Held(question, null, cancellationToken);
        PermissionVerdict verdict = question.Answer(held, null);
        if (verdict.TokenLimit != TokenLimit.Unknown)
        {
            return verdict;
        }

        try
        {
            return question.Answer(held, Held(question, question.UserOfToken, cancellationToken));
        }
        catch (ProxmoxPermissionException)
        {
            return verdict; // The token may not look at its user: the verdict says that the reason stays open.
        }
    }

    private async Task<HeldPrivileges> HeldAsync(PermissionQuestion question, string? user, CancellationToken cancellationToken)
    {
        HeldPrivileges held = new();
        foreach (string path in question.Paths)
        {
            held.Add(path, await GetPermissionsAsync(new() { Path = path, UserId = user }, cancellationToken).ConfigureAwait(false));
        }

        return held;
    }

    private HeldPrivileges Held(PermissionQuestion question, string? user, CancellationToken cancellationToken)
    {
        HeldPrivileges held = new();
        foreach (string path in question.Paths)
        {
            held.Add(path, GetPermissions(new() { Path = path, UserId = user }, cancellationToken));
        }

        return held;
    }

    private PermissionQuestion Question(ApiMatch match, ApiParameters? parameters, string path, IReadOnlyList<string> groups) => PermissionQuestion.OfCall(
        Caller, match.Endpoint, name => Values(match, parameters, name), $"{match.Endpoint.Method.ToVerb()} /{path.TrimStart('/')}", groups);

    private ApiMatch Match(ApiMethod method, string path) => Client.Schema.TryMatch(method, path, out ApiMatch? match)
        ? match
        : throw new ArgumentException($"The API has no call {method.ToVerb()} {path}.", nameof(path));

    private static IReadOnlyList<string> Values(ApiMatch match, ApiParameters? parameters, string name) => match.PathValues.TryGetValue(name, out string? value)
        ? [value]
        :
        [
            .. (parameters ?? []).Where(parameter => parameter.Name == name)
                .SelectMany(static parameter => parameter.Text.Split(',', StringSplitOptions.RemoveEmptyEntries)),
        ];

    private static string? TargetOf(ApiMatch match, ApiParameters? parameters) =>
        PermissionQuestion.LooksAtGroups(match.Endpoint.Permission.Check) && Values(match, parameters, "userid") is [string user, ..] ? user : null;

    private async Task<IReadOnlyList<string>> GroupsOfAsync(string user, CancellationToken cancellationToken)
    {
        try
        {
            return (await Users.GetAsync(user, cancellationToken).ConfigureAwait(false)).Groups;
        }
        catch (ProxmoxApiException exception) when (exception is ProxmoxPermissionException or ProxmoxNotFoundException)
        {
            return []; // Without sight of the user, only privileges on all groups count.
        }
    }

    private IReadOnlyList<string> GroupsOf(string user, CancellationToken cancellationToken)
    {
        try
        {
            return Users.Get(user, cancellationToken).Groups;
        }
        catch (ProxmoxApiException exception) when (exception is ProxmoxPermissionException or ProxmoxNotFoundException)
        {
            return []; // Without sight of the user, only privileges on all groups count.
        }
    }
}
