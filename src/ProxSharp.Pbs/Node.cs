using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Monitoring;
using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Http;
using ProxSharp.Pbs.Monitoring;

namespace ProxSharp.Pbs;

/// <summary>The machine that the server runs on. Nothing is sent until a method is called.</summary>
public sealed partial class Node
{
    private static readonly NodesStatusSendCommandRequest s_reboot = new() { Command = NodePowerCommand.Reboot };
    private static readonly NodesStatusSendCommandRequest s_shutdown = new() { Command = NodePowerCommand.Shutdown };

    internal Node(PbsClient client, NodeName name) => (Client, Name) = (client, name);

    /// <summary>The name of the node in paths: <c>localhost</c>.</summary>
    public NodeName Name { get; }

    internal PbsClient Client { get; }

    /// <summary>Gets load, memory, file systems, kernel and versions.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /nodes/{node}/status</c>. Needs <c>Sys.Audit</c> on <c>/system/status</c>.</remarks>
    public Task<NodesStatusResult> GetStatusAsync(CancellationToken cancellationToken = default) =>
        Client.Api.Nodes.Status.GetAsync(Name.Value, cancellationToken: cancellationToken).DataAsync();

    /// <inheritdoc cref="GetStatusAsync"/>
    public NodesStatusResult GetStatus(CancellationToken cancellationToken = default) =>
        Client.Api.Nodes.Status.Get(Name.Value, cancellationToken: cancellationToken).Data;

    /// <summary>Reboots the machine. The answer comes before it goes down.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>POST /nodes/{node}/status</c>. Needs <c>Sys.PowerManagement</c> on <c>/system/status</c>.</remarks>
    public Task RebootAsync(CancellationToken cancellationToken = default) =>
        Client.Api.Nodes.Status.SendCommandAsync(Name.Value, s_reboot, cancellationToken: cancellationToken);

    /// <inheritdoc cref="RebootAsync"/>
    public void Reboot(CancellationToken cancellationToken = default) =>
        Client.Api.Nodes.Status.SendCommand(Name.Value, s_reboot, cancellationToken: cancellationToken);

    /// <summary>Shuts the machine down. The answer comes before it does; nothing here can start it again.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>POST /nodes/{node}/status</c>. Needs <c>Sys.PowerManagement</c> on <c>/system/status</c>.</remarks>
    public Task ShutdownAsync(CancellationToken cancellationToken = default) =>
        Client.Api.Nodes.Status.SendCommandAsync(Name.Value, s_shutdown, cancellationToken: cancellationToken);

    /// <inheritdoc cref="ShutdownAsync"/>
    public void Shutdown(CancellationToken cancellationToken = default) =>
        Client.Api.Nodes.Status.SendCommand(Name.Value, s_shutdown, cancellationToken: cancellationToken);

    /// <summary>Gets the metrics of the machine over time.</summary>
    /// <param name="timeframe">The span of time, up to now.</param>
    /// <param name="consolidation">Whether points are means or maxima of the time they stand for; null for means.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /nodes/{node}/rrd</c>. Needs <c>Sys.Audit</c> on <c>/system/status</c>.</remarks>
    public async Task<NodeTimeSeries> GetRrdAsync(
        RrdTimeframe timeframe, RrdConsolidation? consolidation = null, CancellationToken cancellationToken = default) =>
        new(await Client.Connection.SendAsync(RrdCalls.Node, RrdTarget(timeframe, consolidation), TimeSeriesTable.Reader,
            cancellationToken: cancellationToken).DataAsync().ConfigureAwait(false));

    /// <inheritdoc cref="GetRrdAsync"/>
    public NodeTimeSeries GetRrd(RrdTimeframe timeframe, RrdConsolidation? consolidation = null, CancellationToken cancellationToken = default) =>
        new(Client.Connection.Send(RrdCalls.Node, RrdTarget(timeframe, consolidation), TimeSeriesTable.Reader, cancellationToken: cancellationToken).Data);

    /// <summary>Returns the name of the node.</summary>
    public override string ToString() => Name.ToString();

    private ApiParameters RrdTarget(RrdTimeframe timeframe, RrdConsolidation? consolidation) =>
        new ApiParameters().WithPath("node", Name.Value).With(timeframe, consolidation);
}
