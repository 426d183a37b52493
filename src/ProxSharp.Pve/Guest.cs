using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Firewall;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve;

/// <summary>
/// A virtual machine or a container. The handle holds its number and the node it was last seen on; nothing is sent until a method is called. A guest
/// that has moved to another node since is found again.
/// </summary>
public abstract partial class Guest
{
    private protected Guest(PveClient client, VmId id, string? node)
    {
        (Client, Id) = (client, id);
        Place = new GuestPlace(this, node);
    }

    /// <summary>The number of the guest.</summary>
    public VmId Id { get; }

    /// <summary>Virtual machine or container.</summary>
    public abstract GuestType Type { get; }

    /// <summary>The snapshots of the guest.</summary>
    public abstract GuestSnapshots Snapshots { get; }

    /// <summary>The firewall of the guest.</summary>
    public GuestFirewall Firewall => new(this);

    internal PveClient Client { get; }

    internal GuestPlace Place { get; }

    internal GuestKind Kind => GuestKind.Of(Type);

    /// <summary>What messages call the guest.</summary>
    internal string Label => $"{Kind.Word} {Id}";

    /// <summary>Gets the name of the node that holds the guest, from the cluster's list of resources.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /cluster/resources</c>.</remarks>
    /// <exception cref="ProxmoxNotFoundException">No guest of the cluster that the user may see has the number.</exception>
    public async Task<NodeName> GetNodeAsync(CancellationToken cancellationToken = default) =>
        NodeName.Parse(await Client.Locator.LocateAsync(this, cancellationToken).ConfigureAwait(false), null);

    /// <inheritdoc cref="GetNodeAsync"/>
    public NodeName GetNode(CancellationToken cancellationToken = default) => NodeName.Parse(Client.Locator.Locate(this, cancellationToken), null);

    /// <summary>Returns what the guest is and its number, for example <c>VM 100</c>.</summary>
    public override string ToString() => Label;

    /// <summary>What a node says that does not hold the guest.</summary>
    // Proxmox: a guest that is not on the node that was asked shows as a missing configuration file.
    internal string AbsenceText(string node) => $"Configuration file 'nodes/{node}/{Kind.Folder}/{Id}.conf' does not exist";

    /// <summary>What the messages of a call's exceptions say that it does.</summary>
    internal ApiCallOptions Saying(string action, string node) => new() { Action = $"{action} {Label} on {node}" };
}
