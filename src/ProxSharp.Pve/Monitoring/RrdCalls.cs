using ProxSharp.Api;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Monitoring;

/// <summary>The calls that give time series.</summary>
internal static class RrdCalls
{
    public static readonly ApiOperation Node = new(ApiMethod.Get, "/nodes/{node}/rrddata");
    public static readonly ApiOperation Machine = new(ApiMethod.Get, "/nodes/{node}/qemu/{vmid}/rrddata");
    public static readonly ApiOperation Container = new(ApiMethod.Get, "/nodes/{node}/lxc/{vmid}/rrddata");
    public static readonly ApiOperation Storage = new(ApiMethod.Get, "/nodes/{node}/storage/{storage}/rrddata");

    /// <summary>Adds the span of time and how points are made.</summary>
    public static ApiParameters With(this ApiParameters parameters, string timeframe, RrdConsolidation? consolidation)
    {
        parameters.Add("timeframe", timeframe);
        parameters.Add("cf", consolidation);
        return parameters;
    }
}
