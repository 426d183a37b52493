using System.Diagnostics;
using System.Diagnostics.Metrics;
using ProxSharp.Api;

namespace ProxSharp.Http;

/// <summary>Traces and metrics; both sources are called <c>ProxSharp.Core</c>, after the assembly.</summary>
internal static class Telemetry
{
    private const string Name = "ProxSharp.Core";

    private static readonly ActivitySource s_source = new(Name);
    private static readonly Meter s_meter = new(Name);
    private static readonly Histogram<double> s_duration = s_meter.CreateHistogram<double>(
        "proxsharp.call.duration", "s", "How long calls take, repetitions included.");
    private static readonly Counter<long> s_retries = s_meter.CreateCounter<long>("proxsharp.call.retries", "{attempt}", "Attempts after the first one.");
    private static readonly Counter<long> s_failovers = s_meter.CreateCounter<long>(
        "proxsharp.endpoint.failovers", "{request}", "Requests that went on to another endpoint.");
    private static readonly Counter<long> s_connections = s_meter.CreateCounter<long>(
        "proxsharp.connections.opened", "{connection}", "Connections that were set up.");

    /// <summary>Starts the span of a call; null if nobody listens.</summary>
    public static Activity? Start(ApiCall call, ProxmoxEndpoint endpoint)
    {
        if (!s_source.HasListeners())
        {
            return null;
        }

        Activity? activity = s_source.StartActivity(call.Operation.ToString(), ActivityKind.Client);
        activity?.SetTag("http.request.method", call.Operation.Method.ToVerb());
        activity?.SetTag("url.template", call.Operation.Path);
        activity?.SetTag("server.address", endpoint.Host);
        activity?.SetTag("server.port", endpoint.Port);
        return activity;
    }

    /// <summary>Ends a call in the trace and in the metrics.</summary>
    public static void Finish(ApiCall call, Activity? activity, Exception? failure, TimeSpan elapsed)
    {
        if (activity is not null && failure is not null)
        {
            activity.SetStatus(ActivityStatusCode.Error, failure.Message);
            activity.SetTag("error.type", failure.GetType().FullName);
        }

        if (activity is not null && failure is ProxmoxApiException error)
        {
            activity.SetTag("http.response.status_code", (int)error.StatusCode);
        }

        if (s_duration.Enabled)
        {
            TagList tags = new()
            {
                { "http.request.method", call.Operation.Method.ToVerb() },
                { "url.template", call.Operation.Path },
                { "error.type", failure?.GetType().Name },
            };
            s_duration.Record(elapsed.TotalSeconds, tags);
        }
    }

    /// <summary>Counts a repetition.</summary>
    public static void CountRetry(Activity? activity, int attempt)
    {
        s_retries.Add(1);
        activity?.SetTag("http.request.resend_count", attempt);
    }

    /// <summary>Counts a request that goes on to another endpoint.</summary>
    public static void CountFailover() => s_failovers.Add(1);

    /// <summary>Counts a new connection.</summary>
    public static void CountConnection() => s_connections.Add(1);
}
