using ProxSharp.Api;
using ProxSharp.Monitoring;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Http;
using ProxSharp.Pve.Monitoring;

namespace ProxSharp.Pve;

public sealed partial class Storage
{
    /// <summary>Gets the size and use of the storage over time.</summary>
    /// <param name="timeframe">The span of time, up to now.</param>
    /// <param name="consolidation">Whether points are means or maxima of the time they stand for; null for means.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /nodes/{node}/storage/{storage}/rrddata</c>. Needs <c>Datastore.Audit</c> or <c>Datastore.AllocateSpace</c> on
    /// <c>/storage/{storage}</c>.</remarks>
    public async Task<StorageTimeSeries> GetRrdAsync(
        RrdTimeframe timeframe, RrdConsolidation? consolidation = null, CancellationToken cancellationToken = default) =>
        new(await Node.Client.Connection.SendAsync(RrdCalls.Storage, RrdTarget(timeframe, consolidation), TimeSeriesTable.Reader,
            cancellationToken: cancellationToken).DataAsync().ConfigureAwait(false));

    /// <inheritdoc cref="GetRrdAsync"/>
    public StorageTimeSeries GetRrd(RrdTimeframe timeframe, RrdConsolidation? consolidation = null, CancellationToken cancellationToken = default) =>
        new(Node.Client.Connection.Send(RrdCalls.Storage, RrdTarget(timeframe, consolidation), TimeSeriesTable.Reader,
            cancellationToken: cancellationToken).Data);

    private ApiParameters RrdTarget(RrdTimeframe timeframe, RrdConsolidation? consolidation) =>
        new ApiParameters().WithPath("node", Node.Name.Value).WithPath("storage", Id.Value).With(timeframe.Value, consolidation);
}
