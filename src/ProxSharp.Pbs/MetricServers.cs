using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Http;

namespace ProxSharp.Pbs;

/// <summary>Where the server sends its metrics, and the metrics themselves.</summary>
public sealed partial class MetricServers
{
    internal MetricServers(PbsClient client) => Client = client;

    internal PbsClient Client { get; }

    /// <summary>Lists the servers that get metrics, of all kinds.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /admin/metrics</c>. Needs <c>Sys.Audit</c> on <c>/</c>.</remarks>
    public Task<IReadOnlyList<AdminMetricsItem>> ListAsync(CancellationToken cancellationToken = default) =>
        Client.Api.Admin.ListMetricsAsync(cancellationToken: cancellationToken).DataAsync();

    /// <inheritdoc cref="ListAsync"/>
    public IReadOnlyList<AdminMetricsItem> List(CancellationToken cancellationToken = default) =>
        Client.Api.Admin.ListMetrics(cancellationToken: cancellationToken).Data;

    /// <summary>Reads current metrics of the server in a form for monitoring systems. Servers from 3.3 on.</summary>
    /// <param name="request">Asks for the metrics since a time; null for the latest ones.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /status/metrics</c>. Metrics of things that the caller may not see are left out.</remarks>
    public Task<StatusMetricsResult> GetAsync(StatusGetMetricsRequest? request = null, CancellationToken cancellationToken = default) =>
        Client.Api.Status.GetMetricsAsync(request, cancellationToken: cancellationToken).DataAsync();

    /// <inheritdoc cref="GetAsync"/>
    public StatusMetricsResult Get(StatusGetMetricsRequest? request = null, CancellationToken cancellationToken = default) =>
        Client.Api.Status.GetMetrics(request, cancellationToken: cancellationToken).Data;
}
