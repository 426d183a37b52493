using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve;

public sealed partial class PveClient
{
    /// <summary>The virtual machines of the cluster.</summary>
    public VmCollection Vms => new(this);

    /// <summary>The containers of the cluster.</summary>
    public ContainerCollection Containers => new(this);

    /// <summary>The virtual machines and containers of the cluster.</summary>
    public GuestCollection Guests => new(this);

    internal GuestClaims Claims => new(this);

    private GuestFinder Finder => new(this);

    /// <summary>
    /// Finds a virtual machine by its number, with one call for the whole cluster, or by its name. The list of the cluster shows names up to 10 s late: the
    /// guest that is found is asked for its own, and where it has another, or nobody has it, the lists of the nodes are read.
    /// </summary>
    /// <param name="nameOrId">The number, or the name: as it is written first, then without regard to case.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <remarks>
    /// <c>GET /cluster/resources</c>; of names <c>GET .../status/current</c>, or what <see cref="GuestCollection.ListLiveAsync"/> reads. Needs <c>VM.Audit</c> on
    /// <c>/vms/{vmid}</c>.
    /// </remarks>
    /// <exception cref="ProxmoxNotFoundException">There is none that the user may see.</exception>
    /// <exception cref="AmbiguousGuestException">Several have the name.</exception>
    public async Task<Vm> FindVmAsync(string nameOrId, CancellationToken cancellationToken = default) =>
        (Vm)Guests[await Finder.FindAsync(nameOrId, GuestType.Qemu, cancellationToken).ConfigureAwait(false)];

    /// <inheritdoc cref="FindVmAsync(string, CancellationToken)"/>
    public Vm FindVm(string nameOrId, CancellationToken cancellationToken = default) =>
        (Vm)Guests[Finder.Find(nameOrId, GuestType.Qemu, cancellationToken)];

    /// <summary>Finds a virtual machine by its number, with one call for the whole cluster.</summary>
    /// <param name="id">The number.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /cluster/resources</c>. Needs <c>VM.Audit</c> on <c>/vms/{vmid}</c>.</remarks>
    /// <exception cref="ProxmoxNotFoundException">There is none that the user may see.</exception>
    public Task<Vm> FindVmAsync(VmId id, CancellationToken cancellationToken = default) => FindVmAsync(id.ToString(), cancellationToken);

    /// <inheritdoc cref="FindVmAsync(VmId, CancellationToken)"/>
    public Vm FindVm(VmId id, CancellationToken cancellationToken = default) => FindVm(id.ToString(), cancellationToken);

    /// <inheritdoc cref="FindVmAsync(VmId, CancellationToken)"/>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 100 or above 999999999.</exception>
    public Task<Vm> FindVmAsync(int id, CancellationToken cancellationToken = default) => FindVmAsync(new VmId(id), cancellationToken);

    /// <inheritdoc cref="FindVmAsync(int, CancellationToken)"/>
    public Vm FindVm(int id, CancellationToken cancellationToken = default) => FindVm(new VmId(id), cancellationToken);

    /// <summary>
    /// Finds a container by its number, with one call for the whole cluster, or by its name. The list of the cluster shows names up to 10 s late: the
    /// guest that is found is asked for its own, and where it has another, or nobody has it, the lists of the nodes are read.
    /// </summary>
    /// <param name="nameOrId">The number, or the name: as it is written first, then without regard to case.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <remarks>
    /// <c>GET /cluster/resources</c>; of names <c>GET .../status/current</c>, or what <see cref="GuestCollection.ListLiveAsync"/> reads. Needs <c>VM.Audit</c> on
    /// <c>/vms/{vmid}</c>.
    /// </remarks>
    /// <exception cref="ProxmoxNotFoundException">There is none that the user may see.</exception>
    /// <exception cref="AmbiguousGuestException">Several have the name.</exception>
    public async Task<Container> FindContainerAsync(string nameOrId, CancellationToken cancellationToken = default) =>
        (Container)Guests[await Finder.FindAsync(nameOrId, GuestType.Lxc, cancellationToken).ConfigureAwait(false)];

    /// <inheritdoc cref="FindContainerAsync(string, CancellationToken)"/>
    public Container FindContainer(string nameOrId, CancellationToken cancellationToken = default) =>
        (Container)Guests[Finder.Find(nameOrId, GuestType.Lxc, cancellationToken)];

    /// <summary>Finds a container by its number, with one call for the whole cluster.</summary>
    /// <param name="id">The number.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /cluster/resources</c>. Needs <c>VM.Audit</c> on <c>/vms/{vmid}</c>.</remarks>
    /// <exception cref="ProxmoxNotFoundException">There is none that the user may see.</exception>
    public Task<Container> FindContainerAsync(VmId id, CancellationToken cancellationToken = default) => FindContainerAsync(id.ToString(), cancellationToken);

    /// <inheritdoc cref="FindContainerAsync(VmId, CancellationToken)"/>
    public Container FindContainer(VmId id, CancellationToken cancellationToken = default) => FindContainer(id.ToString(), cancellationToken);

    /// <inheritdoc cref="FindContainerAsync(VmId, CancellationToken)"/>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 100 or above 999999999.</exception>
    public Task<Container> FindContainerAsync(int id, CancellationToken cancellationToken = default) => FindContainerAsync(new VmId(id), cancellationToken);

    /// <inheritdoc cref="FindContainerAsync(int, CancellationToken)"/>
    public Container FindContainer(int id, CancellationToken cancellationToken = default) => FindContainer(new VmId(id), cancellationToken);

    /// <summary>
    /// Finds a virtual machine or container by its number, with one call for the whole cluster, or by its name. The list of the cluster shows names up to 10 s late: the
    /// guest that is found is asked for its own, and where it has another, or nobody has it, the lists of the nodes are read.
    /// </summary>
    /// <param name="nameOrId">The number, or the name: as it is written first, then without regard to case.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <remarks>
    /// <c>GET /cluster/resources</c>; of names <c>GET .../status/current</c>, or what <see cref="GuestCollection.ListLiveAsync"/> reads. Needs <c>VM.Audit</c> on
    /// <c>/vms/{vmid}</c>.
    /// </remarks>
    /// <exception cref="ProxmoxNotFoundException">There is none that the user may see.</exception>
    /// <exception cref="AmbiguousGuestException">Several have the name.</exception>
    public async Task<Guest> FindGuestAsync(string nameOrId, CancellationToken cancellationToken = default) =>
        Guests[await Finder.FindAsync(nameOrId, null, cancellationToken).ConfigureAwait(false)];

    /// <inheritdoc cref="FindGuestAsync(string, CancellationToken)"/>
    public Guest FindGuest(string nameOrId, CancellationToken cancellationToken = default) =>
        Guests[Finder.Find(nameOrId, null, cancellationToken)];

    /// <summary>Finds a virtual machine or container by its number, with one call for the whole cluster.</summary>
    /// <param name="id">The number.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /cluster/resources</c>. Needs <c>VM.Audit</c> on <c>/vms/{vmid}</c>.</remarks>
    /// <exception cref="ProxmoxNotFoundException">There is none that the user may see.</exception>
    public Task<Guest> FindGuestAsync(VmId id, CancellationToken cancellationToken = default) => FindGuestAsync(id.ToString(), cancellationToken);

    /// <inheritdoc cref="FindGuestAsync(VmId, CancellationToken)"/>
    public Guest FindGuest(VmId id, CancellationToken cancellationToken = default) => FindGuest(id.ToString(), cancellationToken);

    /// <inheritdoc cref="FindGuestAsync(VmId, CancellationToken)"/>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 100 or above 999999999.</exception>
    public Task<Guest> FindGuestAsync(int id, CancellationToken cancellationToken = default) => FindGuestAsync(new VmId(id), cancellationToken);

    /// <inheritdoc cref="FindGuestAsync(int, CancellationToken)"/>
    public Guest FindGuest(int id, CancellationToken cancellationToken = default) => FindGuest(new VmId(id), cancellationToken);

    /// <summary>Makes a virtual machine. Without a number of its own it gets a free one, safely: nobody else gets the same.</summary>
    /// <param name="node">The node to make it on.</param>
    /// <param name="spec">What it is to be.</param>
    /// <param name="cancellationToken">Cancels the calls, not the task.</param>
    /// <remarks>See <see cref="NodeVmCollection.CreateAsync"/>.</remarks>
    /// <exception cref="ProxmoxConflictException">The number that the specification names is taken.</exception>
    public Task<GuestTask<Vm>> CreateVmAsync(NodeName node, VmSpec spec, CancellationToken cancellationToken = default) =>
        Nodes[node].Vms.CreateAsync(spec, cancellationToken);

    /// <inheritdoc cref="CreateVmAsync"/>
    public GuestTask<Vm> CreateVm(NodeName node, VmSpec spec, CancellationToken cancellationToken = default) => Nodes[node].Vms.Create(spec, cancellationToken);

    /// <summary>Makes a container. Without a number of its own it gets a free one, safely: nobody else gets the same.</summary>
    /// <param name="node">The node to make it on.</param>
    /// <param name="spec">What it is to be.</param>
    /// <param name="cancellationToken">Cancels the calls, not the task.</param>
    /// <remarks>See <see cref="NodeContainerCollection.CreateAsync"/>.</remarks>
    /// <exception cref="ProxmoxConflictException">The number that the specification names is taken.</exception>
    public Task<GuestTask<Container>> CreateContainerAsync(NodeName node, ContainerSpec spec, CancellationToken cancellationToken = default) =>
        Nodes[node].Containers.CreateAsync(spec, cancellationToken);

    /// <inheritdoc cref="CreateContainerAsync"/>
    public GuestTask<Container> CreateContainer(NodeName node, ContainerSpec spec, CancellationToken cancellationToken = default) =>
        Nodes[node].Containers.Create(spec, cancellationToken);
}
