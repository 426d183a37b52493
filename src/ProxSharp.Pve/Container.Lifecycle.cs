using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve;

public sealed partial class Container
{
    /// <summary>Copies the container to a new one. Without a number of its own the clone gets a free one, safely: nobody else gets the same.</summary>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the calls, not the task.</param>
    /// <returns>The task, and the clone.</returns>
    /// <remarks>
    /// <c>POST .../clone</c>. Needs <c>VM.Clone</c> on <c>/vms/{vmid}</c>, <c>VM.Allocate</c> on <c>/vms/{newid}</c> or on the pool, and space on the storage.
    /// </remarks>
    /// <exception cref="ProxmoxConflictException">The number that the options name is taken.</exception>
    public Task<GuestTask<Container>> CloneAsync(GuestCloneOptions? options = null, CancellationToken cancellationToken = default) =>
        CloneGuestAsync(options, (id, node) => new Container(Client, id, node), cancellationToken);

    /// <inheritdoc cref="CloneAsync"/>
    public GuestTask<Container> Clone(GuestCloneOptions? options = null, CancellationToken cancellationToken = default) =>
        CloneGuest(options, (id, node) => new Container(Client, id, node), cancellationToken);

    /// <summary>Turns the container into a template that linked clones can be made of. There is no way back.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>POST .../template</c>. Needs <c>VM.Allocate</c> on <c>/vms/{vmid}</c>. Done when the server answers: there is no task.</remarks>
    public Task ConvertToTemplateAsync(CancellationToken cancellationToken = default) =>
        CallAsync("make a template of", (node, call) => Api.TemplateAsync(node, Id.Value, call, cancellationToken), cancellationToken);

    /// <inheritdoc cref="ConvertToTemplateAsync"/>
    public void ConvertToTemplate(CancellationToken cancellationToken = default) =>
        Call("make a template of", (node, call) => Api.Template(node, Id.Value, call, cancellationToken), cancellationToken);
}
