using Microsoft.Extensions.Logging;

namespace ProxSharp.Http;

/// <summary>What a client's pipeline reports to its log and to the metrics.</summary>
internal sealed class ClientLog
{
    public ClientLog(ILoggerFactory factory) => Logger = factory.CreateLogger("ProxSharp.Http");

    /// <summary>The log.</summary>
    public ILogger Logger { get; }

    /// <summary>A call begins.</summary>
    public void Calling(ApiCall call)
    {
        if (Logger.IsEnabled(LogLevel.Trace))
        {
            string parameters = Secrets.Describe(call.Parameters, call.Path);
            string name = call.ToString();
            Log.Calling(Logger, name, parameters);
        }
    }

    /// <summary>A call is made again after a pause.</summary>
    public void Retrying(ApiCall call, int attempt, TimeSpan pause, Exception reason)
    {
        if (Logger.IsEnabled(LogLevel.Information))
        {
            string name = call.ToString();
            Log.Retrying(Logger, attempt, name, pause.TotalMilliseconds, reason.Message);
        }
    }

    /// <summary>A request goes on to the next endpoint.</summary>
    public void FailedOver(ProxmoxEndpoint from, ProxmoxEndpoint to, Exception? exception)
    {
        Telemetry.CountFailover();
        Log.FailedOver(Logger, from.Authority, to.Authority, exception);
    }

    /// <summary>Another endpoint is the preferred one from now on.</summary>
    public void Preferred(ProxmoxEndpoint endpoint) => Log.Preferred(Logger, endpoint.Authority);

    /// <summary>A node of the cluster is known from now on.</summary>
    public void PeerLearnt(ProxmoxEndpoint peer, ProxmoxEndpoint from) => Log.PeerLearnt(Logger, peer.Authority, from.Authority);

    /// <summary>The nodes of the cluster could not be asked for.</summary>
    public void PeersUnknown(ProxmoxEndpoint server, Exception exception) => Log.PeersUnknown(Logger, server.Authority, exception);
}
