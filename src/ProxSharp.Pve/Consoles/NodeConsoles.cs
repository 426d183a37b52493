using ProxSharp.Api;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Http;

namespace ProxSharp.Pve.Consoles;

/// <summary>The consoles of a node.</summary>
internal sealed class NodeConsoles(Node node) : ConsoleHost(node.Client)
{
    private static readonly ApiOperation s_webSocket = new(ApiMethod.Get, "/nodes/{node}/vncwebsocket");

    private readonly string _node = node.Name.Value;

    public override async Task<ConsoleTicket> TerminalAsync(TerminalOptions options, CancellationToken cancellationToken)
        => Ticket(
            await Client.Api.Nodes.CreateTermProxyAsync(_node, Request(options), cancellationToken: cancellationToken).DataAsync().ConfigureAwait(false),
            s_webSocket,
            Target);

    public override ConsoleTicket Terminal(TerminalOptions options, CancellationToken cancellationToken)
        => Ticket(Client.Api.Nodes.CreateTermProxy(_node, Request(options), cancellationToken: cancellationToken).Data, s_webSocket, Target);

    public override async Task<ConsoleTicket> VncAsync(VncOptions options, CancellationToken cancellationToken)
        => Ticket(
            await Client.Api.Nodes.CreateVncShellAsync(_node, Request(options), cancellationToken: cancellationToken).DataAsync().ConfigureAwait(false),
            s_webSocket,
            Target);

    public override ConsoleTicket Vnc(VncOptions options, CancellationToken cancellationToken)
        => Ticket(Client.Api.Nodes.CreateVncShell(_node, Request(options), cancellationToken: cancellationToken).Data, s_webSocket, Target);

    public async Task<SpiceConnection> SpiceAsync(SpiceOptions? options, CancellationToken cancellationToken)
        => new(await Client.Api.Nodes.CreateSpiceShellAsync(_node, Request(options), cancellationToken: cancellationToken).DataAsync().ConfigureAwait(false));

    public SpiceConnection Spice(SpiceOptions? options, CancellationToken cancellationToken)
        => new(Client.Api.Nodes.CreateSpiceShell(_node, Request(options), cancellationToken: cancellationToken).Data);

    private static NodesCreateTermProxyRequest Request(TerminalOptions options) => options.SerialPort is null
        ? new NodesCreateTermProxyRequest { Cmd = options.Command, CmdOpts = Joined(options.Arguments) }
        : throw new ArgumentException("Only a virtual machine has serial ports.", nameof(options));

    private static NodesCreateVncShellRequest Request(VncOptions options) => new()
    {
        Websocket = true,
        Width = options.Width,
        Height = options.Height,
        Cmd = options.Command,
        CmdOpts = Joined(options.Arguments),
    };

    private static NodesCreateSpiceShellRequest? Request(SpiceOptions? options) => options is null
        ? null
        : new NodesCreateSpiceShellRequest { Proxy = options.Proxy, Cmd = options.Command, CmdOpts = Joined(options.Arguments) };

    private ApiParameters Target() => new ApiParameters().WithPath("node", _node);
}
