namespace ProxSharp.Recording;

/// <summary>An exchange as it went over the wire, secrets and all.</summary>
internal sealed class RecordedExchange
{
    /// <summary>The product of the server.</summary>
    public required ProxmoxProduct Product { get; init; }

    /// <summary>The HTTP verb.</summary>
    public required string Verb { get; init; }

    /// <summary>Path and query, percent-encoded.</summary>
    public required string Target { get; init; }

    /// <summary>The headers of the request.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> RequestHeaders { get; init; }

    /// <summary>The body of the request; null if it is a file.</summary>
    public required byte[]? RequestBody { get; init; }

    /// <summary>The status.</summary>
    public required int Status { get; init; }

    /// <summary>The text behind the status.</summary>
    public required string Reason { get; init; }

    /// <summary>The headers of the answer.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> ResponseHeaders { get; init; }

    /// <summary>The body of the answer, not compressed; null if it is a file or the connection speaks another protocol from here on.</summary>
    public required byte[]? ResponseBody { get; init; }

    /// <summary>How long the answer took.</summary>
    public required TimeSpan Elapsed { get; init; }
}
