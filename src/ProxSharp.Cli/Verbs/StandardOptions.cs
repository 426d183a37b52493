using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Guarding;

namespace ProxSharp.Cli.Verbs;

/// <summary>The options that verbs have in common; which of them a verb takes follows from its traits.</summary>
internal sealed class StandardOptions
{
    /// <summary>How many guests at a time if nobody says.</summary>
    public const int UsualParallel = 8;

    /// <summary>How many guests at a time on one node if nobody says, and the verb does not either.</summary>
    public const int UsualPerNode = 4;

    /// <summary>The server.</summary>
    public ConnectionOptions Connection { get; } = new();

    /// <summary>The server of a backup repository, for verbs that are about no datastore.</summary>
    public Option<string> Repository { get; } = new("--repository")
    {
        Description = "The server of a backup repository, in place of a context [default without a context: PBS_REPOSITORY]",
        HelpName = "repository",
        Hidden = true,
    };

    /// <summary>Shows the result again and again.</summary>
    public Option<int?> Watch { get; } = new("--watch", "-w")
    {
        Description = "Show it again every few seconds until Ctrl-C [default: 2]",
        HelpName = "seconds",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>Sends nothing.</summary>
    public Option<bool> DryRun { get; } = new("--dry-run") { Description = "Show the API calls and what would change; send nothing" };

    /// <summary>Does not wait.</summary>
    public Option<bool> NoWait { get; } = new("--no-wait") { Description = "Print the identifier (UPID) of the task at once instead of waiting for its end" };

    /// <summary>The longest wait.</summary>
    public Option<int?> WaitTimeout { get; } = new("--wait-timeout")
    {
        Description = "Wait for a task this long at most (600, or 10m), then end with exit code 11; the task goes on",
        HelpName = "time",
        CustomParser = Seconds,
    };

    /// <summary>Warnings are failures.</summary>
    public Option<bool> FailOnWarnings { get; } = new("--fail-on-warnings") { Description = "End with exit code 10 if a task ended with warnings" };

    /// <summary>How many guests may be taken.</summary>
    public Option<int?> Max { get; } = new("--max")
    {
        Description = "Refuse to act on more guests than this [default: 1 for verbs that destroy, else any number]",
        HelpName = "n",
    };

    /// <summary>How many at a time.</summary>
    public Option<int?> Parallel { get; } = new("--parallel") { Description = "How many guests at a time [default: 8]", HelpName = "n" };

    /// <summary>How many at a time on one node.</summary>
    public Option<int?> PerNode { get; } = new("--per-node") { Description = "How many guests at a time on one node [default: 4; backups 1]", HelpName = "n" };

    /// <summary>No more after a failure.</summary>
    public Option<bool> StopOnError { get; } = new("--stop-on-error") { Description = "Start no further guest after a failure" };

    /// <summary>Every guest.</summary>
    public Option<bool> All { get; } = new("--all") { Description = "All guests of this kind, templates not among them" };

    /// <summary>No question.</summary>
    public Option<bool> Yes { get; } = new("--yes", "-y") { Description = "Do not ask; needed where nobody can be asked" };

    /// <summary>Returns the options for traits, in the order of help.</summary>
    public IEnumerable<Option> For(VerbTraits traits)
    {
        if (traits.HasFlag(VerbTraits.Watch))
        {
            yield return Watch;
        }

        if (traits.HasFlag(VerbTraits.DryRun))
        {
            yield return DryRun;
        }

        if (traits.HasFlag(VerbTraits.Confirms))
        {
            yield return Yes;
        }

        if (traits.HasFlag(VerbTraits.Waits))
        {
            yield return NoWait;
            yield return WaitTimeout;
            yield return FailOnWarnings;
        }

        if ((traits & (VerbTraits.Bulk | VerbTraits.Parallel)) != 0)
        {
            yield return All;
        }

        if ((traits & (VerbTraits.Bulk | VerbTraits.Limits)) != 0)
        {
            yield return Max;
            yield return Parallel;
            yield return PerNode;
            yield return StopOnError;
        }
        else if (traits.HasFlag(VerbTraits.Parallel))
        {
            yield return Parallel;
        }
    }

    // Seconds, as all limits here are; and 5m, as the options have it that say how long something lasts.
    private static int? Seconds(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int seconds))
        {
            return seconds;
        }

        try
        {
            return (int)Durations.Parse("--wait-timeout", text).TotalSeconds;
        }
        catch (CliException)
        {
            result.AddError($"'{text}' is no time for --wait-timeout: it takes seconds, or a number with s, m, h or d behind it");
            return null;
        }
    }
}
