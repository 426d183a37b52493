using System.Text.RegularExpressions;
using ProxSharp.Api;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Schema;
using ProxSharp.Cli.Verbs.Derived;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Errors;

/// <summary>Says where to look for an object that the server does not have.</summary>
internal static class NotFoundAdvice
{
    private static readonly ProxmoxProduct[] s_products = [ProxmoxProduct.VirtualEnvironment, ProxmoxProduct.BackupServer];

    /// <summary>The next step of somebody who named a task that there is not.</summary>
    public const string TaskList = "See which tasks there are: prox task list";

    /// <summary>Tells whether a path is that of a task or of something below it.</summary>
    public static bool IsTask(string path) => path.Contains("/tasks/UPID", StringComparison.OrdinalIgnoreCase);

    /// <summary>Returns the next step of somebody who named a namespace that there is not; null if something else is missing.</summary>
    /// <param name="missing">What the server said.</param>
    public static string? Namespaces(ProxmoxApiException missing) => missing.ServerMessage.Contains("namespace not found", StringComparison.Ordinal)
        ? $"See which there are: {PrintedCommands.Of("datastore", "namespace", "list", StoreOf(missing.Path))}"
        : null;

    /// <summary>Makes the error; its next step is the list that the missing object would be in.</summary>
    /// <param name="missing">What the server said.</param>
    /// <param name="schema">The schema.</param>
    /// <param name="endpoint">The endpoint that was called.</param>
    /// <param name="path">The path of the call.</param>
    /// <param name="lister">Writes the command that reads a list, from its endpoint; null where there is none.</param>
    public static CliError Explain(
        ProxmoxNotFoundException missing, ApiSchema schema, ApiEndpoint endpoint, string path, Func<ApiEndpoint, string?>? lister = null)
    {
        CliError error = ErrorMapper.Map(missing);
        if (IsTask(path))
        {
            return error with { Hint = TaskList };
        }

        if (Namespaces(missing) is { } namespaces)
        {
            return error with { Hint = namespaces };
        }

        string? list = ListOf(missing, path)?.Path ?? (Placeholder(missing.ServerMessage, schema, endpoint, path) is { } placeholder
            ? new SchemaPaths(schema).ListAbove(path, endpoint, placeholder)
            : endpoint.Path == "/pools" ? endpoint.Path : null);
        string advice = list is null
            ? $"See what it takes: {PrintedCommands.Of("api", "describe", endpoint.Path)}"
            : $"See what there is: {Verb(schema, list, lister) ?? PrintedCommands.Of("api", "get", list)}";
        return error with { Hint = ServerAdvice.Of(missing).Advice is { } said ? $"{said}. {advice}" : advice };
    }

    /// <summary>
    /// Finds the list that holds what a parameter names: a storage, or the node that a guest is to go to. Null if the server speaks of something else.
    /// </summary>
    /// <param name="missing">What the server said.</param>
    /// <param name="path">The path of the call.</param>
    /// <returns>The path of the list, the member that names an item, and what the items are.</returns>
    public static (string Path, string Member, string What)? ListOf(ProxmoxNotFoundException missing, string path)
    {
        if (missing.ServerMessage.Contains("no such cluster node", StringComparison.Ordinal)
            || missing.ServerMessage.Contains("no such node '", StringComparison.Ordinal)
            || missing.ServerMessage.StartsWith("hostname lookup", StringComparison.Ordinal))
        {
            return ("/nodes", "node", "nodes");
        }

        if (!Regex.IsMatch(missing.ServerMessage, "storage '[^']+' does not exist", RegexOptions.CultureInvariant))
        {
            return null;
        }

        string[] parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts is ["nodes", { } node, ..]
            ? ($"/nodes/{node}/storage", "storage", $"storages on {Uri.UnescapeDataString(node)}")
            : ("/storage", "storage", "storages");
    }

    /// <summary>Writes the command that reads a list: its verb where one takes no more than that, else the call.</summary>
    /// <param name="list">The path of the list.</param>
    public static string Listing(string list) => s_products
        .SelectMany(static product => PathWords.Of(SchemaSource.Embedded(product)))
        .FirstOrDefault(verb => verb.Call == $"GET {list}" && verb.Name == "list") is { } found
        ? PrintedCommands.Of(found.Words)
        : PrintedCommands.Of("api", "get", list);

    private static string? Verb(ApiSchema schema, string list, Func<ApiEndpoint, string?>? lister) =>
        lister is not null && schema.TryMatch(ApiMethod.Get, list, out ApiMatch? match) ? lister(match.Endpoint) : null;

    private static string StoreOf(string path) =>
        path.Split('/', StringSplitOptions.RemoveEmptyEntries) is ["admin", "datastore", { } store, ..] ? Uri.UnescapeDataString(store) : "STORE";

    /// <summary>Finds the position of the missing object in the path: the last value that the server speaks of, else the last value.</summary>
    private static int? Placeholder(string message, ApiSchema schema, ApiEndpoint endpoint, string path)
    {
        string[] template = endpoint.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        int[] positions = [.. Enumerable.Range(0, template.Length).Where(at => template[at].StartsWith('{')).Reverse()];
        if (positions.Length == 0 || !schema.TryMatch(endpoint.Method, path, out ApiMatch? match))
        {
            return null;
        }

        foreach (int at in positions)
        {
            if (match.PathValues.TryGetValue(template[at][1..^1], out string? value) && Names(message, value))
            {
                return at;
            }
        }

        return positions[0];
    }

    private static bool Names(string message, string value) =>
        value.Length > 0 && Regex.IsMatch(message, $@"(?<![\w-]){Regex.Escape(value)}(?![\w-])", RegexOptions.CultureInvariant);
}
