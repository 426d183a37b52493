using System.Globalization;
using ModelContextProtocol;
using ProxSharp.Mcp.Sites;

namespace ProxSharp.Mcp.Documents;

/// <summary>The orders that people give often.</summary>
internal static class PromptList
{
    public static IEnumerable<TextPrompt> Make(AgentSites sites)
    {
        (string Name, string Description) context = ("context", "one of " + string.Join(", ", sites.All.Select(static site => site.Name)));
        yield return new TextPrompt(
            "health_review",
            "Look at everything and report what needs attention.",
            [context],
            argument => $"""
                Review the health of {Where(sites, argument("context"))}. Change nothing.
                1. Call overview. Note nodes that are offline or loaded above 80 %, lost quorum, HA errors, locked guests and full storages.
                2. For each kind of failed task read one log with task_log and name the cause.
                3. Call storage_list with filter used_pct>80, and datastore_list if there is a backup server; say when each is full at this pace.
                4. Report: what is broken, what will break, what is fine; each with the evidence, and the next step for a person.
                """);
        yield return new TextPrompt(
            "backup_audit",
            "Find guests without a backup that could be restored.",
            [context, ("max_age_days", "how old a backup may be, default 2")],
            argument => $"""
                Audit the backups of {Where(sites, argument("context"))}. Change nothing.
                1. Call backup_audit with max_age_days {Days(argument("max_age_days"))}.
                2. Call task_list with failed true, hours 72 and filter type~vzdump (on a backup server type~backup or type~verif).
                   Read the log of each cause once.
                3. On a backup server call datastore_list: garbage collection, verification and space.
                4. Report per guest: last good backup, why the next one is missing, what a person should do. Say how many were checked.
                """);
        yield return new TextPrompt(
            "upgrade_preflight",
            "Check whether a cluster can be upgraded now.",
            [context, ("node", "only this node")],
            argument => $"""
                Check whether {(Node(argument("node")) is { } node ? $"node {node} of " : "")}{Where(sites, argument("context"))} can be upgraded now. Change nothing.
                1. overview: quorum, all nodes online and on one version, no failed tasks that matter, no locked guests.
                2. api_read /nodes/NODE/apt/update for the pending packages (it takes Sys.Modify: without it, ask the user to run apt list --upgradable there), /nodes/NODE/apt/repositories for sources that do not fit, /nodes/NODE/subscription.
                3. storage_list: the system storage of each node has room. api_read /cluster/ceph/status if there is Ceph.
                4. backup_audit with max_age_days 1: every guest on the node has a backup.
                5. guest_list with filter node=NODE status=running: which guests move, and whether the others have the memory for them.
                6. Report go or no-go, with the order of nodes and the plan of moves; do not apply it.
                """);
    }

    // A prompt is read as an order: nothing gets into it that is not what it should be.
    private static string Where(AgentSites sites, string? context) => context is null ? "all contexts"
        : sites.All.Any(site => site.Name == context) ? $"the context '{context}'"
        : throw Wrong("context", $"one of {string.Join(", ", sites.All.Select(static site => site.Name))}");

    private static string Days(string? days) => days is null ? "2"
        : int.TryParse(days, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number.ToString(CultureInfo.InvariantCulture)
        : throw Wrong("max_age_days", "a whole number");

    private static string? Node(string? node) => node is null || (node.Length > 0 && node.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.'))
        ? node
        : throw Wrong("node", "the name of a node");

    private static McpProtocolException Wrong(string name, string form) => new($"The argument '{name}' must be {form}.", McpErrorCode.InvalidParams);
}
