using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Ids;
using ProxSharp.Simulator.Pbs.Storage;

namespace ProxSharp.Simulator.Pbs;

/// <summary>What is pruned by which rules.</summary>
/// <param name="Namespace">Where it begins.</param>
/// <param name="Depth">How many levels of namespaces below are pruned too; null for all.</param>
/// <param name="Keep">How many a rule such as <c>keep-daily</c> keeps; null if the rule is not set.</param>
/// <param name="IsDryRun">True if nothing is removed.</param>
internal sealed record PruneScope(BackupNamespace Namespace, int? Depth, Func<string, long?> Keep, bool IsDryRun)
{
    /// <summary>Chooses the groups.</summary>
    public Func<GroupKey, bool> Includes { get; init; } = static _ => true;
}
