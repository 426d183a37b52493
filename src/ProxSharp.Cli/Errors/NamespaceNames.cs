using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Errors;

/// <summary>Writes the path of a namespace to be made as the server wants it: one level in one that is there.</summary>
internal static class NamespaceNames
{
    private const string Call = "POST /admin/datastore/{store}/namespace";

    /// <summary>Returns the options for a path of several levels; null for any other word, and for other verbs.</summary>
    public static string[]? Options(Verb verb, string word)
    {
        string path = word.Trim('/');
        int last = path.LastIndexOf('/');
        return last > 0 && verb.Calls.Contains(Call) ? ["--parent", path[..last], "--name", path[(last + 1)..]] : null;
    }

    /// <summary>Returns the next step of somebody who gave a path for a name; null if it was something else.</summary>
    public static string? Advice(VerbRun run)
    {
        (string? Option, string Value)[] typed = [.. run.Command.TypedValues()];
        string? parent = typed.FirstOrDefault(static value => value.Option == "--parent").Value;
        return typed.FirstOrDefault(static value => value.Option == "--name").Value is { } name
            && Options(run.Verb, parent is null ? name : $"{parent}/{name}") is { } options && name.Contains('/', StringComparison.Ordinal)
            ? $"A namespace is made in another one that is there: {PrintedCommands.Of(
                ["datastore", "namespace", "create", .. run.Command.Typed(run.Verb.Arguments[0]), .. options])}"
            : null;
    }
}
