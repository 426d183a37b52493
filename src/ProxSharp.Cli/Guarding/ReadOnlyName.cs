using System.CommandLine;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Verbs;
using ProxSharp.Operations;

namespace ProxSharp.Cli.Guarding;

/// <summary>
/// What the program does under the name <c>prox-ro</c>, which people allow agents to run without asking: it reads from the servers that contexts name. It
/// changes nothing there and nothing here, writes no file, reads none that the command line names, and sends secrets to no other address. It runs no program
/// but what the contexts in their usual place name for their secrets.
/// </summary>
internal static class ReadOnlyName
{
    private static readonly HashSet<string> s_reading = new(StringComparer.Ordinal)
    {
        "api get", "api ls", "api describe", "context list", "context show", "commands", "explain", "completion", "complete", "help", "man", "mcp", "version",
        "plan list", "plan show", "audit list", "audit show", "audit verify", "retired list", "policy show", "policy check", "agent guide",
    };

    private static readonly string[] s_refused =
        ["--url", "--secret", "--repository", "--output-file", "--output-dir", "--svg", "--png", "--record", "--store-directory"];

    private static readonly string[] s_reads = ["--file", "--keyfile", "--master-pubkey-file", "--ca-file"];

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
            string why = command is VerbCommand { Verb: { } refused } && GuardedMode.ReasonOf(refused) is { } reason ? $": {reason}" : "";
            throw Refused($"'prox {run.Path}' is refused under the name prox-ro, which only reads{why}");
        }

        if (run.FirstGiven(s_refused) is { } option)
        {
            throw Refused($"{option} is refused under the name prox-ro: it reads from the servers of contexts and writes to standard output");
        }

        if (run.FirstGiven(s_reads) is { } file)
        {
            throw FromFile(file);
        }

        foreach ((string? name, string value) in run.TypedValues())
        {
            if (NamesFile(run.Path, name, value))
            {
                throw FromFile(name ?? (value.IndexOf('=', StringComparison.Ordinal) is > 0 and int mark ? value[..mark] : "this argument"));
            }
        }
    }

    /// <summary>Refuses a value that would be read from a file or standard input.</summary>
    /// <param name="name">What it is for.</param>
    public static CliException FromFile(string name) => Refused(
        $"A file for {name} is refused under the name prox-ro: it could be any file of this machine, and its content would go to the server or be shown");

    /// <summary>Refuses a secret that the command line names.</summary>
    /// <param name="name">What it is for.</param>
    public static CliException FromSecret(string name) => Refused(
        $"A secret for {name} is refused under the name prox-ro, which takes none from its command line");

    /// <summary>Refuses a server that no context names.</summary>
    public static CliException FromRepository() => Refused(
        "A repository is refused under the name prox-ro, which reads from the servers of contexts: name one with --context, and --datastore");

    /// <summary>Refuses a program that prints a secret, where others may have named it.</summary>
    /// <param name="file">The file with the contexts.</param>
    public static CliException FromProgram(string file) => Refused(
        $"A secret from a program (exec:) is refused under the name prox-ro, because the contexts come from {file} and not from their usual place");

    /// <summary>Refuses a call that is more than a read.</summary>
    /// <param name="what">The call.</param>
    /// <param name="kind">Its class.</param>
    /// <param name="reason">Why it has that class; null if none has to be given.</param>
    public static CliException Call(string what, OperationClass kind, string? reason) => Refused(
        $"'{what}' was not sent: it is {kind.ToString().ToLowerInvariant()}{(reason is null ? "" : $" ({reason})")}, "
        + "and under the name prox-ro only what reads is sent");

    private static bool NamesFile(string path, string? option, string value)
    {
        switch (option)
        {
            case null when path == "policy check":
                return true;
            case "--query":
                return false; // There @ is the value itself.
            case "--data":
                return value.StartsWith('@') || value == "-";
            default:
                // A word that begins with @ chooses guests; where it is the value of a parameter after all, the reader of parameters refuses it.
                return value.IndexOf("=@", StringComparison.Ordinal) is > 0 and int mark
                    && mark == value.IndexOf('=', StringComparison.Ordinal)
                    && value.ElementAtOrDefault(mark + 2) != '@';
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
