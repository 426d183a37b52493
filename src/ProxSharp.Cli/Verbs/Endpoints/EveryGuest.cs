using System.CommandLine;
using ProxSharp.Api;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Verbs.Guests;
using ProxSharp.Operations;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Verbs.Endpoints;

/// <summary>
/// Calls on the guests of a node or of the cluster. Proxmox: where none is named, every guest is meant. Here that has to be said, as with other verbs, by an
/// option which the API does not have.
/// </summary>
internal static class EveryGuest
{
    private const string Guests = "vms";

    private const string InCluster = "/cluster/bulk-action/guest/";

    private static readonly HashSet<string> s_onNode = new(StringComparer.Ordinal)
    {
        "/nodes/{node}/startall", "/nodes/{node}/stopall", "/nodes/{node}/suspendall", "/nodes/{node}/migrateall",
    };

    /// <summary>Tells whether a call is one of them.</summary>
    public static bool IsMeant(ApiEndpoint endpoint) => endpoint.Method == ApiMethod.Post
        && (s_onNode.Contains(endpoint.Path) || endpoint.Path.StartsWith(InCluster, StringComparison.Ordinal));

    /// <summary>Makes the option that means every guest; null if the call has no need of it.</summary>
    public static Option<bool>? OptionFor(ApiEndpoint endpoint) => !IsMeant(endpoint) ? null : new Option<bool>("--all")
    {
        Description = endpoint.Path switch
        {
            "/nodes/{node}/startall" => "All guests of the node that start at boot; with --force, all others too",
            _ => $"All guests of the {(IsInCluster(endpoint) ? "cluster" : "node")}, templates not among them",
        },
    };

    /// <summary>Makes sure that some guests are named, or all are meant.</summary>
    /// <param name="run">The run.</param>
    /// <param name="all">The option that means every guest.</param>
    /// <param name="named">What was typed for the guests.</param>
    /// <exception cref="CliException">Neither is so, or both.</exception>
    public static void Check(VerbRun run, Option<bool> all, IEnumerable<EndpointParameter> named)
    {
        string[] words = [.. named.Where(static parameter => parameter.Name == Guests).SelectMany(parameter => parameter.Typed(run))];
        bool isAll = run.Value(all);
        if (words.Length == 0 && !isAll)
        {
            throw CliException.Usage("No guest is named", $"{GuestTargets.Forms}, behind --vms; all of them are meant with --all");
        }

        if (words.Length > 0 && isAll)
        {
            throw CliException.Usage($"'{Terminal.TextCells.Visible(words[0])}' names some, and --all means every guest", "Leave one of them out");
        }
    }

    /// <summary>Says what a call does to which guests, for the question: <c>shut down all guests of the cluster</c>.</summary>
    /// <param name="endpoint">The call.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="node">The node; null for the cluster.</param>
    public static string Action(ApiEndpoint endpoint, ApiParameters parameters, string? node)
    {
        string word = endpoint.Path[(endpoint.Path.LastIndexOf('/') + 1)..];
        string doing = word switch
        {
            "stopall" or "shutdown" => "shut down",
            _ => word.Replace("all", "", StringComparison.Ordinal),
        };
        string[] named = [.. parameters.Where(static parameter => parameter.Name == Guests).SelectMany(static parameter => ItemLists.Split(parameter.Text))];
        string guests = named switch
        {
            [] => "all guests",
            [{ } one] => $"the guest {one}",
            _ => $"the guests {string.Join(", ", named)}",
        };
        return $"{doing} {guests} {(IsInCluster(endpoint) ? "of the cluster" : $"on node {node}")}";
    }

    private static bool IsInCluster(ApiEndpoint endpoint) => endpoint.Path.StartsWith(InCluster, StringComparison.Ordinal);
}
