using ProxSharp.Api;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Verbs.Changes;

/// <summary>What a change is about, for the question before it: a snapshot and not its guest, a token and not only its short name. Pure.</summary>
/// <param name="Title">What it is called in a sentence: <c>user token demo@pve!ci</c>.</param>
/// <param name="Name">Its own name, which is typed.</param>
internal sealed record Subject(string Title, string Name)
{
    private const string Datastore = "datastore";

    // What a call that deletes from a collection says about which item, in the order in which people say it.
    private static readonly string[] s_item = ["ns", "vmid", "token-name"];

    /// <summary>Returns what a call is about that is about no guest.</summary>
    /// <param name="command">The words of the command.</param>
    /// <param name="endpoint">The call.</param>
    /// <param name="values">What was typed for the parameters of its path.</param>
    /// <param name="last">The last argument, or the node; null if there is neither.</param>
    /// <param name="parameters">The other parameters.</param>
    public static Subject Of(string command, ApiEndpoint endpoint, IReadOnlyList<string> values, string? last, ApiParameters parameters)
    {
        string kind = Kind(command);
        if (endpoint.Path.EndsWith("/{userid}/token/{tokenid}", StringComparison.Ordinal) || endpoint.Path.EndsWith(
            "/{userid}/token/{token-name}", StringComparison.Ordinal))
        {
            // Proxmox: the same short name may belong to tokens of many users.
            string token = string.Join('!', values);
            return new Subject($"{kind} {token}", token);
        }

        if (values.Count > 0 && parameters.Find("backup-type") is { } type && parameters.Find("backup-id") is { } id)
        {
            string backup = BackupArgument.Name($"{type}/{id}", parameters.Find("backup-time"));
            string part = kind != Datastore ? kind : parameters.Find("backup-time") is null ? $"{Datastore} group" : $"{Datastore} snapshot";
            string space = parameters.Find("ns") is { Length: > 0 } ns ? $", namespace {ns}" : "";
            return new Subject($"{part} {backup} of {values[0]}{space}", backup);
        }

        // What is deleted out of a collection is named by parameters behind it.
        string[] item = endpoint.Method == ApiMethod.Delete && !endpoint.Path.EndsWith('}')
            ? [.. s_item.SelectMany(name => parameters.Where(parameter => parameter.Name == name)).Select(static parameter => parameter.Text)]
            : [];
        if (item.Length > 0)
        {
            string name = string.Join('/', item);
            return new Subject(values.Count > 0 ? $"{kind} {name} of {values[^1]}" : $"{kind} {name}", name);
        }

        // What is made in a collection has its name among the parameters.
        last ??= parameters.Find("id");
        return last is null ? new Subject(kind, command.Split(' ')[^1]) : new Subject($"{kind} {last}{Owner(values, last)}", last);
    }

    /// <summary>Returns which part of a guest is meant; null if it is the guest itself.</summary>
    /// <param name="command">The words of the command: <c>vm snapshot delete</c>.</param>
    /// <param name="values">What was typed for the parameters of the path, those of the guest not among them.</param>
    public static Subject? OfGuest(string command, IReadOnlyList<string> values) => values.Count == 0
        ? null
        : new Subject($"{string.Join(' ', command.Split(' ')[1..^1])} {values[^1]}{Owner(values, values[^1])}".Trim(), values[^1]);

    private static string Owner(IReadOnlyList<string> values, string last)
    {
        string[] others = [.. values.Where(value => value != last)];
        return others.Length > 0 ? $" of {string.Join('/', others)}" : "";
    }

    // The words in front of the verb; the first of them says only where in the tree the others stand.
    private static string Kind(string command)
    {
        string[] nouns = command.Split(' ')[..^1];
        return string.Join(' ', nouns is ["access" or "pbs", _, ..] ? nouns[1..] : nouns);
    }
}
