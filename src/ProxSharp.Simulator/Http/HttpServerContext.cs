using ProxSharp.Simulator.Faults;

namespace ProxSharp.Simulator.Http;

/// <summary>What all connections of one simulator share.</summary>
internal sealed class HttpServerContext
{
    /// <summary>Answers the requests; replaced when a simulator is reset.</summary>
    public required IRequestPipeline Pipeline { get; set; }

    public required WireResponseWriter Writer { get; init; }

    public required RequestHeadLimits Limits { get; init; }

    public required FaultInjector Faults { get; init; }

    public required SimulatorTraffic Traffic { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>The clock by which connections are idle.</summary>
    public required TimeProvider IdleTime { get; init; }

    /// <summary>How long the server waits for the next request.</summary>
    public required TimeSpan IdleTimeout { get; init; }

    /// <summary>True if an answer with a status of 400 or more ends the connection.</summary>
    public required bool ClosesOnError { get; init; }

    /// <summary>How many requests a connection serves before it is closed.</summary>
    public required int MaximumRequests { get; init; }
}
