using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Verbs;
using ProxSharp.Mcp.Policies;
using ProxSharp.Operations;
using ProxSharp.Operations.Ledgers;
using ProxSharp.Operations.Plans;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Cli.Guarding;

/// <summary>Opens the guard for the verbs that plan, apply and look back.</summary>
internal static class GuardAccess
{
    /// <summary>The place of the chosen server.</summary>
    public static GuardPlace Place(VerbRun run) => GuardPlaces.Find(run.Command.Services, run.Context);

    /// <summary>Opens the guard of the chosen server; it is closed with the run.</summary>
    public static Task<OperationGuard> OpenAsync(VerbRun run, CancellationToken cancellationToken) => OpenAsync(run, run.Context, cancellationToken);

    /// <summary>Opens the guard of a server; it is closed with the run.</summary>
    public static async Task<OperationGuard> OpenAsync(VerbRun run, ServerContext context, CancellationToken cancellationToken)
    {
        GuardPlace place = GuardPlaces.Find(run.Command.Services, context);
        Questions questions = new(run.Command, cancellationToken);
        GuardOptions options = GuardPlaces.Options(place, context, questions.CanAsk ? [new PromptApprover(run.Command, questions)] : []) with
        {
            PolicyIfMissing = GuardPlaces.ForPeople,
            IsDryRun = run.IsShown,

            // What is only shown may be shown where nothing may be changed.
            IsReadOnly = context.IsReadOnly && !run.IsShown,
        };
        ServerSession session = await ServerSession.OpenGuardedAsync(run.Command, context, options, cancellationToken).ConfigureAwait(false);
        return run.Use(session).Guard!;
    }

    /// <summary>The ledger, without a connection.</summary>
    public static Ledger Ledger(VerbRun run) => new(Place(run).StateFolder, run.Command.Services.Time);

    /// <summary>
    /// Puts on record how a task of an applied plan ended. Under the name <c>prox-ro</c> nothing is written; a ledger that cannot be is named and stops nothing
    /// that only looks.
    /// </summary>
    public static void NoteTaskEnd(VerbRun run, string upid, string exitStatus)
    {
        Ledger ledger = Ledger(run);
        if (run.Command.Services.Environment.IsReadOnlyName || !Directory.Exists(ledger.Folder))
        {
            return;
        }

        try
        {
            ledger.NoteTaskEnd(upid, exitStatus);
        }
        catch (GuardRefusedException e)
        {
            run.Note(e.Message);
        }
    }

    /// <summary>The freeze switch, without a connection.</summary>
    public static FreezeSwitch Freeze(VerbRun run) => GuardPlaces.Freeze(run.Command.Services, Place(run));

    /// <summary>The policy that plans have to pass here: that of the server, or that for people; null if it cannot be read, which whatever needs it tells.</summary>
    public static GuardPolicy? Policy(VerbRun run)
    {
        GuardPlace place = Place(run);
        try
        {
            return place.HasPolicy ? place.Load() : GuardPlaces.ForPeople;
        }
        catch (GuardRefusedException)
        {
            return null;
        }
    }

    /// <summary>The plans, without a connection.</summary>
    public static PlanStore Plans(VerbRun run) => new(Path.Combine(Place(run).StateFolder, "plans"));
}
