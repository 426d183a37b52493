using ProxSharp.Api;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Consoles;

/// <summary>The consoles of a virtual machine.</summary>
internal sealed class VmConsoles(Vm vm) : ConsoleHost(vm.Client)
{
    private static readonly ApiOperation s_webSocket = new(ApiMethod.Get, "/nodes/{node}/qemu/{vmid}/vncwebsocket");
    private static readonly NodesQemuCreateVncProxyRequest s_screen = new() { Websocket = true };

    public override async Task<ConsoleTicket> TerminalAsync(TerminalOptions options, CancellationToken cancellationToken)
    {
        NodesQemuCreateTermProxyRequest request = Request(options);
        string used = "";
        CreateTermProxyResult result = await vm.CallAsync(
            node => Client.Api.Nodes.Qemu.CreateTermProxyAsync(used = node, vm.Id.Value, request, cancellationToken: cancellationToken),
                cancellationToken).ConfigureAwait(false);
        return Ticket(result, s_webSocket, () => Target(used));
    }

    public override ConsoleTicket Terminal(TerminalOptions options, CancellationToken cancellationToken)
    {
        NodesQemuCreateTermProxyRequest request = Request(options);
        string used = "";
        CreateTermProxyResult result = vm.Call(
            node => Client.Api.Nodes.Qemu.CreateTermProxy(used = node, vm.Id.Value, request, cancellationToken: cancellationToken), cancellationToken);
        return Ticket(result, s_webSocket, () => Target(used));
    }

    public override async Task<ConsoleTicket> VncAsync(VncOptions options, CancellationToken cancellationToken)
    {
        string used = "";
        NodesCreateVncShellResult result = await vm.CallAsync(
            node => Client.Api.Nodes.Qemu.CreateVncProxyAsync(used = node, vm.Id.Value, s_screen, cancellationToken: cancellationToken),
                cancellationToken).ConfigureAwait(false);
        return Ticket(result, s_webSocket, () => Target(used));
    }

    public override ConsoleTicket Vnc(VncOptions options, CancellationToken cancellationToken)
    {
        string used = "";
        NodesCreateVncShellResult result = vm.Call(
            node => Client.Api.Nodes.Qemu.CreateVncProxy(used = node, vm.Id.Value, s_screen, cancellationToken: cancellationToken), cancellationToken);
        return Ticket(result, s_webSocket, () => Target(used));
    }

    public async Task<SpiceConnection> SpiceAsync(SpiceOptions? options, CancellationToken cancellationToken)
    {
        NodesQemuCreateSpiceProxyRequest? request = Request(options);
        return new SpiceConnection(await vm.CallAsync(
            node => Client.Api.Nodes.Qemu.CreateSpiceProxyAsync(node, vm.Id.Value, request, cancellationToken: cancellationToken),
                cancellationToken).ConfigureAwait(false));
    }

    public SpiceConnection Spice(SpiceOptions? options, CancellationToken cancellationToken)
    {
        NodesQemuCreateSpiceProxyRequest? request = Request(options);
        return new SpiceConnection(vm.Call(
            node => Client.Api.Nodes.Qemu.CreateSpiceProxy(node, vm.Id.Value, request, cancellationToken: cancellationToken), cancellationToken));
    }

    private static NodesQemuCreateTermProxyRequest Request(TerminalOptions options)
    {
        CheckCommand(options.Command, options.Arguments);
        return new NodesQemuCreateTermProxyRequest { Serial = options.SerialPort };
    }

    private static NodesQemuCreateSpiceProxyRequest? Request(SpiceOptions? options)
    {
        CheckCommand(options?.Command, options?.Arguments ?? []);
        return options is null ? null : new NodesQemuCreateSpiceProxyRequest { Proxy = options.Proxy };
    }

    private ApiParameters Target(string node) => new ApiParameters().WithPath("node", node).WithPath("vmid", (long)vm.Id.Value);
}
