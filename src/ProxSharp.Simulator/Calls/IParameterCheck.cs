using System.Text.Json.Nodes;
using ProxSharp.Schema;

namespace ProxSharp.Simulator.Calls;

/// <summary>Checks parameters against the schema.</summary>
internal interface IParameterCheck
{
    /// <summary>Returns what is wrong by parameter, in the server's words; empty if nothing is.</summary>
    IReadOnlyDictionary<string, string> Check(ApiEndpoint endpoint, Dictionary<string, JsonNode> parameters);
}
