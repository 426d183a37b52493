namespace ProxSharp.Simulator.Faults;

/// <summary>One thing that goes wrong.</summary>
public sealed record Fault
{
    private Fault(FaultKind kind) => Kind = kind;

    /// <summary>What goes wrong.</summary>
    public FaultKind Kind { get; }

    /// <summary>The status code of a <see cref="FaultKind.Status"/> fault.</summary>
    public int StatusCode { get; private init; }

    /// <summary>The reason phrase of a <see cref="FaultKind.Status"/> fault.</summary>
    public string Reason { get; private init; } = "";

    /// <summary>How late a <see cref="FaultKind.SlowReply"/> comes.</summary>
    public TimeSpan Delay { get; private init; }

    /// <summary>The connection breaks before the request is executed.</summary>
    public static Fault DropBeforeExecution { get; } = new(FaultKind.DropBeforeExecution);

    /// <summary>The request is executed, then the connection breaks.</summary>
    public static Fault DropAfterExecution { get; } = new(FaultKind.DropAfterExecution);

    /// <summary>The answer breaks off in the middle of its body.</summary>
    public static Fault TruncatedBody { get; } = new(FaultKind.TruncatedBody);

    /// <summary>A proxy answers <c>502 Bad Gateway</c> with an HTML page.</summary>
    public static Fault HtmlGateway { get; } = new(FaultKind.HtmlGateway);

    /// <summary>The proxy process cannot connect to the daemon or node: <c>595 Connection refused</c> with an empty body.</summary>
    public static Fault ConnectionRefused { get; } = Status(595, "Connection refused");

    /// <summary>The daemon or node does not answer the proxy process in time: <c>596 Connection timed out</c> with an empty body.</summary>
    public static Fault ProxyTimeout { get; } = Status(596, "Connection timed out");

    /// <summary>The server answers with a status and an empty body without executing the request.</summary>
    /// <param name="statusCode">The status code, 400 to 599.</param>
    /// <param name="reason">The reason phrase.</param>
    public static Fault Status(int statusCode, string reason)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(statusCode, 400);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(statusCode, 599);
        ArgumentNullException.ThrowIfNull(reason);
        return new Fault(FaultKind.Status) { StatusCode = statusCode, Reason = reason };
    }

    /// <summary>The answer comes late, measured on the simulator's clock.</summary>
    public static Fault SlowReply(TimeSpan delay) => new(FaultKind.SlowReply) { Delay = delay };
}
