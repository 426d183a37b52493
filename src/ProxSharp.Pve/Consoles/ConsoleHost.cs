using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Consoles;

/// <summary>What consoles belong to: a node, a virtual machine or a container. Knows the calls that give tickets.</summary>
internal abstract class ConsoleHost(PveClient client)
{
    public PveClient Client { get; } = client;

    /// <summary>Gets a ticket for a terminal.</summary>
    public abstract Task<ConsoleTicket> TerminalAsync(TerminalOptions options, CancellationToken cancellationToken);

    /// <inheritdoc cref="TerminalAsync"/>
    public abstract ConsoleTicket Terminal(TerminalOptions options, CancellationToken cancellationToken);

    /// <summary>Gets a ticket for a screen.</summary>
    public abstract Task<ConsoleTicket> VncAsync(VncOptions options, CancellationToken cancellationToken);

    /// <inheritdoc cref="VncAsync"/>
    public abstract ConsoleTicket Vnc(VncOptions options, CancellationToken cancellationToken);

    protected static string? Joined(IReadOnlyList<string> arguments) => arguments.Count == 0 ? null : string.Join('\0', arguments);

    /// <summary>Refuses options that only nodes have.</summary>
    /// <exception cref="ArgumentException">There are some.</exception>
    protected static void CheckCommand(ConsoleCommand? command, IReadOnlyList<string> arguments)
    {
        if (command is not null || arguments.Count > 0)
        {
            throw new ArgumentException("Only the console of a node runs a command.", nameof(command));
        }
    }

    protected ConsoleTicket Ticket(CreateTermProxyResult result, ApiOperation operation, Func<ApiParameters> target) =>
        new(Client.Tasks[Upid.Parse(result.Upid, null)], operation, target)
        {
            User = result.User,
            Port = (int)result.Port,
            Ticket = result.Ticket,
        };

    // Proxmox: servers before 7.2 give no password; there it is the beginning of the ticket, of which VNC uses eight characters.
    protected ConsoleTicket Ticket(NodesCreateVncShellResult result, ApiOperation operation, Func<ApiParameters> target) =>
        new(Client.Tasks[Upid.Parse(result.Upid, null)], operation, target)
        {
            User = result.User,
            Port = (int)result.Port,
            Ticket = result.Ticket,
            Password = result.Password ?? result.Ticket[..Math.Min(8, result.Ticket.Length)],
            Certificate = result.Cert,
        };
}
