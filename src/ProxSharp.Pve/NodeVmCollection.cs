using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;
using ProxSharp.Pve.Http;

namespace ProxSharp.Pve;

/// <summary>The virtual machines of a node.</summary>
public sealed class NodeVmCollection
{
    private readonly Node _node;

    internal NodeVmCollection(Node node) => _node = node;

    private NodesQemuApi Api => _node.Client.Api.Nodes.Qemu;

    private string Name => _node.Name.Value;

    /// <summary>A virtual machine by its number; nothing is sent. If it is on another node by then, it is found there.</summary>
    /// <param name="id">The number.</param>
    public Vm this[VmId id] => new(_node.Client, id, Name);

    /// <summary>A virtual machine by its number; nothing is sent. If it is on another node by then, it is found there.</summary>
    /// <param name="id">The number.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 100 or above 999999999.</exception>
    public Vm this[int id] => this[new VmId(id)];

    /// <summary>Lists the virtual machines of the node with their present state. Those that the user may not see are left out.</summary>
    /// <param name="full">Also finds out the full state of running VMs, which takes longer.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /nodes/{node}/qemu</c>. Needs <c>VM.Audit</c> on <c>/vms/{vmid}</c>.</remarks>
    public Task<IReadOnlyList<NodesQemuItem>> ListAsync(bool full = false, CancellationToken cancellationToken = default) =>
        Api.ListAsync(Name, new NodesQemuListRequest { Full = OptionCheck.Flag(full) }, cancellationToken: cancellationToken).DataAsync();

    /// <inheritdoc cref="ListAsync"/>
    public IReadOnlyList<NodesQemuItem> List(bool full = false, CancellationToken cancellationToken = default) =>
        Api.List(Name, new NodesQemuListRequest { Full = OptionCheck.Flag(full) }, cancellationToken: cancellationToken).Data;

    /// <summary>Makes a virtual machine. Without a number of its own it gets a free one, safely: nobody else gets the same.</summary>
    /// <param name="spec">What it is to be.</param>
    /// <param name="cancellationToken">Cancels the calls, not the task.</param>
    /// <returns>The task, and the virtual machine.</returns>
    /// <remarks>
    /// <c>POST /nodes/{node}/qemu</c>. Needs <c>VM.Allocate</c> on <c>/vms/{vmid}</c> or on the pool, by option <c>VM.Config.*</c>, and space on the storages.
    /// </remarks>
    /// <exception cref="ProxmoxConflictException">The number that the specification names is taken.</exception>
    public Task<GuestTask<Vm>> CreateAsync(VmSpec spec, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return _node.Client.Claims.ClaimAsync(spec.Id, spec.IdRange, CreateAsAsync, cancellationToken);

        async Task<GuestTask<Vm>> CreateAsAsync(VmId id) =>
            Made(await _node.Client.Tasks.StartedAsync(Api.CreateAsync(Name, spec.ToRequest(id), Saying(id), cancellationToken)).ConfigureAwait(false), id);
    }

    /// <inheritdoc cref="CreateAsync"/>
    public GuestTask<Vm> Create(VmSpec spec, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return _node.Client.Claims.Claim(spec.Id, spec.IdRange, CreateAs, cancellationToken);

        GuestTask<Vm> CreateAs(VmId id) => Made(_node.Client.Tasks.Started(Api.Create(Name, spec.ToRequest(id), Saying(id), cancellationToken)), id);
    }

    private ApiCallOptions Saying(VmId id) => new() { Action = $"create VM {id} on {Name}" };

    private GuestTask<Vm> Made(PveTask task, VmId id) => new(task, this[id]);
}
