using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Http;

namespace ProxSharp.Pbs;

/// <summary>The rules that limit the speed of connections by network and time.</summary>
public sealed partial class TrafficControl
{
    internal TrafficControl(PbsClient client) => Client = client;

    internal PbsClient Client { get; }

    /// <summary>Lists the rules with the rates they see now.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /admin/traffic-control</c>. Needs <c>Sys.Audit</c> on <c>/</c>.</remarks>
    public Task<IReadOnlyList<AdminTrafficControlItem>> ListRatesAsync(CancellationToken cancellationToken = default) =>
        Client.Api.Admin.ListTrafficControlAsync(cancellationToken: cancellationToken).DataAsync();

    /// <inheritdoc cref="ListRatesAsync"/>
    public IReadOnlyList<AdminTrafficControlItem> ListRates(CancellationToken cancellationToken = default) =>
        Client.Api.Admin.ListTrafficControl(cancellationToken: cancellationToken).Data;
}
