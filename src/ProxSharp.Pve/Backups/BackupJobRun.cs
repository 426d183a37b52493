using ProxSharp.Ids;

namespace ProxSharp.Pve.Backups;

/// <summary>A backup job that was run by hand: one task for each node that holds guests of the job.</summary>
public sealed record BackupJobRun
{
    internal BackupJobRun(string jobId, IReadOnlyList<BackupJobNodeRun> nodes, IReadOnlyList<VmId> missing) => (JobId, Nodes, Missing) = (jobId, nodes, missing);

    /// <summary>The job.</summary>
    public string JobId { get; }

    /// <summary>What was started on which node, ordered by name; empty if the job covers no guest that the user may see.</summary>
    public IReadOnlyList<BackupJobNodeRun> Nodes { get; }

    /// <summary>Guests that the job names but that the cluster does not have, or that the user may not see.</summary>
    public IReadOnlyList<VmId> Missing { get; }

    /// <summary>The tasks that were started.</summary>
    public IEnumerable<PveTask> Tasks => Nodes.Where(static node => node.Task is not null).Select(static node => node.Task!);

    /// <summary>True if every node that holds guests of the job has started.</summary>
    public bool IsComplete => Missing.Count == 0 && Nodes.All(static node => node.Task is not null);
}
