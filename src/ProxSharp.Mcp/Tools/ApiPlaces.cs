using ProxSharp.Api;
using ProxSharp.Mcp.Sites;
using ProxSharp.Pbs.Api;
using ProxSharp.Pve.Api;
using ProxSharp.Schema;

namespace ProxSharp.Mcp.Tools;

/// <summary>Which contexts have a call: the two products have different ones.</summary>
internal static class ApiPlaces
{
    /// <summary>What the API of a context consists of.</summary>
    public static ApiSchema SchemaOf(AgentSite site) => site.IsBackup ? PbsApiSchema.Embedded : PveApiSchema.Embedded;

    /// <summary>Finds an endpoint by its own path, or by one of a call; null if the API of the context has none.</summary>
    public static ApiEndpoint? Find(AgentSite site, ApiMethod method, string path) =>
        SchemaOf(site).Find(method, path) ?? (SchemaOf(site).TryMatch(method, path, out ApiMatch? match) ? match.Endpoint : null);

    /// <summary>The contexts that have a call which the chosen one has not, in words; null if there is none, or the chosen one has it.</summary>
    /// <param name="sites">The contexts.</param>
    /// <param name="site">The chosen one.</param>
    /// <param name="method">The method of the call.</param>
    /// <param name="path">Its path.</param>
    public static string? Elsewhere(AgentSites sites, AgentSite site, ApiMethod method, string path)
    {
        if (Find(site, method, path) is not null)
        {
            return null;
        }

        string[] others = [.. sites.All.Where(other => other.Product != site.Product && Find(other, method, path) is not null).Select(static other => $"context={other.Name}")];
        return others.Length == 0
            ? null
            : $"The API of {site.Name} has no {ApiMethods.ToVerb(method)} {path}; that of another context has: call again with {string.Join(" or ", others)}.";
    }
}
