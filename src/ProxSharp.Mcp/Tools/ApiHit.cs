using ProxSharp.Schema;

namespace ProxSharp.Mcp.Tools;

/// <summary>An endpoint that a search has found.</summary>
/// <param name="Schema">The API that it is of.</param>
/// <param name="Endpoint">The endpoint.</param>
/// <param name="Words">How many of the words it has.</param>
/// <param name="Weight">How much it is about them.</param>
internal sealed record ApiHit(ApiSchema Schema, ApiEndpoint Endpoint, int Words, double Weight);
