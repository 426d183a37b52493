namespace ProxSharp.Simulator;

/// <summary>A request that reached a simulator.</summary>
/// <param name="Method">The verb.</param>
/// <param name="Path">The path of the request target, percent-encoded as it came, without the query; for example <c>/api2/json/version</c>.</param>
/// <param name="Query">The query without the question mark; empty if there is none.</param>
/// <param name="ConnectionId">Which connection it came on; the first one has the number 1.</param>
public sealed record SimulatedRequest(string Method, string Path, string Query, long ConnectionId);
