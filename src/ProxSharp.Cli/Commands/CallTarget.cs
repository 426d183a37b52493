using ProxSharp.Schema;

namespace ProxSharp.Cli.Commands;

/// <summary>What a call is addressed to.</summary>
/// <param name="Path">The concrete path.</param>
/// <param name="Schema">The schema the call is looked up in.</param>
/// <param name="Endpoint">The endpoint; null for a call that the schema does not have.</param>
internal sealed record CallTarget(string Path, ApiSchema Schema, ApiEndpoint? Endpoint);
