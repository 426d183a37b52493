using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Monitoring;
using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Backups;
using ProxSharp.Pbs.Http;
using ProxSharp.Pbs.Monitoring;
using ProxSharp.Tasks;

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
    /// <exception cref="ProxmoxNotFoundException">There is no such datastore.</exception>
    /// <exception cref="ProxmoxConflictException">The datastore is in maintenance.</exception>
    /// <remarks>
    /// <c>GET /admin/datastore/{store}/status</c>. Needs <c>Datastore.Audit</c> or <c>Datastore.Backup</c> on <c>/datastore/{store}</c>.
    /// </remarks>
    public Task<AdminDatastoreStatusResult> GetStatusAsync(bool verbose = false, CancellationToken cancellationToken = default) =>
        Api.GetStatusAsync(Name.Value, Status(verbose), cancellationToken: cancellationToken).DataAsync();

    /// <inheritdoc cref="GetStatusAsync"/>
    public AdminDatastoreStatusResult GetStatus(bool verbose = false, CancellationToken cancellationToken = default) =>
        Api.GetStatus(Name.Value, Status(verbose), cancellationToken: cancellationToken).Data;

    /// <summary>
    /// Gets size and use of the datastore, its use in the last month, and when it will be full at that rate, out of the list that the server has of all
    /// datastores (<see cref="DatastoreCollection.ListUsageAsync"/>).
    /// </summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>Null if the server has no such datastore, or the caller may not see it. A datastore in maintenance has its error instead of figures.</returns>
    /// <remarks><c>GET /status/datastore-usage</c>. Needs <c>Datastore.Audit</c> or <c>Datastore.Backup</c> on <c>/datastore/{store}</c>.</remarks>
    public async Task<StatusDatastoreUsageItem?> GetUsageAsync(CancellationToken cancellationToken = default) =>
        Own(await Client.Datastores.ListUsageAsync(cancellationToken).ConfigureAwait(false));

    /// <inheritdoc cref="GetUsageAsync"/>
    public StatusDatastoreUsageItem? GetUsage(CancellationToken cancellationToken = default) => Own(Client.Datastores.ListUsage(cancellationToken));

    /// <summary>Gets size, use and load of the datastore over time.</summary>
    /// <param name="timeframe">The span of time, up to now.</param>
    /// <param name="consolidation">Whether points are means or maxima of the time they stand for; null for means.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks>
    /// <c>GET /admin/datastore/{store}/rrd</c>. Needs <c>Datastore.Audit</c> or <c>Datastore.Backup</c> on <c>/datastore/{store}</c>.
    /// </remarks>
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
    /// <exception cref="ProxmoxNotFoundException">There is no such datastore.</exception>
    /// <exception cref="ProxmoxConflictException">A garbage collection of the datastore runs already, or the datastore is in maintenance.</exception>
    /// <remarks><c>POST /admin/datastore/{store}/gc</c>. Needs <c>Datastore.Modify</c> on <c>/datastore/{store}</c>. Starts a task.</remarks>
    public Task<PbsTask> CollectGarbageAsync(CancellationToken cancellationToken = default) =>
        Client.Tasks.StartedAsync(Api.Gc.CreateAsync(Name.Value, cancellationToken: cancellationToken));

    /// <inheritdoc cref="CollectGarbageAsync"/>
    public PbsTask CollectGarbage(CancellationToken cancellationToken = default) =>
        Client.Tasks.Started(Api.Gc.Create(Name.Value, cancellationToken: cancellationToken));

    /// <summary>Frees the chunks that no snapshot uses, waits for the end, and tells what was freed and what is used.</summary>
    /// <param name="wait">How to wait; null for the defaults, which wait without limit.</param>
    /// <param name="cancellationToken">Stops the waiting; the task goes on unless the options say otherwise.</param>
    /// <exception cref="ProxmoxConflictException">A garbage collection of the datastore runs already.</exception>
    /// <exception cref="ProxmoxTaskFailedException">The task ended with an error.</exception>
    /// <exception cref="ProxmoxTaskWaitException">The time for waiting is up, or the server could not be asked for too long.</exception>
    /// <remarks>
    /// <c>POST /admin/datastore/{store}/gc</c>, its task, and <c>GET /admin/datastore/{store}/gc</c>. Needs <c>Datastore.Modify</c> on
    /// <c>/datastore/{store}</c>.
    /// </remarks>
    /// <example>
    /// <code>
    /// GarbageCollectionReport report = await store.RunGarbageCollectionAsync();
    /// Console.WriteLine($"{report.RemovedBytes} bytes freed, {report.DeduplicationFactor:F1} times deduplicated");
    /// </code>
    /// </example>
    public async Task<GarbageCollectionReport> RunGarbageCollectionAsync(TaskWaitOptions? wait = null, CancellationToken cancellationToken = default)
    {
        PbsTask task = await CollectGarbageAsync(cancellationToken).ConfigureAwait(false);
        TaskResult result = await task.WaitForCompletionAsync(wait, cancellationToken).ConfigureAwait(false);
        return GarbageCollectionReport.Read(result, await GetGarbageCollectionAsync(cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc cref="RunGarbageCollectionAsync"/>
    public GarbageCollectionReport RunGarbageCollection(TaskWaitOptions? wait = null, CancellationToken cancellationToken = default)
    {
        TaskResult result = CollectGarbage(cancellationToken).WaitForCompletion(wait, cancellationToken);
        return GarbageCollectionReport.Read(result, GetGarbageCollection(cancellationToken));
    }

    /// <summary>Reads what the last garbage collection found and removed.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ProxmoxNotFoundException">There is no such datastore.</exception>
    /// <remarks><c>GET /admin/datastore/{store}/gc</c>. Needs <c>Datastore.Audit</c> on <c>/datastore/{store}</c>.</remarks>
    public Task<AdminDatastoreGcResult> GetGarbageCollectionAsync(CancellationToken cancellationToken = default) =>
        Api.Gc.GetAsync(Name.Value, cancellationToken: cancellationToken).DataAsync();

    /// <inheritdoc cref="GetGarbageCollectionAsync"/>
    public AdminDatastoreGcResult GetGarbageCollection(CancellationToken cancellationToken = default) =>
        Api.Gc.Get(Name.Value, cancellationToken: cancellationToken).Data;

    /// <summary>Reads the state of garbage collection as a job: its schedule, its next run, and what the last run found.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>Null if the server lists none.</returns>
    /// <exception cref="ProxmoxNotFoundException">There is no such datastore.</exception>
    /// <remarks><c>GET /admin/gc/{store}</c>. Needs <c>Datastore.Audit</c> on <c>/datastore/{store}</c>.</remarks>
    public async Task<AdminDatastoreGcResult?> GetGarbageCollectionJobAsync(CancellationToken cancellationToken = default) =>
        Only(await Client.Api.Admin.Gc.ListByStoreAsync(Name.Value, cancellationToken: cancellationToken).DataAsync().ConfigureAwait(false));

    /// <inheritdoc cref="GetGarbageCollectionJobAsync"/>
    public AdminDatastoreGcResult? GetGarbageCollectionJob(CancellationToken cancellationToken = default) =>
        Only(Client.Api.Admin.Gc.ListByStore(Name.Value, cancellationToken: cancellationToken).Data);

    /// <summary>Returns the name of the datastore.</summary>
    public override string ToString() => Name.ToString();

    private static AdminDatastoreGcResult? Only(IReadOnlyList<AdminDatastoreGcResult> jobs) => jobs is [{ } only, ..] ? only : null;

    private StatusDatastoreUsageItem? Own(IReadOnlyList<StatusDatastoreUsageItem> all) => all.FirstOrDefault(usage => usage.Store == Name.Value);

    private static AdminDatastoreGetStatusRequest? Status(bool verbose) => verbose ? new() { Verbose = true } : null;

    private ApiParameters RrdTarget(RrdTimeframe timeframe, RrdConsolidation? consolidation) =>
        new ApiParameters().WithPath("store", Name.Value).With(timeframe, consolidation);
}
