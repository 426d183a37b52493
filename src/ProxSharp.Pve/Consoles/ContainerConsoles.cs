using ProxSharp.Api;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Consoles;

/// <summary>The consoles of a container.</summary>
internal sealed class ContainerConsoles(Container container) : ConsoleHost(container.Client)
{
    private static readonly ApiOperation s_webSocket = new(ApiMethod.Get, "/nodes/{node}/lxc/{vmid}/vncwebsocket");

    public override async Task<ConsoleTicket> TerminalAsync(TerminalOptions options, CancellationToken cancellationToken)
    {
        Check(options);
        string used = "";
        CreateTermProxyResult result = await container.CallAsync(
            node => Client.Api.Nodes.Lxc.CreateTermProxyAsync(used = node, container.Id.Value, cancellationToken: cancellationToken),
                cancellationToken).ConfigureAwait(false);
        return Ticket(result, s_webSocket, () => Target(used));
    }

    public override ConsoleTicket Terminal(TerminalOptions options, CancellationToken cancellationToken)
    {
        Check(options);
        string used = "";
        CreateTermProxyResult result = container.Call(
            node => Client.Api.Nodes.Lxc.CreateTermProxy(used = node, container.Id.Value, cancellationToken: cancellationToken), cancellationToken);
        return Ticket(result, s_webSocket, () => Target(used));
    }

    public override async Task<ConsoleTicket> VncAsync(VncOptions options, CancellationToken cancellationToken)
    {
        NodesLxcCreateVncProxyRequest request = Request(options);
        string used = "";
        NodesCreateVncShellResult result = await container.CallAsync(
            node => Client.Api.Nodes.Lxc.CreateVncProxyAsync(used = node, container.Id.Value, request, cancellationToken: cancellationToken),
                cancellationToken).ConfigureAwait(false);
        return Ticket(result, s_webSocket, () => Target(used));
    }

    public override ConsoleTicket Vnc(VncOptions options, CancellationToken cancellationToken)
    {
        NodesLxcCreateVncProxyRequest request = Request(options);
        string used = "";
        NodesCreateVncShellResult result = container.Call(
            node => Client.Api.Nodes.Lxc.CreateVncProxy(used = node, container.Id.Value, request, cancellationToken: cancellationToken), cancellationToken);
        return Ticket(result, s_webSocket, () => Target(used));
    }

    public async Task<SpiceConnection> SpiceAsync(SpiceOptions? options, CancellationToken cancellationToken)
    {
        NodesLxcCreateSpiceProxyRequest? request = Request(options);
        return new SpiceConnection(await container.CallAsync(
            node => Client.Api.Nodes.Lxc.CreateSpiceProxyAsync(node, container.Id.Value, request, cancellationToken: cancellationToken),
                cancellationToken).ConfigureAwait(false));
    }

    public SpiceConnection Spice(SpiceOptions? options, CancellationToken cancellationToken)
    {
        NodesLxcCreateSpiceProxyRequest? request = Request(options);
        return new SpiceConnection(container.Call(
            node => Client.Api.Nodes.Lxc.CreateSpiceProxy(node, container.Id.Value, request, cancellationToken: cancellationToken), cancellationToken));
    }

    private static void Check(TerminalOptions options)
    {
        CheckCommand(options.Command, options.Arguments);
        if (options.SerialPort is not null)
        {
            throw new ArgumentException("Only a virtual machine has serial ports.", nameof(options));
        }
    }

    private static NodesLxcCreateVncProxyRequest Request(VncOptions options)
    {
        CheckCommand(options.Command, options.Arguments);
        return new NodesLxcCreateVncProxyRequest { Websocket = true, Width = options.Width, Height = options.Height };
    }

    private static NodesLxcCreateSpiceProxyRequest? Request(SpiceOptions? options)
    {
        CheckCommand(options?.Command, options?.Arguments ?? []);
        return options is null ? null : new NodesLxcCreateSpiceProxyRequest { Proxy = options.Proxy };
    }

    private ApiParameters Target(string node) => new ApiParameters().WithPath("node", node).WithPath("vmid", (long)container.Id.Value);
}
