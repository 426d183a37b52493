namespace ProxSharp.Schema;

/// <summary>An endpoint found for a concrete path.</summary>
/// <param name="Endpoint">The endpoint.</param>
/// <param name="PathValues">The decoded values of the path parameters by name.</param>
public sealed record ApiMatch(ApiEndpoint Endpoint, IReadOnlyDictionary<string, string> PathValues);
