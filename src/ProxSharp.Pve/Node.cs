using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Firewall;
using ProxSharp.Pve.Http;

namespace ProxSharp.Pve;

/// <summary>A node of the cluster. The handle holds its name; nothing is sent until a method is called.</summary>
public sealed partial class Node
{
    private static readonly NodesStatusSendCommandRequest s_reboot = new() { Command = NodePowerCommand.Reboot };
    private static readonly NodesStatusSendCommandRequest s_shutdown = new() { Command = NodePowerCommand.Shutdown };

    internal Node(PveClient client, NodeName name) => (Client, Name) = (client, name);

    /// <summary>The name of the node.</summary>
    public NodeName Name { get; }

    /// <summary>The virtual machines of the node.</summary>
    public NodeVmCollection Vms => new(this);

    /// <summary>The containers of the node.</summary>
    public NodeContainerCollection Containers => new(this);

    /// <summary>The storages as this node sees them.</summary>
    public StorageCollection Storages => new(this);

    /// <summary>The background tasks of the node.</summary>
    public NodeTasks Tasks => new(this);

    /// <summary>The firewall of the node.</summary>
    public NodeFirewall Firewall => new(this);

    internal PveClient Client { get; }

    /// <summary>Gets load, memory, file systems, kernel and versions of the node.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /nodes/{node}/status</c>. Needs <c>Sys.Audit</c> on <c>/nodes/{node}</c>.</remarks>
    public Task<NodesStatusResult> GetStatusAsync(CancellationToken cancellationToken = default) =>
        Client.Api.Nodes.Status.GetAsync(Name.Value, cancellationToken: cancellationToken).DataAsync();

    /// <inheritdoc cref="GetStatusAsync"/>
    public NodesStatusResult GetStatus(CancellationToken cancellationToken = default) =>
        Client.Api.Nodes.Status.Get(Name.Value, cancellationToken: cancellationToken).Data;

    /// <summary>Reboots the node. Its guests are shut down first, or migrated if high availability says so.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>POST /nodes/{node}/status</c>. Needs <c>Sys.PowerMgmt</c> on <c>/nodes/{node}</c>.</remarks>
    public Task RebootAsync(CancellationToken cancellationToken = default) =>
        Client.Api.Nodes.Status.SendCommandAsync(Name.Value, s_reboot, cancellationToken: cancellationToken);

    /// <inheritdoc cref="RebootAsync"/>
    public void Reboot(CancellationToken cancellationToken = default) =>
        Client.Api.Nodes.Status.SendCommand(Name.Value, s_reboot, cancellationToken: cancellationToken);

    /// <summary>Shuts the node down. Its guests are shut down first, or migrated if high availability says so.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>POST /nodes/{node}/status</c>. Needs <c>Sys.PowerMgmt</c> on <c>/nodes/{node}</c>.</remarks>
    public Task ShutdownAsync(CancellationToken cancellationToken = default) =>
        Client.Api.Nodes.Status.SendCommandAsync(Name.Value, s_shutdown, cancellationToken: cancellationToken);

    /// <inheritdoc cref="ShutdownAsync"/>
    public void Shutdown(CancellationToken cancellationToken = default) =>
        Client.Api.Nodes.Status.SendCommand(Name.Value, s_shutdown, cancellationToken: cancellationToken);

    /// <summary>Returns the name of the node.</summary>
    public override string ToString() => Name.ToString();
}
