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
    public Task<GuestTask<Vm>> CloneAsync(GuestCloneOptions? options = null, CancellationToken cancellationToken = default) =>
        CloneGuestAsync(options, (id, node) => new Vm(Client, id, node), cancellationToken);

    /// <inheritdoc cref="CloneAsync"/>
    public GuestTask<Vm> Clone(GuestCloneOptions? options = null, CancellationToken cancellationToken = default) =>
        CloneGuest(options, (id, node) => new Vm(Client, id, node), cancellationToken);

    /// <summary>Turns the VM, or one of its disks, into a template that linked clones can be made of. There is no way back.</summary>
    /// <param name="disk">The only disk to turn into a base image; null for all and the VM itself.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <remarks><c>POST .../template</c>. Needs <c>VM.Allocate</c> on <c>/vms/{vmid}</c>.</remarks>
    public Task<PveTask> ConvertToTemplateAsync(string? disk = null, CancellationToken cancellationToken = default) => RunTaskAsync(
        "make a template of", (node, call) => Api.TemplateAsync(node, Id.Value, TemplateRequest(disk), call, cancellationToken), cancellationToken);

    /// <inheritdoc cref="ConvertToTemplateAsync"/>
    public PveTask ConvertToTemplate(string? disk = null, CancellationToken cancellationToken = default) => RunTask(
        "make a template of", (node, call) => Api.Template(node, Id.Value, TemplateRequest(disk), call, cancellationToken), cancellationToken);

    private static NodesQemuTemplateRequest TemplateRequest(string? disk) => new() { Disk = disk is null ? null : new QemuDisk(disk) };
}
