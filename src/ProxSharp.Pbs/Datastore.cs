using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Monitoring;
using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Backups;
using ProxSharp.Pbs.Http;
using ProxSharp.Pbs.Monitoring;

namespace ProxSharp.Pbs;

/// <summary>A place where the server keeps backups. The handle holds its name; nothing is sent until a method is called.</summary>
/// <example>
/// <code>
/// Datastore store = pbs.Datastores["store1"];
/// await store.CollectGarbageAsync().WaitForCompletionAsync();
/// foreach (BackupSnapshotInfo snapshot in await store.Groups["vm/100"].Snapshots.ListAsync()) { }
/// </code>
/// </example>
public sealed partial class Datastore
{
    internal Datastore(PbsClient client, DatastoreName name) => (Client, Name) = (client, name);

    /// <summary>The name of the datastore.</summary>
    public DatastoreName Name { get; }

    /// <summary>The client that talks to its server.</summary>
    public PbsClient Client { get; }

    /// <summary>The namespaces of the datastore.</summary>
    public DatastoreNamespaceCollection Namespaces => new(this);

    /// <summary>The backup groups outside of any namespace.</summary>
    public BackupGroupCollection Groups => new(this, BackupNamespace.Root);

    /// <summary>The snapshots outside of any namespace.</summary>
    public BackupSnapshotCollection Snapshots => new(this, BackupNamespace.Root);

    internal AdminDatastoreApi Api => Client.Api.Admin.Datastore;

    /// <summary>Gets size and use of the datastore.</summary>
    /// <param name="verbose">True to count groups and snapshots too, and to read the state of garbage collection. Default: false.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /admin/datastore/{store}/status</c>. Needs <c>Datastore.Audit</c> or <c>Datastore.Backup</c> on <c>/datastore/{store}</c>.</remarks>
    public Task<AdminDatastoreStatusResult> GetStatusAsync(bool verbose = false, CancellationToken cancellationToken = default) =>
        Api.GetStatusAsync(Name.Value, Status(verbose), cancellationToken: cancellationToken).DataAsync();

    /// <inheritdoc cref="GetStatusAsync"/>
    public AdminDatastoreStatusResult GetStatus(bool verbose = false, CancellationToken cancellationToken = default) =>
        Api.GetStatus(Name.Value, Status(verbose), cancellationToken: cancellationToken).Data;

    /// <summary>Gets size, use and load of the datastore over time.</summary>
    /// <param name="timeframe">The span of time, up to now.</param>
    /// <param name="consolidation">Whether points are means or maxima of the time they stand for; null for means.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /admin/datastore/{store}/rrd</c>. Needs <c>Datastore.Audit</c> or <c>Datastore.Backup</c> on <c>/datastore/{store}</c>.</remarks>
    public async Task<DatastoreTimeSeries> GetRrdAsync(
        RrdTimeframe timeframe, RrdConsolidation? consolidation = null, CancellationToken cancellationToken = default) =>
        new(await Client.Connection.SendAsync(RrdCalls.Datastore, RrdTarget(timeframe, consolidation), TimeSeriesTable.Reader,
            cancellationToken: cancellationToken).DataAsync().ConfigureAwait(false));

    /// <inheritdoc cref="GetRrdAsync"/>
    public DatastoreTimeSeries GetRrd(RrdTimeframe timeframe, RrdConsolidation? consolidation = null, CancellationToken cancellationToken = default) =>
        new(Client.Connection.Send(RrdCalls.Datastore, RrdTarget(timeframe, consolidation), TimeSeriesTable.Reader,
            cancellationToken: cancellationToken).Data);

    /// <summary>Starts garbage collection, which frees the chunks that no snapshot uses.</summary>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <remarks><c>POST /admin/datastore/{store}/gc</c>. Needs <c>Datastore.Modify</c> on <c>/datastore/{store}</c>. Starts a task.</remarks>
    public Task<PbsTask> CollectGarbageAsync(CancellationToken cancellationToken = default) =>
        Client.Tasks.StartedAsync(Api.Gc.CreateAsync(Name.Value, cancellationToken: cancellationToken));

    /// <inheritdoc cref="CollectGarbageAsync"/>
    public PbsTask CollectGarbage(CancellationToken cancellationToken = default) =>
        Client.Tasks.Started(Api.Gc.Create(Name.Value, cancellationToken: cancellationToken));

    /// <summary>Reads what the last garbage collection found and removed.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /admin/datastore/{store}/gc</c>. Needs <c>Datastore.Audit</c> on <c>/datastore/{store}</c>.</remarks>
    public Task<AdminDatastoreGcResult> GetGarbageCollectionAsync(CancellationToken cancellationToken = default) =>
        Api.Gc.GetAsync(Name.Value, cancellationToken: cancellationToken).DataAsync();

    /// <inheritdoc cref="GetGarbageCollectionAsync"/>
    public AdminDatastoreGcResult GetGarbageCollection(CancellationToken cancellationToken = default) =>
        Api.Gc.Get(Name.Value, cancellationToken: cancellationToken).Data;

    /// <summary>Returns the name of the datastore.</summary>
    public override string ToString() => Name.ToString();

    private static AdminDatastoreGetStatusRequest? Status(bool verbose) => verbose ? new() { Verbose = true } : null;

    private ApiParameters RrdTarget(RrdTimeframe timeframe, RrdConsolidation? consolidation) =>
        new ApiParameters().WithPath("store", Name.Value).With(timeframe, consolidation);
}
