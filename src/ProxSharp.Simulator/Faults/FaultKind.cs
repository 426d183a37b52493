namespace ProxSharp.Simulator.Faults;

/// <summary>What goes wrong with a request.</summary>
public enum FaultKind
{
    /// <summary>The server answers with a given status and an empty body, and does not execute the request.</summary>
    Status,

    /// <summary>The connection breaks before the request is executed.</summary>
    DropBeforeExecution,

    /// <summary>The request is executed, then the connection breaks instead of an answer.</summary>
    DropAfterExecution,

    /// <summary>The request is executed, the answer comes late.</summary>
    SlowReply,

    /// <summary>The request is executed, the answer breaks off in the middle of its body.</summary>
    TruncatedBody,

    /// <summary>A proxy in front of the server answers 502 with an HTML page; the request is not executed.</summary>
    HtmlGateway,
}
