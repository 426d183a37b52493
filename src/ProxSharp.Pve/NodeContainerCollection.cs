using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;
using ProxSharp.Pve.Http;

namespace ProxSharp.Pve;

/// <summary>The containers of a node.</summary>
public sealed class NodeContainerCollection
{
    private readonly Node _node;

    internal NodeContainerCollection(Node node) => _node = node;

    private NodesLxcApi Api => _node.Client.Api.Nodes.Lxc;

    private string Name => _node.Name.Value;

    /// <summary>A container by its number; nothing is sent. If it is on another node by then, it is found there.</summary>
    /// <param name="id">The number.</param>
    public Container this[VmId id] => new(_node.Client, id, Name);

    /// <summary>A container by its number; nothing is sent. If it is on another node by then, it is found there.</summary>
    /// <param name="id">The number.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 100 or above 999999999.</exception>
    public Container this[int id] => this[new VmId(id)];

    /// <summary>Lists the containers of the node with their present state. Those that the user may not see are left out.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /nodes/{node}/lxc</c>. Needs <c>VM.Audit</c> on <c>/vms/{vmid}</c>.</remarks>
    public Task<IReadOnlyList<NodesLxcItem>> ListAsync(CancellationToken cancellationToken = default) =>
        Api.ListAsync(Name, cancellationToken: cancellationToken).DataAsync();

    /// <inheritdoc cref="ListAsync"/>
    public IReadOnlyList<NodesLxcItem> List(CancellationToken cancellationToken = default) =>
        Api.List(Name, cancellationToken: cancellationToken).Data;

    /// <summary>Makes a container. Without a number of its own it gets a free one, safely: nobody else gets the same.</summary>
    /// <param name="spec">What it is to be.</param>
    /// <param name="cancellationToken">Cancels the calls, not the task.</param>
    /// <returns>The task, and the container.</returns>
    /// <remarks>
    /// <c>POST /nodes/{node}/lxc</c>. Needs <c>VM.Allocate</c> on <c>/vms/{vmid}</c> or on the pool, by option <c>VM.Config.*</c>, and space on the storages.
    /// </remarks>
    /// <exception cref="ProxmoxConflictException">The number that the specification names is taken.</exception>
    public Task<GuestTask<Container>> CreateAsync(ContainerSpec spec, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return _node.Client.Claims.ClaimAsync(spec.Id, spec.IdRange, CreateAsAsync, cancellationToken);

        async Task<GuestTask<Container>> CreateAsAsync(VmId id) =>
            Made(await _node.Client.Tasks.StartedAsync(Api.CreateAsync(Name, spec.ToRequest(id), Saying(id), cancellationToken)).ConfigureAwait(false), id);
    }

    /// <inheritdoc cref="CreateAsync"/>
    public GuestTask<Container> Create(ContainerSpec spec, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return _node.Client.Claims.Claim(spec.Id, spec.IdRange, CreateAs, cancellationToken);

        GuestTask<Container> CreateAs(VmId id) => Made(_node.Client.Tasks.Started(Api.Create(Name, spec.ToRequest(id), Saying(id), cancellationToken)), id);
    }

    private ApiCallOptions Saying(VmId id) => new() { Action = $"create container {id} on {Name}" };

    private GuestTask<Container> Made(PveTask task, VmId id) => new(task, this[id]);
}
