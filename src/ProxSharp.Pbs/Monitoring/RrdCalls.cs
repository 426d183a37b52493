using ProxSharp.Api;
using ProxSharp.Pbs.Api;

namespace ProxSharp.Pbs.Monitoring;

/// <summary>The calls that give time series.</summary>
internal static class RrdCalls
{
    public static readonly ApiOperation Node = new(ApiMethod.Get, "/nodes/{node}/rrd");
    public static readonly ApiOperation Datastore = new(ApiMethod.Get, "/admin/datastore/{store}/rrd");

    /// <summary>Adds the span of time and how points are made, which this server wants told.</summary>
    public static ApiParameters With(this ApiParameters parameters, RrdTimeframe timeframe, RrdConsolidation? consolidation)
    {
        parameters.Add("timeframe", timeframe.Value);
        parameters.Add("cf", (consolidation ?? RrdConsolidation.AVERAGE).Value);
        return parameters;
    }
}
