using ProxSharp.Pve.Api;
using ProxSharp.Pve.Http;
using ProxSharp.Pve.Storages;

namespace ProxSharp.Pve;

/// <content>Removal of old backups.</content>
public sealed partial class Storage
{
    /// <summary>Shows which backups pruning would keep and which it would remove. Nothing is removed.</summary>
    /// <param name="options">What is kept, and of which guests; null takes the retention of the storage's definition and all guests.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /nodes/{node}/storage/{storage}/prunebackups</c>. Needs <c>Datastore.Audit</c> or <c>Datastore.AllocateSpace</c> on <c>/storage/{storage}</c>.</remarks>
    public async Task<IReadOnlyList<PruneDecision>> PreviewPruneAsync(PruneOptions? options = null, CancellationToken cancellationToken = default) => Read(
        await Api.PruneBackups.ListAsync(Node.Name.Value, Id.Value, (options ?? PruneOptions.Default).ToPreview(), cancellationToken: cancellationToken)
            .DataAsync().ConfigureAwait(false));

    /// <inheritdoc cref="PreviewPruneAsync"/>
    public IReadOnlyList<PruneDecision> PreviewPrune(PruneOptions? options = null, CancellationToken cancellationToken = default) =>
        Read(Api.PruneBackups.List(Node.Name.Value, Id.Value, (options ?? PruneOptions.Default).ToPreview(), cancellationToken: cancellationToken).Data);

    /// <summary>Removes the backups that are not to be kept; <see cref="PreviewPruneAsync"/> shows which. Protected ones stay.</summary>
    /// <param name="options">What is kept, and of which guests; null takes the retention of the storage's definition and all guests.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <remarks>
    /// <c>DELETE /nodes/{node}/storage/{storage}/prunebackups</c>. Needs <c>Datastore.Allocate</c> on <c>/storage/{storage}</c>, or for one guest's backups
    /// <c>Datastore.AllocateSpace</c> there and <c>VM.Backup</c> on the guest.
    /// </remarks>
    public Task<PveTask> PruneAsync(PruneOptions? options = null, CancellationToken cancellationToken = default) => Client.Tasks.StartedAsync(
        Api.PruneBackups.PruneAsync(Node.Name.Value, Id.Value, (options ?? PruneOptions.Default).ToRequest(), cancellationToken: cancellationToken));

    /// <inheritdoc cref="PruneAsync"/>
    public PveTask Prune(PruneOptions? options = null, CancellationToken cancellationToken = default) =>
        Client.Tasks.Started(Api.PruneBackups.Prune(Node.Name.Value, Id.Value, (options ?? PruneOptions.Default).ToRequest(), cancellationToken: cancellationToken));

    private static IReadOnlyList<PruneDecision> Read(IReadOnlyList<NodesStoragePruneBackupsItem> items) => [.. items.Select(static item => new PruneDecision(item))];
}
