using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Backups;
using ProxSharp.Pve.Http;

namespace ProxSharp.Pve;

/// <content>Running jobs by hand.</content>
public sealed partial class ClusterBackupJobs
{
    private static readonly ClusterListResourcesRequest s_guests = new() { Type = ResourceFilter.Vm };

    /// <summary>
    /// Runs a scheduled job now, enabled or not: a backup with the job's settings on each node that holds guests of the job. A node that refuses does not
    /// keep the others from starting; the result says which did.
    /// </summary>
    /// <param name="id">The job.</param>
    /// <param name="cancellationToken">Cancels the calls, not the tasks that have started.</param>
    /// <exception cref="ProxmoxApiException">There is no such job.</exception>
    /// <remarks>
    /// <c>GET /cluster/backup/{id}</c>, <c>GET /cluster/resources</c>, then <c>POST /nodes/{node}/vzdump</c> for each node. Needs <c>Sys.Audit</c> on <c>/</c>,
    /// <c>VM.Backup</c> on the guests and <c>Datastore.AllocateSpace</c> on the storage; <c>Datastore.Allocate</c> if the job prunes.
    /// </remarks>
    public async Task<BackupJobRun> RunNowAsync(string id, CancellationToken cancellationToken = default)
    {
        ClusterBackupItem job = await GetAsync(id, cancellationToken).ConfigureAwait(false);
        BackupJobPlan plan = new(job, await _owner.Client.Api.Cluster.ListResourcesAsync(s_guests, cancellationToken: cancellationToken).DataAsync().ConfigureAwait(false));
        List<BackupJobNodeRun> nodes = [];
        foreach ((NodeName node, IReadOnlyList<VmId> guests) in plan.Nodes)
        {
            BackupJobNodeRun run = new() { Node = node, Guests = guests };
            try
            {
                BackupSelection selection = BackupSelection.Of(guests);
                PveTask task = await _owner.Client.Tasks.StartedAsync(BackupStart.StartedAsync(
                    _owner.Client.Api.Nodes.VzDump.CreateAsync(node.Value, plan.RequestFor(guests), cancellationToken: cancellationToken), node.Value, selection)).ConfigureAwait(false);
                nodes.Add(run with { Task = task });
            }
            catch (ProxmoxException exception)
            {
                nodes.Add(run with { Error = exception });
            }
        }

        return new BackupJobRun(id, nodes, plan.Missing);
    }

    /// <inheritdoc cref="RunNowAsync"/>
    public BackupJobRun RunNow(string id, CancellationToken cancellationToken = default)
    {
        ClusterBackupItem job = Get(id, cancellationToken);
        BackupJobPlan plan = new(job, _owner.Client.Api.Cluster.ListResources(s_guests, cancellationToken: cancellationToken).Data);
        List<BackupJobNodeRun> nodes = [];
        foreach ((NodeName node, IReadOnlyList<VmId> guests) in plan.Nodes)
        {
            BackupJobNodeRun run = new() { Node = node, Guests = guests };
            try
            {
                PveTask task = _owner.Client.Tasks.Started(BackupStart.Started(
                    _owner.Client.Api.Nodes.VzDump.Create(node.Value, plan.RequestFor(guests), cancellationToken: cancellationToken), node.Value, BackupSelection.Of(guests)));
                nodes.Add(run with { Task = task });
            }
            catch (ProxmoxException exception)
            {
                nodes.Add(run with { Error = exception });
            }
        }

        return new BackupJobRun(id, nodes, plan.Missing);
    }
}
