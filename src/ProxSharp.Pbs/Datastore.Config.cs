using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Backups;

namespace ProxSharp.Pbs;

/// <content>How the datastore is configured.</content>
public sealed partial class Datastore
{
    /// <summary>Reads how the datastore is configured.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /config/datastore/{name}</c>. Needs <c>Datastore.Audit</c> on <c>/datastore/{name}</c>.</remarks>
    public async Task<DatastoreConfig> GetConfigAsync(CancellationToken cancellationToken = default) =>
        Config(await Client.Api.Config.Datastore.GetAsync(Name.Value, cancellationToken: cancellationToken).ConfigureAwait(false));

    /// <inheritdoc cref="GetConfigAsync"/>
    public DatastoreConfig GetConfig(CancellationToken cancellationToken = default) =>
        Config(Client.Api.Config.Datastore.Get(Name.Value, cancellationToken: cancellationToken));

    /// <summary>Changes how the datastore is configured.</summary>
    /// <param name="request">What changes; its digest, if given, must be that of <see cref="GetConfigAsync"/>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>PUT /config/datastore/{name}</c>. Needs <c>Datastore.Modify</c> on <c>/datastore/{name}</c>.</remarks>
    /// <exception cref="ProxmoxConflictException">Somebody else changed the configuration since the digest was read.</exception>
    public Task UpdateConfigAsync(ConfigDatastoreUpdateRequest request, CancellationToken cancellationToken = default) =>
        Client.Api.Config.Datastore.UpdateAsync(Name.Value, request, cancellationToken: cancellationToken);

    /// <inheritdoc cref="UpdateConfigAsync"/>
    public void UpdateConfig(ConfigDatastoreUpdateRequest request, CancellationToken cancellationToken = default) =>
        Client.Api.Config.Datastore.Update(Name.Value, request, cancellationToken: cancellationToken);

    /// <summary>Removes the datastore from the configuration. Its files stay unless the request says that they are to be destroyed.</summary>
    /// <param name="request">Whether the files are destroyed and the jobs of the datastore kept; null keeps the files and removes the jobs.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <remarks><c>DELETE /config/datastore/{name}</c>. Needs <c>Datastore.Allocate</c> on <c>/datastore/{name}</c>. Starts a task.</remarks>
    public Task<PbsTask> DeleteAsync(ConfigDatastoreDeleteRequest? request = null, CancellationToken cancellationToken = default) =>
        Client.Tasks.StartedAsync(Client.Api.Config.Datastore.DeleteAsync(Name.Value, request, cancellationToken: cancellationToken));

    /// <inheritdoc cref="DeleteAsync"/>
    public PbsTask Delete(ConfigDatastoreDeleteRequest? request = null, CancellationToken cancellationToken = default) =>
        Client.Tasks.Started(Client.Api.Config.Datastore.Delete(Name.Value, request, cancellationToken: cancellationToken));

    private static DatastoreConfig Config(ApiResponse<ConfigDatastoreItem> answer) =>
        new(answer.Data, Digest.TryParse(answer.Digest, out Digest digest) ? digest : null);
}
