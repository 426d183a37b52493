using System.Text.Json;

namespace ProxSharp.Cli.Verbs.Endpoints;

/// <summary>What one of several nodes answered.</summary>
internal sealed class NodeAnswer(string node, JsonElement data, ProxmoxException? failure)
{
    /// <summary>The node.</summary>
    public string Node => node;

    /// <summary>Its data, unless it failed.</summary>
    public JsonElement Data => data;

    /// <summary>Why there is no answer; null if there is one.</summary>
    public ProxmoxException? Failure => failure;
}
