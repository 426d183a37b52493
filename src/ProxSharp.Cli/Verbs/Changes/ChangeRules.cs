using System.Globalization;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Terminal;
using ProxSharp.Operations;
using ProxSharp.Operations.Plans;
using ProxSharp.Pve;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Verbs.Changes;

/// <summary>What a change has to pass before anything is sent: the rules of the context, the number of guests, the question.</summary>
internal static class ChangeRules
{
    /// <summary>What makes a context read-only.</summary>
    public const string WhyReadOnly = "That is so for the context (prox context add ... --read-only), under the name prox-ro, or with PROX_READ_ONLY set";

    private const string OtherContext = "Leave it out, or use another context";

    /// <summary>Refuses changes in a context that only reads; what is only shown changes nothing.</summary>
    /// <exception cref="CliException">The context only reads.</exception>
    public static void CheckContext(VerbRun run, ServerContext context)
    {
        if (!run.IsShown)
        {
            CheckContext(context);
        }
    }

    /// <summary>Refuses changes in a context that only reads.</summary>
    /// <exception cref="CliException">The context only reads.</exception>
    public static void CheckContext(ServerContext context)
    {
        if (context.IsReadOnly)
        {
            throw Refused(context.Name is { Length: > 0 } name ? $"The context '{name}' is read-only here" : "Nothing may be changed here", WhyReadOnly);
        }
    }

    /// <summary>Refuses guests with protected tags, and more guests than are allowed.</summary>
    /// <param name="run">The run.</param>
    /// <param name="guests">The guests.</param>
    /// <param name="isAsked">True if a person is asked about the change: then it is about one guest unless more are allowed.</param>
    /// <exception cref="CliException">One of the rules is broken.</exception>
    public static void CheckGuests(VerbRun run, IReadOnlyList<GuestSummary> guests, bool isAsked = false)
    {
        CheckTags(run.Context, guests);
        int? most = run.Number(run.Standard.Max) ?? (isAsked ? 1 : null);
        if (most is { } allowed && guests.Count > allowed)
        {
            string need = string.Create(CultureInfo.InvariantCulture, $"--max {guests.Count}");
            throw new CliException(new CliError
            {
                Code = "approval_needed",
                ExitCode = ExitCodes.ApprovalNeeded,
                Message = string.Create(
                    CultureInfo.InvariantCulture,
                    $"This is about {guests.Count} guests, and at most {allowed} {(allowed == 1 ? "is" : "are")} allowed: {Names(guests)}"),
                Hint = $"If that is what you want: {need}",
                Need = [need],
            });
        }
    }

    /// <summary>True for a guest with a tag that the context protects. Upper and lower case are the same.</summary>
    public static bool IsProtected(ServerContext context, GuestSummary guest) => ProtectedTag(context, guest) is not null;

    /// <summary>Refuses guests with protected tags.</summary>
    /// <exception cref="CliException">One of them has such a tag.</exception>
    public static void CheckTags(ServerContext context, IEnumerable<GuestSummary> guests)
    {
        GuestSummary? kept = guests.FirstOrDefault(guest => IsProtected(context, guest));
        if (kept is not null)
        {
            throw Refused(
                $"VM or container {kept.Id} ({kept.Name}) has the tag '{ProtectedTag(context, kept)}', which the context '{context.Name}' protects",
                OtherContext);
        }
    }

    /// <summary>Refuses a call that reaches a guest with a protected tag, by its path or in any other way.</summary>
    /// <param name="context">The server.</param>
    /// <param name="client">Reads what the call does not say itself.</param>
    /// <param name="call">The call.</param>
    /// <param name="kept">All guests with protected tags.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="CliException">It reaches one, or nobody can tell.</exception>
    public static async Task CheckReachAsync(
        ServerContext context, PveClient client, PlanRequest call, IReadOnlyList<GuestSummary> kept, CancellationToken cancellationToken)
    {
        HashSet<int> numbers = [.. kept.Select(static guest => guest.Id.Value)];
        try
        {
            IReadOnlyList<int> reached = await GuestReach.FindAsync(client, call, numbers, cancellationToken).ConfigureAwait(false);
            CheckTags(context, kept.Where(guest => reached.Contains(guest.Id.Value)));
        }
        catch (GuardRefusedException unknown)
        {
            string tags = string.Join(", ", context.ProtectedTags.Select(static tag => $"'{tag}'"));
            throw Refused($"{unknown.Message.TrimEnd('.')}. The context '{context.Name}' protects guests with {tags}, and one may be among them", OtherContext);
        }
    }

    /// <summary>Returns what a verb does, in words that go on with a thing.</summary>
    /// <param name="verb">The verb as it is typed.</param>
    public static string Doing(string verb) => verb switch
    {
        "rollback" => "roll back to",
        "power" => "shut down or restart",
        "move-disk" => "move a disk of",
        _ => verb,
    };

    /// <summary>Asks for the name of what is about to be destroyed.</summary>
    /// <param name="run">The run.</param>
    /// <param name="action">What is about to happen, for example <c>destroy VM 100 (web-1)</c>.</param>
    /// <param name="answer">What has to be typed.</param>
    /// <param name="effect">What comes of it, in a sentence.</param>
    /// <param name="cancellationToken">Ends the question.</param>
    /// <exception cref="CliException">Something else was typed, or nobody can be asked.</exception>
    public static Task ConfirmAsync(VerbRun run, string action, string answer, string effect, CancellationToken cancellationToken) =>
        run.IsConfirmed || run.IsDryRun ? Task.CompletedTask : AskAsync(run.Command, run.Context, action, answer, effect, cancellationToken);

    /// <summary>Asks for the name of what is about to be destroyed, whatever options were given.</summary>
    /// <param name="run">The run.</param>
    /// <param name="context">The server.</param>
    /// <param name="action">What is about to happen.</param>
    /// <param name="answer">What has to be typed.</param>
    /// <param name="effect">What comes of it, in a sentence.</param>
    /// <param name="cancellationToken">Ends the question.</param>
    /// <exception cref="CliException">Something else was typed, or nobody can be asked.</exception>
    public static async Task AskAsync(
        CommandRun run, ServerContext context, string action, string answer, string effect, CancellationToken cancellationToken)
    {
        Questions questions = new(run, cancellationToken);
        if (!questions.CanAsk)
        {
            throw new CliException(new CliError
            {
                Code = "approval_needed",
                ExitCode = ExitCodes.ApprovalNeeded,
                Message = $"A confirmation is needed to {action}, and nobody can be asked here{(effect == Asking.NoWayBack ? "" : $". {effect.TrimEnd('.')}")}",
                Hint = "Look at it with --dry-run, then add --yes",
                Need = ["--yes"],
            });
        }

        string server = context.Name is { } name ? $" in the context {run.ErrorAnsi.Bold(TextCells.Visible(name))}" : "";
        run.Services.Console.Error.WriteLine($"About to {run.ErrorAnsi.Red(TextCells.Visible(action))}{server}. {TextCells.Visible(effect)}");
        string wanted = answer.Trim().Length > 0 ? answer : "yes";
        string shown = TextCells.Visible(wanted);
        string typed = await questions.AskAsync($"Type {shown} to go on: ").ConfigureAwait(false);
        if (typed != wanted && typed != shown)
        {
            throw new CliException(new CliError
            {
                Code = "refused",
                ExitCode = ExitCodes.ApprovalNeeded,
                Message = $"'{wanted}' was not typed: nothing was done",
                Need = ["--yes"],
            });
        }
    }

    private static string? ProtectedTag(ServerContext context, GuestSummary guest) =>
        guest.Tags.FirstOrDefault(tag => context.ProtectedTags.Contains(tag, StringComparer.OrdinalIgnoreCase));

    private static CliException Refused(string message, string hint) =>
        new(new CliError { Code = "refused", ExitCode = ExitCodes.Refused, Message = message, Hint = hint });

    private static string Names(IReadOnlyList<GuestSummary> guests)
    {
        const int Shown = 8;
        string names = string.Join(
            ", ", guests.Take(Shown).Select(static guest => guest.Name is { Length: > 0 } name ? $"{guest.Id} ({name})" : guest.Id.ToString()));
        return guests.Count > Shown ? string.Create(CultureInfo.InvariantCulture, $"{names} and {guests.Count - Shown} more") : names;
    }
}
