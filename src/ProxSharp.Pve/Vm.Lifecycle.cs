using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve;

public sealed partial class Vm
{
    /// <summary>Copies the virtual machine to a new one. Without a number of its own the clone gets a free one, safely: nobody else gets the same.</summary>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the calls, not the task.</param>
    /// <returns>The task, and the clone.</returns>
    /// <remarks>
    /// <c>POST .../clone</c>. Needs <c>VM.Clone</c> on <c>/vms/{vmid}</c>, <c>VM.Allocate</c> on <c>/vms/{newid}</c> or on the pool, and space on the storage.
    /// </remarks>
    /// <exception cref="ProxmoxConflictException">The number that the options name is taken.</exception>
    public Task<GuestTask<Vm>> CloneAsync(GuestCloneOptions? options = null, CancellationToken cancellationToken = default)
    {
        GuestCloneOptions wanted = options ?? new GuestCloneOptions();
        return Client.Claims.ClaimAsync(wanted.NewId, wanted.IdRange, CloneToAsync, cancellationToken);

        async Task<GuestTask<Vm>> CloneToAsync(VmId newId)
        {
            string home = "";
            PveTask task = await TaskAsync(
                $"clone {newId} from",
                (node, call) => Api.CloneAsync(home = node, Id.Value, wanted.ForVm(newId), call, cancellationToken),
                cancellationToken).ConfigureAwait(false);
            return new GuestTask<Vm>(task, new Vm(Client, newId, wanted.Target?.Value ?? home));
        }
    }

    /// <inheritdoc cref="CloneAsync"/>
    public GuestTask<Vm> Clone(GuestCloneOptions? options = null, CancellationToken cancellationToken = default)
    {
        GuestCloneOptions wanted = options ?? new GuestCloneOptions();
        return Client.Claims.Claim(wanted.NewId, wanted.IdRange, CloneTo, cancellationToken);

        GuestTask<Vm> CloneTo(VmId newId)
        {
            string home = "";
            PveTask task = RunTask(
                $"clone {newId} from", (node, call) => Api.Clone(home = node, Id.Value, wanted.ForVm(newId), call, cancellationToken), cancellationToken);
            return new GuestTask<Vm>(task, new Vm(Client, newId, wanted.Target?.Value ?? home));
        }
    }

    /// <inheritdoc/>
    public override Task<PveTask> DeleteAsync(GuestDeleteOptions? options = null, CancellationToken cancellationToken = default) => TaskAsync(
        "delete", (node, call) => Api.DeleteAsync(node, Id.Value, GuestDeleteOptions.ForVm(options), call, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override PveTask Delete(GuestDeleteOptions? options = null, CancellationToken cancellationToken = default) => RunTask(
        "delete", (node, call) => Api.Delete(node, Id.Value, GuestDeleteOptions.ForVm(options), call, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override async Task<MigrationPreconditions> GetMigrationPreconditionsAsync(NodeName? target = null, CancellationToken cancellationToken = default) =>
        MigrationPreconditions.Of(await CallAsync(
            "check the migration of", (node, call) => Api.GetMigrationPreconditionsAsync(node, Id.Value, Preconditions(target), call, cancellationToken), cancellationToken)
            .ConfigureAwait(false));

    /// <inheritdoc/>
    public override MigrationPreconditions GetMigrationPreconditions(NodeName? target = null, CancellationToken cancellationToken = default) =>
        MigrationPreconditions.Of(Call(
            "check the migration of", (node, call) => Api.GetMigrationPreconditions(node, Id.Value, Preconditions(target), call, cancellationToken), cancellationToken));

    /// <inheritdoc/>
    public override async Task<PveTask> MigrateAsync(NodeName target, GuestMigrateOptions? options = null, CancellationToken cancellationToken = default)
    {
        NodesQemuMigrateRequest request = (options ?? new GuestMigrateOptions()).ForVm(target.Value);
        PveTask task = await TaskAsync($"migrate to {target}", (node, call) => Api.MigrateAsync(node, Id.Value, request, call, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        Place.Forget();
        return task;
    }

    /// <inheritdoc/>
    public override PveTask Migrate(NodeName target, GuestMigrateOptions? options = null, CancellationToken cancellationToken = default)
    {
        NodesQemuMigrateRequest request = (options ?? new GuestMigrateOptions()).ForVm(target.Value);
        PveTask task = RunTask($"migrate to {target}", (node, call) => Api.Migrate(node, Id.Value, request, call, cancellationToken), cancellationToken);
        Place.Forget();
        return task;
    }

    /// <inheritdoc/>
    public override Task<PveTask> RemoteMigrateAsync(GuestRemoteMigrateOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return TaskAsync(
            $"migrate to {options.Target.Host}", (node, call) => Api.RemoteMigrateAsync(node, Id.Value, options.ForVm(), call, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public override PveTask RemoteMigrate(GuestRemoteMigrateOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return RunTask($"migrate to {options.Target.Host}", (node, call) => Api.RemoteMigrate(node, Id.Value, options.ForVm(), call, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<bool> HasFeatureAsync(GuestFeature feature, string? snapshot = null, CancellationToken cancellationToken = default) => (await CallAsync(
        "read the features of", (node, call) => Api.GetFeatureAsync(node, Id.Value, Feature(feature, snapshot), call, cancellationToken), cancellationToken)
        .ConfigureAwait(false)).HasFeature;

    /// <inheritdoc/>
    public override bool HasFeature(GuestFeature feature, string? snapshot = null, CancellationToken cancellationToken = default) => Call(
        "read the features of", (node, call) => Api.GetFeature(node, Id.Value, Feature(feature, snapshot), call, cancellationToken), cancellationToken).HasFeature;

    /// <summary>Turns the VM, or one of its disks, into a template that linked clones can be made of. There is no way back.</summary>
    /// <param name="disk">The only disk to turn into a base image; null for all and the VM itself.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <remarks><c>POST .../template</c>. Needs <c>VM.Allocate</c> on <c>/vms/{vmid}</c>.</remarks>
    public Task<PveTask> ConvertToTemplateAsync(string? disk = null, CancellationToken cancellationToken = default) => TaskAsync(
        "make a template of", (node, call) => Api.TemplateAsync(node, Id.Value, TemplateRequest(disk), call, cancellationToken), cancellationToken);

    /// <inheritdoc cref="ConvertToTemplateAsync"/>
    public PveTask ConvertToTemplate(string? disk = null, CancellationToken cancellationToken = default) => RunTask(
        "make a template of", (node, call) => Api.Template(node, Id.Value, TemplateRequest(disk), call, cancellationToken), cancellationToken);

    private static NodesQemuGetMigrationPreconditionsRequest Preconditions(NodeName? target) => new() { Target = target?.Value };

    private static NodesQemuGetFeatureRequest Feature(GuestFeature feature, string? snapshot) => new() { Feature = feature, SnapName = snapshot };

    private static NodesQemuTemplateRequest TemplateRequest(string? disk) => new() { Disk = disk is null ? null : new QemuDisk(disk) };
}
