using ProxSharp.Api;
using ProxSharp.Monitoring;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Monitoring;

namespace ProxSharp.Pve;

public abstract partial class Guest
{
    private ApiOperation Rrd => this is Container ? RrdCalls.Container : RrdCalls.Machine;

    /// <summary>Gets the metrics of the guest over time.</summary>
    /// <param name="timeframe">The span of time, up to now.</param>
    /// <param name="consolidation">Whether points are means or maxima of the time they stand for; null for means.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /nodes/{node}/{qemu|lxc}/{vmid}/rrddata</c>. Needs <c>VM.Audit</c> on <c>/vms/{vmid}</c>.</remarks>
    public async Task<GuestTimeSeries> GetRrdAsync(
        RrdTimeframe timeframe, RrdConsolidation? consolidation = null, CancellationToken cancellationToken = default) =>
        new(await CallAsync(
        node => Client.Connection.SendAsync(Rrd, RrdTarget(node, timeframe, consolidation), TimeSeriesTable.Reader, cancellationToken: cancellationToken),
            cancellationToken).ConfigureAwait(false));

    /// <inheritdoc cref="GetRrdAsync"/>
    public GuestTimeSeries GetRrd(RrdTimeframe timeframe, RrdConsolidation? consolidation = null, CancellationToken cancellationToken = default) => new(Call(
        node => Client.Connection.Send(Rrd, RrdTarget(node, timeframe, consolidation), TimeSeriesTable.Reader, cancellationToken: cancellationToken),
            cancellationToken));

    private ApiParameters RrdTarget(string node, RrdTimeframe timeframe, RrdConsolidation? consolidation) =>
        new ApiParameters().WithPath("node", node).WithPath("vmid", Id.Value).With(timeframe.Value, consolidation);
}
