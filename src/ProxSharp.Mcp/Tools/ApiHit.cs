using ProxSharp.Schema;

namespace ProxSharp.Mcp.Tools;

/// <summary>An endpoint that a search has found.</summary>
/// <param name="Schema">The API that it is of.</param>
/// <param name="Endpoint">The endpoint.</param>
/// <param name="Own">How many of the words its method and path have.</param>
/// <param name="All">How many its parameters have as well.</param>
internal sealed record ApiHit(ApiSchema Schema, ApiEndpoint Endpoint, int Own, int All);
