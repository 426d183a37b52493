using System.CommandLine;
using ProxSharp.Cli;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Terminal;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Architecture.Tests.Roadmap;

/// <summary>The commands of prox that the roadmap names, looked up in the command tree itself.</summary>
internal static class RoadmapCommands
{
    private static readonly Command s_root = CommandTree.Build(new CommandServices(
        new SilentConsole(new SystemConsoleHost()),
        new CliEnvironment { Variables = new Dictionary<string, string>(), HomeDirectory = "/", CurrentDirectory = "/", IsWindows = false },
        TimeProvider.System));

    private static readonly ILookup<string, string> s_byCall = Walk("prox", s_root)
        .SelectMany(static item => item.Verb.Verb.Calls.Select(call => (Call: call, item.Path)))
        .ToLookup(static item => item.Call, static item => item.Path, StringComparer.Ordinal);

    /// <summary>Tells what is wrong with the command of a row: it has to exist, to be complete, and to make the row's call.</summary>
    public static string? Problem(RoadmapRow row)
    {
        ParseResult parsed = s_root.Parse(row.Command![5..].Split(' '), new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            return $"{row}: '{row.Command}': {parsed.Errors[0].Message}";
        }

        return parsed.CommandResult.Command is VerbCommand command && command.Verb.Calls.Contains(Opener(row.Endpoint!))
            ? null
            : $"{row}: '{row.Command}' does not call this endpoint.";
    }

    /// <summary>Returns the commands that make the call of a row for its product.</summary>
    public static IReadOnlyList<string> Naming(RoadmapRow row) =>
        [.. s_byCall[row.Endpoint!].Where(path => IsOfBackupServer(path) == row.IsBackupServer)];

    // The calls of a session of the backup protocol are made by what opens the session.
    private static string Opener(string endpoint) =>
        endpoint.Contains(" /backup/_upgrade_/", StringComparison.Ordinal) ? "GET /backup"
        : endpoint.Contains(" /reader/_upgrade_/", StringComparison.Ordinal) ? "GET /reader"
        : endpoint;

    private static bool IsOfBackupServer(string path) => path.Split(' ')[1] is "pbs" or "tape" or "datastore" or "backup";

    private static IEnumerable<(string Path, VerbCommand Verb)> Walk(string path, Command command)
    {
        foreach (Command sub in command.Subcommands)
        {
            if (sub is VerbCommand verb)
            {
                yield return ($"{path} {sub.Name}", verb);
            }

            foreach ((string Path, VerbCommand Verb) below in Walk($"{path} {sub.Name}", sub))
            {
                yield return below;
            }
        }
    }
}
