using ProxSharp.AccessControl;
using ProxSharp.Api;

namespace ProxSharp.Pbs;

/// <content>What the caller may do.</content>
public sealed partial class Access
{
    /// <summary>
    /// Tells before a call whether the client's user or API token may make it, from the check that the API declares and the privileges that the server
    /// says it has; for a token also whether its user is what limits it.
    /// </summary>
    /// <param name="method">The verb.</param>
    /// <param name="path">The path of the call, for example <c>/admin/datastore/store1/gc</c>.</param>
    /// <param name="parameters">The parameters that the call would have; some checks depend on them.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <remarks>
    /// <c>GET /access/permissions</c>, once for each path of the access control list that matters. For every user who is logged in.
    /// </remarks>
    /// <exception cref="ArgumentException">The API has no such call.</exception>
    /// <example>
    /// <code>
    /// PermissionVerdict verdict = await pbs.Access.CanAsync(ApiMethod.Post, "/admin/datastore/store1/gc");
    /// // The API token backup@pbs!ci lacks Datastore.Modify on /datastore/store1. ...
    /// </code>
    /// </example>
    public Task<PermissionVerdict> CanAsync(
        ApiMethod method, string path, ApiParameters? parameters = null, CancellationToken cancellationToken = default) =>
        new Reader(this).AnswerAsync(Question(method, path, parameters), cancellationToken);

    /// <inheritdoc cref="CanAsync(ApiMethod, string, ApiParameters?, CancellationToken)"/>
    public PermissionVerdict Can(ApiMethod method, string path, ApiParameters? parameters = null, CancellationToken cancellationToken = default) =>
        new Reader(this).Answer(Question(method, path, parameters), cancellationToken);

    /// <summary>Tells whether the client's user or API token holds privileges on a path of the access control list.</summary>
    /// <param name="path">The path, for example <c>/datastore/store1</c>, or <c>/datastore/store1/customers/acme</c> for a namespace.</param>
    /// <param name="privileges">The privileges, all of which are needed, for example <c>Datastore.Backup</c>.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <remarks><c>GET /access/permissions</c>. For every user who is logged in.</remarks>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public Task<PermissionVerdict> CanAsync(string path, IReadOnlyList<string> privileges, CancellationToken cancellationToken = default) =>
        new Reader(this).AnswerAsync(PermissionQuestion.OfPrivileges(Caller, path, privileges), cancellationToken);

    /// <inheritdoc cref="CanAsync(string, IReadOnlyList{string}, CancellationToken)"/>
    public PermissionVerdict Can(string path, IReadOnlyList<string> privileges, CancellationToken cancellationToken = default) =>
        new Reader(this).Answer(PermissionQuestion.OfPrivileges(Caller, path, privileges), cancellationToken);

    private string Caller => Client.Options.Credentials.User;

    // Backup servers have no groups of users.
    private PermissionQuestion Question(ApiMethod method, string path, ApiParameters? parameters) =>
        new CallInQuestion(Client.Schema, method, path, parameters).AskedBy(Caller, Client.Schema.Product, []);

    private sealed class Reader(Access access) : PermissionReader
    {
        public override Task<IReadOnlyDictionary<string, IReadOnlyDictionary<string, bool>>> ReadAsync(
            string path, string? user, CancellationToken cancellationToken) =>
            access.GetPermissionsAsync(new() { Path = path, AuthId = user }, cancellationToken);

        public override IReadOnlyDictionary<string, IReadOnlyDictionary<string, bool>> Read(
            string path, string? user, CancellationToken cancellationToken) =>
            access.GetPermissions(new() { Path = path, AuthId = user }, cancellationToken);
    }
}
