using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Verbs.Endpoints;

/// <summary>Finds the node that a call goes to where the user need not name one.</summary>
internal static class NodeFinder
{
    /// <summary>Returns the values of the path that were found: the node, or nothing.</summary>
    /// <exception cref="CliException">No node can answer.</exception>
    public static async Task<Dictionary<string, string>> FindAsync(VerbRun run, EndpointBinding binding, CancellationToken cancellationToken)
    {
        Dictionary<string, string> found = new(StringComparer.Ordinal);
        if (!binding.Endpoint.Path.Contains("{node}", StringComparison.Ordinal) || binding.Spec.Node == NodeRule.Argument)
        {
            return found;
        }

        found["node"] = binding.NodeOption is { } option && run.IsGiven(option)
            ? run.Value(option)!
            : await AutomaticAsync(run, binding, cancellationToken).ConfigureAwait(false);
        return found;
    }

    /// <summary>Finds a node that is online, and has a storage if one is named.</summary>
    /// <exception cref="CliException">There is none.</exception>
    public static async Task<string> OnlineAsync(VerbRun run, string? storage, CancellationToken cancellationToken)
    {
        if (run.Context.Product == ProxmoxProduct.BackupServer)
        {
            // Proxmox: a backup server is a single node and answers to this name.
            return "localhost";
        }

        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        ApiParameters filter = [];
        filter.Add("type", storage is null ? "node" : "storage");
        JsonElement items = (await session.GetAsync("/cluster/resources", filter, cancellationToken).ConfigureAwait(false)).Data;
        string? node = items.EnumerateArray()
            .Where(item => Text(item, "status") is "online" or "available" && (storage is null || Text(item, "storage") == storage))
            .Select(static item => Text(item, "node"))
            .OfType<string>()
            .Order(StringComparer.Ordinal)
            .FirstOrDefault();
        return node ?? throw new CliException(new CliError
        {
            Code = "not_found",
            ExitCode = ExitCodes.NotFound,
            Message = storage is null ? "No node is online" : $"No node has the storage '{storage}' ready",
            Hint = storage is null ? "See: prox node list" : "See: prox storage list",
        });
    }

    private static Task<string> AutomaticAsync(VerbRun run, EndpointBinding binding, CancellationToken cancellationToken) => binding.Spec.Node switch
    {
        NodeRule.OfTask => Task.FromResult(OfTask(binding.PathValue(run, "upid") ?? "")),
        NodeRule.OfStorage => OnlineAsync(run, binding.PathValue(run, "storage"), cancellationToken),
        _ => OnlineAsync(run, null, cancellationToken),
    };

    private static string OfTask(string upid) => TaskWaiter.IsUpid(upid)
        ? upid.Split(':')[1]
        : throw CliException.Usage($"'{upid}' is no identifier of a task", "It begins with UPID: (prox task list)");

    private static string? Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
