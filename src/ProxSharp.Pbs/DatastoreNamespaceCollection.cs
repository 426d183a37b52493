using ProxSharp.Ids;
using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Backups;
using ProxSharp.Pbs.Http;

namespace ProxSharp.Pbs;

/// <summary>The namespaces of a datastore.</summary>
public sealed class DatastoreNamespaceCollection
{
    private readonly Datastore _store;

    internal DatastoreNamespaceCollection(Datastore store) => _store = store;

    /// <summary>A namespace; nothing is sent. The root stands for what is in none.</summary>
    public DatastoreNamespace this[BackupNamespace ns] => new(_store, ns);

    /// <summary>A namespace by its name, for example <c>customers/acme</c>; nothing is sent.</summary>
    /// <exception cref="FormatException">The text is no namespace.</exception>
    public DatastoreNamespace this[string ns] => new(_store, BackupNamespace.Parse(ns, null));

    /// <summary>Lists the namespaces, the root among them.</summary>
    /// <param name="parent">Only this namespace and what is below it. Default: the root, which is all.</param>
    /// <param name="maxDepth">How many levels below the parent are included, 0 to 7; null for all.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ProxmoxNotFoundException">There is no such namespace or datastore.</exception>
    /// <remarks><c>GET /admin/datastore/{store}/namespace</c>. Namespaces that the caller may not see are left out.</remarks>
    public async Task<IReadOnlyList<NamespaceInfo>> ListAsync(
        BackupNamespace parent = default, int? maxDepth = null, CancellationToken cancellationToken = default) =>
        NamespaceInfo.ReadAll(await _store.Api.Namespace.ListAsync(_store.Name.Value, Request(parent, maxDepth), cancellationToken: cancellationToken)
            .DataAsync().ConfigureAwait(false));

    /// <inheritdoc cref="ListAsync"/>
    public IReadOnlyList<NamespaceInfo> List(BackupNamespace parent = default, int? maxDepth = null, CancellationToken cancellationToken = default) =>
        NamespaceInfo.ReadAll(_store.Api.Namespace.List(_store.Name.Value, Request(parent, maxDepth), cancellationToken: cancellationToken).Data);

    private static AdminDatastoreNamespaceListRequest? Request(BackupNamespace parent, int? maxDepth) =>
        parent.IsRoot && maxDepth is null ? null : new() { Parent = GroupTarget.Wire(parent), MaxDepth = maxDepth };
}
