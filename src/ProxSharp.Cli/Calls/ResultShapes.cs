using System.Collections.ObjectModel;
using ProxSharp.Cli.Output;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Calls;

/// <summary>Derives from the schema how the result of a call is shown in tables.</summary>
internal static class ResultShapes
{
    private static readonly string[] s_members = ["name", "type", "online", "ip", "quorate", "nodes", "local", "nodeid"];

    private static readonly string[] s_rules = ["pos", "type", "action", "enable", "source", "dest", "proto", "dport", "macro", "iface", "comment"];

    // What tells most comes first where the usual order would put it behind what a narrow terminal has room for.
    private static string[] Leading(string path) => path == "/cluster/status" ? s_members
        : path.Contains("/firewall/rules", StringComparison.Ordinal) || path.StartsWith("/cluster/firewall/groups/{group}", StringComparison.Ordinal) ? s_rules
        : [];

    /// <summary>Returns what is known about the result of an endpoint; null stands for an endpoint that is not in the schema.</summary>
    public static ResultShape Of(ApiEndpoint? endpoint)
    {
        ApiNode? returns = endpoint?.Returns;
        if (endpoint is null)
        {
            return ResultShape.Unknown;
        }

        IReadOnlyDictionary<string, ApiNode>? members = (returns?.Type == ApiValueType.Array ? returns.Items : returns)?.Properties;
        Dictionary<string, string> renderers = Units.Of(endpoint.Path);
        foreach ((string name, ApiNode member) in members ?? ReadOnlyDictionary<string, ApiNode>.Empty)
        {
            if (member.Renderer is { } declared)
            {
                renderers[name] = declared;
            }
        }

        return new ResultShape { LeadingFields = Leading(endpoint.Path), KnownFields = [.. members?.Keys ?? []], Renderers = renderers };
    }
}
