using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Backups;
using ProxSharp.Pbs.Http;

namespace ProxSharp.Pbs;

/// <content>Removing old snapshots.</content>
public sealed partial class BackupGroup
{
    /// <summary>Tells which snapshots of the group <see cref="PruneAsync"/> would remove, newest first. Nothing is removed.</summary>
    /// <param name="policy">What is kept.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ArgumentException">The policy keeps nothing.</exception>
    /// <remarks><c>POST /admin/datastore/{store}/prune</c> as a trial. Needs <c>Datastore.Modify</c>, or <c>Datastore.Prune</c> for a group of one's
    /// own.</remarks>
    public async Task<IReadOnlyList<PruneDecision>> PreviewPruneAsync(RetentionPolicy policy, CancellationToken cancellationToken = default) =>
        PruneDecision.ReadAll(await SendPruneAsync(policy, dryRun: true, null, cancellationToken).DataAsync().ConfigureAwait(false), Target, policy);

    /// <inheritdoc cref="PreviewPruneAsync"/>
    public IReadOnlyList<PruneDecision> PreviewPrune(RetentionPolicy policy, CancellationToken cancellationToken = default) =>
        PruneDecision.ReadAll(SendPrune(policy, dryRun: true, null, cancellationToken).Data, Target, policy);

    /// <summary>Removes the snapshots of the group that a policy does not keep. Protected snapshots stay.</summary>
    /// <param name="policy">What is kept.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>What became of each snapshot, newest first.</returns>
    /// <exception cref="ArgumentException">The policy keeps nothing.</exception>
    /// <remarks>
    /// <c>POST /admin/datastore/{store}/prune</c>. Needs <c>Datastore.Modify</c>, or <c>Datastore.Prune</c> for a group of one's own.
    /// </remarks>
    public async Task<IReadOnlyList<PruneDecision>> PruneAsync(RetentionPolicy policy, CancellationToken cancellationToken = default) =>
        PruneDecision.ReadAll(await SendPruneAsync(policy, dryRun: null, null, cancellationToken).DataAsync().ConfigureAwait(false), Target, policy);

    /// <inheritdoc cref="PruneAsync"/>
    public IReadOnlyList<PruneDecision> Prune(RetentionPolicy policy, CancellationToken cancellationToken = default) =>
        PruneDecision.ReadAll(SendPrune(policy, dryRun: null, null, cancellationToken).Data, Target, policy);

    /// <summary>
    /// Removes the snapshots of the group that a policy does not keep, in a task: for groups so large that the call would take long. Protected snapshots stay.
    /// </summary>
    /// <param name="policy">What is kept.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <exception cref="ArgumentException">The policy keeps nothing.</exception>
    /// <remarks><c>POST /admin/datastore/{store}/prune</c>. Needs <c>Datastore.Modify</c>, or <c>Datastore.Prune</c> for a group of one's own. Starts a
    /// task.</remarks>
    public async Task<PbsTask> StartPruneAsync(RetentionPolicy policy, CancellationToken cancellationToken = default) =>
        Started(await SendPruneAsync(policy, dryRun: null, useTask: true, cancellationToken).ConfigureAwait(false));

    /// <inheritdoc cref="StartPruneAsync"/>
    public PbsTask StartPrune(RetentionPolicy policy, CancellationToken cancellationToken = default) =>
        Started(SendPrune(policy, dryRun: null, useTask: true, cancellationToken));

    private Task<ApiResponse<JsonElement>> SendPruneAsync(RetentionPolicy policy, bool? dryRun, bool? useTask, CancellationToken cancellationToken) =>
        Datastore.Api.PruneAsync(Datastore.Name.Value, PruneRequest(policy, dryRun, useTask), cancellationToken: cancellationToken);

    private ApiResponse<JsonElement> SendPrune(RetentionPolicy policy, bool? dryRun, bool? useTask, CancellationToken cancellationToken) =>
        Datastore.Api.Prune(Datastore.Name.Value, PruneRequest(policy, dryRun, useTask), cancellationToken: cancellationToken);

    private AdminDatastorePruneRequest PruneRequest(RetentionPolicy policy, bool? dryRun, bool? useTask)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return policy.Checked().ToRequest(Target, dryRun, useTask);
    }

    private PbsTask Started(ApiResponse<JsonElement> answer) => Datastore.Client.Tasks.Started(
        new ApiResponse<string>(answer.Data.ValueKind == JsonValueKind.String ? answer.Data.GetString()! : answer.Data.ValueKind.ToString()));
}
