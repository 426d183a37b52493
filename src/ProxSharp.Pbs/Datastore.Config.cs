using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Backups;

namespace ProxSharp.Pbs;

/// <content>How the datastore is configured.</content>
public sealed partial class Datastore
{
    private static readonly ConfigDatastoreUpdateRequest s_noMaintenance = new() { Delete = ["maintenance-mode"] };

    /// <summary>Reads how the datastore is configured.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ProxmoxNotFoundException">There is no such datastore.</exception>
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
    public Task UpdateConfigAsync(ConfigDatastoreUpdateRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Client.Api.Config.Datastore.UpdateAsync(Name.Value, request, cancellationToken: cancellationToken);
    }

    /// <inheritdoc cref="UpdateConfigAsync"/>
    public void UpdateConfig(ConfigDatastoreUpdateRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        Client.Api.Config.Datastore.Update(Name.Value, request, cancellationToken: cancellationToken);
    }

    /// <summary>Tells whether the datastore is in maintenance, and of which kind.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The mode and its message; null if the datastore works as ever.</returns>
    /// <exception cref="ProxmoxNotFoundException">There is no such datastore.</exception>
    /// <remarks><c>GET /config/datastore/{name}</c>. Needs <c>Datastore.Audit</c> on <c>/datastore/{name}</c>.</remarks>
    public async Task<DatastoreMaintenance?> GetMaintenanceAsync(CancellationToken cancellationToken = default) =>
        (await GetConfigAsync(cancellationToken).ConfigureAwait(false)).Settings.MaintenanceMode;

    /// <inheritdoc cref="GetMaintenanceAsync"/>
    public DatastoreMaintenance? GetMaintenance(CancellationToken cancellationToken = default) => GetConfig(cancellationToken).Settings.MaintenanceMode;

    /// <summary>
    /// Puts the datastore into maintenance. The server then refuses what the mode forbids: <c>read-only</c> everything that writes, <c>offline</c>
    /// everything. Work that runs already goes on; <c>GetActiveOperationsAsync</c> counts it.
    /// </summary>
    /// <param name="mode"><see cref="MaintenanceType.ReadOnly"/> or <see cref="MaintenanceType.Offline"/>; the others are set by the server itself.</param>
    /// <param name="message">What users are told, at most 64 characters on one line; null for nothing.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ProxmoxNotFoundException">There is no such datastore.</exception>
    /// <remarks><c>PUT /config/datastore/{name}</c>. Needs <c>Datastore.Modify</c> on <c>/datastore/{name}</c>.</remarks>
    public Task SetMaintenanceAsync(MaintenanceType mode, string? message = null, CancellationToken cancellationToken = default) =>
        UpdateConfigAsync(Maintenance(mode, message), cancellationToken);

    /// <inheritdoc cref="SetMaintenanceAsync"/>
    public void SetMaintenance(MaintenanceType mode, string? message = null, CancellationToken cancellationToken = default) =>
        UpdateConfig(Maintenance(mode, message), cancellationToken);

    /// <summary>Ends the maintenance of the datastore. It is no error if there is none.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ProxmoxNotFoundException">There is no such datastore.</exception>
    /// <remarks><c>PUT /config/datastore/{name}</c>. Needs <c>Datastore.Modify</c> on <c>/datastore/{name}</c>.</remarks>
    public Task EndMaintenanceAsync(CancellationToken cancellationToken = default) => UpdateConfigAsync(s_noMaintenance, cancellationToken);

    /// <inheritdoc cref="EndMaintenanceAsync"/>
    public void EndMaintenance(CancellationToken cancellationToken = default) => UpdateConfig(s_noMaintenance, cancellationToken);

    /// <summary>Removes the datastore from the configuration. Its files stay unless the request says that they are to be destroyed.</summary>
    /// <param name="request">Whether the files are destroyed and the jobs of the datastore kept; null keeps the files and removes the jobs.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <exception cref="ProxmoxNotFoundException">There is no such datastore.</exception>
    /// <remarks><c>DELETE /config/datastore/{name}</c>. Needs <c>Datastore.Allocate</c> on <c>/datastore/{name}</c>. Starts a task.</remarks>
    public Task<PbsTask> DeleteAsync(ConfigDatastoreDeleteRequest? request = null, CancellationToken cancellationToken = default) =>
        Client.Tasks.StartedAsync(Client.Api.Config.Datastore.DeleteAsync(Name.Value, request, cancellationToken: cancellationToken));

    /// <inheritdoc cref="DeleteAsync"/>
    public PbsTask Delete(ConfigDatastoreDeleteRequest? request = null, CancellationToken cancellationToken = default) =>
        Client.Tasks.Started(Client.Api.Config.Datastore.Delete(Name.Value, request, cancellationToken: cancellationToken));

    private static ConfigDatastoreUpdateRequest Maintenance(MaintenanceType mode, string? message) =>
        new() { MaintenanceMode = new DatastoreMaintenance { Type = mode, Message = message } };

    private static DatastoreConfig Config(ApiResponse<ConfigDatastoreItem> answer) =>
        new(answer.Data, Digest.TryParse(answer.Digest, out Digest digest) ? digest : null);
}
