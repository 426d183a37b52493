using ProxSharp.Pve.Consoles;

namespace ProxSharp.Pve;

public sealed partial class Vm
{
    private VmConsoles Consoles => new(this);

    /// <summary>Opens a terminal of the virtual machine.</summary>
    /// <param name="options">How it is opened.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <exception cref="ProxmoxAuthenticationException">The server does not take the ticket; some servers refuse those of API tokens.</exception>
    /// <remarks><c>POST /nodes/{node}/qemu/{vmid}/termproxy</c> and the websocket beside it. Needs <c>VM.Console</c> on <c>/vms/{vmid}</c>.
    /// Starts a task that lives as long as the session.</remarks>
    public Task<TerminalSession> OpenTerminalAsync(TerminalOptions? options = null, CancellationToken cancellationToken = default) =>
        ConsoleOpener.TerminalAsync(Consoles, options, cancellationToken);

    /// <inheritdoc cref="OpenTerminalAsync"/>
    public TerminalSession OpenTerminal(TerminalOptions? options = null, CancellationToken cancellationToken = default) =>
        ConsoleOpener.Terminal(Consoles, options, cancellationToken);

    /// <summary>Opens the screen of the virtual machine for a VNC client.</summary>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <exception cref="ProxmoxAuthenticationException">The server does not take the ticket; some servers refuse those of API tokens.</exception>
    /// <remarks><c>POST /nodes/{node}/qemu/{vmid}/vncproxy</c> and the websocket beside it. Needs <c>VM.Console</c> on <c>/vms/{vmid}</c>. Starts
    /// a task that lives as long as the session.</remarks>
    public Task<VncSession> OpenVncAsync(CancellationToken cancellationToken = default) => ConsoleOpener.VncAsync(Consoles, null, cancellationToken);

    /// <inheritdoc cref="OpenVncAsync"/>
    public VncSession OpenVnc(CancellationToken cancellationToken = default) => ConsoleOpener.Vnc(Consoles, null, cancellationToken);

    /// <summary>Gets what a SPICE viewer needs to connect to the virtual machine.</summary>
    /// <param name="options">How the connection is asked for.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>POST /nodes/{node}/qemu/{vmid}/spiceproxy</c>. Needs <c>VM.Console</c> on <c>/vms/{vmid}</c>. Only machines with a QXL display
    /// have SPICE; others answer <c>no spice port</c>.</remarks>
    public Task<SpiceConnection> GetSpiceAsync(SpiceOptions? options = null, CancellationToken cancellationToken = default) =>
        Consoles.SpiceAsync(options, cancellationToken);

    /// <inheritdoc cref="GetSpiceAsync"/>
    public SpiceConnection GetSpice(SpiceOptions? options = null, CancellationToken cancellationToken = default) => Consoles.Spice(options, cancellationToken);

    /// <summary>Gets a ticket for a terminal, for a program that connects itself, such as a browser.</summary>
    /// <param name="options">What is opened; size and keep-alive are for the one who connects.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>POST /nodes/{node}/qemu/{vmid}/termproxy</c>. Needs <c>VM.Console</c> on <c>/vms/{vmid}</c>. Starts a task that waits 10 s for
    /// the connection.</remarks>
    public Task<ConsoleTicket> CreateTerminalTicketAsync(TerminalOptions? options = null, CancellationToken cancellationToken = default) =>
        Consoles.TerminalAsync(options ?? new TerminalOptions(), cancellationToken);

    /// <inheritdoc cref="CreateTerminalTicketAsync"/>
    public ConsoleTicket CreateTerminalTicket(TerminalOptions? options = null, CancellationToken cancellationToken = default) =>
        Consoles.Terminal(options ?? new TerminalOptions(), cancellationToken);

    /// <summary>Gets a ticket for the screen, for a program that connects itself, such as a browser.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>POST /nodes/{node}/qemu/{vmid}/vncproxy</c>. Needs <c>VM.Console</c> on <c>/vms/{vmid}</c>. Starts a task that waits 10 s for
    /// the connection.</remarks>
    public Task<ConsoleTicket> CreateVncTicketAsync(CancellationToken cancellationToken = default) =>
        Consoles.VncAsync(new VncOptions(), cancellationToken);

    /// <inheritdoc cref="CreateVncTicketAsync"/>
    public ConsoleTicket CreateVncTicket(CancellationToken cancellationToken = default) =>
        Consoles.Vnc(new VncOptions(), cancellationToken);
}
