using ProxSharp.AccessControl;
using ProxSharp.Api;
using ProxSharp.Pve.Api;

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
        CallInQuestion call = new(Client.Schema, method, path, parameters);
        IReadOnlyList<string> groups = call.UserWhoseGroupsCount is { } user ? await GroupsOfAsync(user, cancellationToken).ConfigureAwait(false) : [];
        return await new Reader(this).AnswerAsync(call.AskedBy(Caller, Client.Schema.Product, groups), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc cref="CanAsync(ApiMethod, string, ApiParameters?, CancellationToken)"/>
    public PermissionVerdict Can(ApiMethod method, string path, ApiParameters? parameters = null, CancellationToken cancellationToken = default)
    {
        CallInQuestion call = new(Client.Schema, method, path, parameters);
        IReadOnlyList<string> groups = call.UserWhoseGroupsCount is { } user ? GroupsOf(user, cancellationToken) : [];
        return new Reader(this).Answer(call.AskedBy(Caller, Client.Schema.Product, groups), cancellationToken);
    }

    /// <summary>Tells whether the client's user or API token holds privileges on a path of the access control list.</summary>
    /// <param name="path">The path, for example <c>/vms/9000</c>.</param>
    /// <param name="privileges">The privileges, all of which are needed, for example <c>VM.Clone</c>.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    public Task<PermissionVerdict> CanAsync(string path, IReadOnlyList<string> privileges, CancellationToken cancellationToken = default) =>
        new Reader(this).AnswerAsync(PermissionQuestion.OfPrivileges(Caller, path, privileges), cancellationToken);

    /// <inheritdoc cref="CanAsync(string, IReadOnlyList{string}, CancellationToken)"/>
    public PermissionVerdict Can(string path, IReadOnlyList<string> privileges, CancellationToken cancellationToken = default) =>
        new Reader(this).Answer(PermissionQuestion.OfPrivileges(Caller, path, privileges), cancellationToken);

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

    private sealed class Reader(Access access) : PermissionReader
    {
        public override Task<IReadOnlyDictionary<string, IReadOnlyDictionary<string, bool>>> ReadAsync(
            string path, string? user, CancellationToken cancellationToken) =>
            access.GetPermissionsAsync(new() { Path = path, UserId = user }, cancellationToken);

        public override IReadOnlyDictionary<string, IReadOnlyDictionary<string, bool>> Read(
            string path, string? user, CancellationToken cancellationToken) =>
            access.GetPermissions(new() { Path = path, UserId = user }, cancellationToken);
    }
}
