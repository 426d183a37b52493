using ProxSharp.Pve.Consoles;

namespace ProxSharp.Pve;

public sealed partial class Node
{
    private NodeConsoles Consoles => new(this);

    /// <summary>Opens a terminal of the node.</summary>
    /// <param name="options">How it is opened.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <exception cref="ProxmoxAuthenticationException">The server does not take the ticket; some servers refuse those of API tokens.</exception>
    /// <remarks><c>POST /nodes/{node}/termproxy</c> and the websocket beside it. Needs <c>Sys.Console</c> on <c>/nodes/{node}</c>. Starts a task
    /// that lives as long as the session.</remarks>
    public Task<TerminalSession> OpenTerminalAsync(TerminalOptions? options = null, CancellationToken cancellationToken = default) =>
        ConsoleOpener.TerminalAsync(Consoles, options, cancellationToken);

    /// <inheritdoc cref="OpenTerminalAsync"/>
    public TerminalSession OpenTerminal(TerminalOptions? options = null, CancellationToken cancellationToken = default) =>
        ConsoleOpener.Terminal(Consoles, options, cancellationToken);

    /// <summary>Opens the screen of the node for a VNC client.</summary>
    /// <param name="options">How the screen is opened.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <exception cref="ProxmoxAuthenticationException">The server does not take the ticket; some servers refuse those of API tokens.</exception>
    /// <remarks><c>POST /nodes/{node}/vncshell</c> and the websocket beside it. Needs <c>Sys.Console</c> on <c>/nodes/{node}</c>. Starts a task
    /// that lives as long as the session.</remarks>
    public Task<VncSession> OpenVncAsync(VncOptions? options = null, CancellationToken cancellationToken = default) =>
        ConsoleOpener.VncAsync(Consoles, options, cancellationToken);

    /// <inheritdoc cref="OpenVncAsync"/>
    public VncSession OpenVnc(VncOptions? options = null, CancellationToken cancellationToken = default) =>
        ConsoleOpener.Vnc(Consoles, options, cancellationToken);

    /// <summary>Gets what a SPICE viewer needs to connect to the node.</summary>
    /// <param name="options">How the connection is asked for.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>POST /nodes/{node}/spiceshell</c>. Needs <c>Sys.Console</c> on <c>/nodes/{node}</c>.</remarks>
    public Task<SpiceConnection> GetSpiceAsync(SpiceOptions? options = null, CancellationToken cancellationToken = default) =>
        Consoles.SpiceAsync(options, cancellationToken);

    /// <inheritdoc cref="GetSpiceAsync"/>
    public SpiceConnection GetSpice(SpiceOptions? options = null, CancellationToken cancellationToken = default) => Consoles.Spice(options, cancellationToken);

    /// <summary>Gets a ticket for a terminal, for a program that connects itself, such as a browser.</summary>
    /// <param name="options">What is opened; size and keep-alive are for the one who connects.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>POST /nodes/{node}/termproxy</c>. Needs <c>Sys.Console</c> on <c>/nodes/{node}</c>. Starts a task that waits 10 s for the
    /// connection.</remarks>
    public Task<ConsoleTicket> CreateTerminalTicketAsync(TerminalOptions? options = null, CancellationToken cancellationToken = default) =>
        Consoles.TerminalAsync(options ?? new TerminalOptions(), cancellationToken);

    /// <inheritdoc cref="CreateTerminalTicketAsync"/>
    public ConsoleTicket CreateTerminalTicket(TerminalOptions? options = null, CancellationToken cancellationToken = default) =>
        Consoles.Terminal(options ?? new TerminalOptions(), cancellationToken);

    /// <summary>Gets a ticket for the screen, for a program that connects itself, such as a browser.</summary>
    /// <param name="options">How the screen is opened.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>POST /nodes/{node}/vncshell</c>. Needs <c>Sys.Console</c> on <c>/nodes/{node}</c>. Starts a task that waits 10 s for the
    /// connection.</remarks>
    public Task<ConsoleTicket> CreateVncTicketAsync(VncOptions? options = null, CancellationToken cancellationToken = default) =>
        Consoles.VncAsync(options ?? new VncOptions(), cancellationToken);

    /// <inheritdoc cref="CreateVncTicketAsync"/>
    public ConsoleTicket CreateVncTicket(VncOptions? options = null, CancellationToken cancellationToken = default) =>
        Consoles.Vnc(options ?? new VncOptions(), cancellationToken);
}
