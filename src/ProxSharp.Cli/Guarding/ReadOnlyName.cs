using System.CommandLine;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Verbs;
using ProxSharp.Operations;

namespace ProxSharp.Cli.Guarding;

/// <summary>
/// What the program does under the name <c>prox-ro</c>, which people allow agents to run without asking: it reads from the servers that contexts name. It
/// changes nothing there and nothing here, runs no program, writes no file, and sends secrets to no other address.
/// </summary>
internal static class ReadOnlyName
{
    private static readonly HashSet<string> s_reading = new(StringComparer.Ordinal)
    {
        "api get", "api ls", "api describe", "context list", "context show", "commands", "explain", "completion", "complete", "help", "man", "mcp", "version",
        "plan list", "plan show", "audit list", "audit show", "audit verify", "policy show", "policy check", "agent guide",
    };

    private static readonly string[] s_refused = ["--url", "--secret", "--repository", "--output-file", "--output-dir", "--svg", "--png", "--record"];

    /// <summary>Refuses a command before it does anything.</summary>
    /// <exception cref="CliException">It does more than read.</exception>
    public static void Check(CommandRun run, Command command)
    {
        if (!run.Services.Environment.IsReadOnlyName)
        {
            return;
        }

        bool reads = s_reading.Contains(run.Path) || command is VerbCommand
        {
            Verb: { Class: VerbClass.Read, Calls.Count: > 0 } verb,
        } && GuardedMode.MildestChange(verb) == OperationClass.Read;
        if (!reads)
        {
            throw Refused($"'prox {run.Path}' is refused under the name prox-ro, which only reads");
        }

        if (run.FirstGiven(s_refused) is { } option)
        {
            throw Refused($"{option} is refused under the name prox-ro: it reads from the servers of contexts and writes to standard output");
        }
    }

    private static CliException Refused(string message) => new(new CliError
    {
        Code = "refused",
        ExitCode = ExitCodes.Refused,
        Message = message,
        Hint = "Under the name prox the rules of the context decide.",
    });
}
