using System.CommandLine;
using System.CommandLine.Parsing;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Help;
using ProxSharp.Cli.Verbs;
using ProxSharp.Operations;

namespace ProxSharp.Cli.Guarding;

/// <summary>Finds out which calls a command line would make, without making them.</summary>
internal static class PlanCommandLine
{
    private const string Hint = "Plan its calls one by one: prox plan create POST /path key=value (prox explain COMMAND shows them)";

    private static readonly Dictionary<string, string> s_raw = new(StringComparer.OrdinalIgnoreCase)
    {
        ["POST"] = "create",
        ["PUT"] = "set",
        ["DELETE"] = "delete",
    };

    /// <summary>Runs a command so that its calls are gathered and not sent; there are none where everything is as the command would have it.</summary>
    /// <param name="planner">The run that plans them.</param>
    /// <param name="typed">The words: a command, or a verb of HTTP with a path and parameters.</param>
    /// <param name="context">The context that was named in front of them; null if none was.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="CliException">The words are no command, or one that cannot be planned.</exception>
    public static async Task<PlanCollector> GatherAsync(
        CommandRun planner, IReadOnlyList<string> typed, string? context, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> words = Words(typed, context);
        PlanCollector collector = new(planner);
        CommandServices services = planner.Services;
        CommandServices planning = services with { Console = new PlanningConsole(services.Console), Planning = collector, Words = words };
        (ParseResult parse, words) = SwitchWords.Parse(CommandTree.Build(planning, words), words);
        if (UsageErrors.Find(parse, words, new KnownLines(line => CommandTree.Build(planning, line))) is { } error)
        {
            throw new CliException(error);
        }

        if (parse.CommandResult.Command is VerbCommand { Verb: { Class: VerbClass.Change, Calls: ["GET /backup"] } })
        {
            throw CliException.Usage(
                $"'prox {GuardWords.Join(typed)}' is a conversation with the server, and no list of calls that could be planned",
                "Run it as it is: the policy lets it through if it allows what is reversible without an approval, and the ledger shows it");
        }

        if (parse.CommandResult.Command is VerbCommand { Verb: { } console }
            && !console.Traits.HasFlag(VerbTraits.DryRun) && GuardedMode.MildestChange(console) == OperationClass.Exec)
        {
            throw CliException.Usage(
                $"'prox {GuardWords.Join(typed)}' opens a console, and what is typed there cannot be planned", "Consoles are for people: prox policy show");
        }

        if (!CanBePlanned(parse.CommandResult.Command))
        {
            throw CliException.Usage($"'prox {GuardWords.Join(typed)}' changes nothing that could be planned", Hint);
        }

        int exitCode = await parse.InvokeAsync(CliApp.Invocation, cancellationToken).ConfigureAwait(false);
        return exitCode == ExitCodes.Success && collector.Context is not null
            ? collector
            : throw CliException.Usage($"'prox {GuardWords.Join(typed)}' makes no calls that could be planned", Hint);
    }

    /// <summary>Shows the help of a command.</summary>
    /// <param name="planner">The run that would plan it.</param>
    /// <param name="typed">The words, the option for help among them.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static Task<int> ShowHelpAsync(CommandRun planner, IReadOnlyList<string> typed, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> words = Words(typed, null);
        (ParseResult parse, words) = SwitchWords.Parse(CommandTree.Build(planner.Services, words), words);
        if (UsageErrors.IsUnknown(parse) && UsageErrors.Find(parse, words, new KnownLines(line => CommandTree.Build(planner.Services, line))) is { } error)
        {
            throw new CliException(error);
        }

        return parse.Action is HelpWriterAction
            ? parse.InvokeAsync(CliApp.Invocation, cancellationToken)
            : throw CliException.Usage($"'prox {GuardWords.Join(typed)}' is no command with help", "See what there is: prox help");
    }

    private static string[] Words(IReadOnlyList<string> typed, string? context)
    {
        List<string> words = [.. typed];
        if (words.Count > 1 && s_raw.TryGetValue(words[0], out string? verb))
        {
            words.RemoveAt(0);
            words.InsertRange(0, ["api", verb]);
        }

        if (context is not null)
        {
            int end = words.IndexOf("--");
            words.InsertRange(end < 0 ? words.Count : end, ["--context", context]);
        }

        return [.. words];
    }

    private static bool CanBePlanned(Command command) => command switch
    {
        ApiCallCommand call => call is not ApiGetCommand,
        VerbCommand { Verb: { } verb } => verb.Class != VerbClass.Read && !verb.MakesPlans && verb.Traits.HasFlag(VerbTraits.DryRun),
        _ => false,
    };
}
