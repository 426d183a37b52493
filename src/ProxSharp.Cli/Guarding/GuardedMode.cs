using ProxSharp.Api;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Verbs;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Mcp.Policies;
using ProxSharp.Operations;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Cli.Guarding;

/// <summary>
/// Refuses what changes something, before anything is sent: in a context that only reads, and where a policy guards the server. The door before the sockets
/// does the same to whatever is missed here; this says it earlier, and how the change can be planned.
/// </summary>
internal static class GuardedMode
{
    /// <summary>Checks a verb before it runs.</summary>
    /// <exception cref="CliException">It changes something, and that is not done here.</exception>
    public static void Check(VerbRun run)
    {
        OperationClass mildest = MildestChange(run.Verb);

        // A repository of the backup verbs names its own server; the connection to it is guarded too.
        if (mildest == OperationClass.Read || run.Verb.Options.Any(static option => option.Name == "--repository"))
        {
            return;
        }

        ChangeRules.CheckContext(run, run.Context);
        if (!run.IsDryRun && GuardPlaces.Find(run.Command.Services, run.Context) is { HasPolicy: true } place)
        {
            string what = $"prox {run.Command.Path}";
            bool isPlannable = run.Verb.Traits.HasFlag(VerbTraits.DryRun) && !run.Verb.IsNeverPlanned;
            ApiParameters typed = run.Verb.Typed?.Invoke(run) ?? [];
            (OperationClass, OperationClass) kinds = (MildestChange(run.Verb, typed), MildestChange(run.Verb, typed, isAtBest: true));
            throw Refuse(run.Command.Services, place, kinds, what, isPlannable, ReasonOf(run.Verb));
        }
    }

    /// <summary>Checks a call before it is sent.</summary>
    /// <exception cref="CliException">It changes something, and a policy guards the server.</exception>
    public static void Check(CommandServices services, GuardPlace place, ServerContext context, ApiMethod method, string path, ApiParameters parameters)
    {
        OperationEntry entry = Find(context, method, path);
        OperationClass kind = entry.ClassOf(parameters);
        if (kind != OperationClass.Read)
        {
            // A plan says how its calls ended, and not what they answered: a read is of no use in one.
            string what = $"{method.ToVerb()} {Terminal.TextCells.Visible(path)}";
            throw Refuse(services, place, (kind, entry.MildestOf(parameters)), what, CallClass.Changes(method, path), entry.Reason);
        }
    }

    /// <summary>True if a call only reads, its parameters considered.</summary>
    public static bool IsRead(ServerContext context, ApiMethod method, string path, ApiParameters parameters) =>
        Find(context, method, path).ClassOf(parameters) == OperationClass.Read;

    /// <summary>Checks a call before it is sent under the name <c>prox-ro</c>.</summary>
    /// <exception cref="CliException">It is no read of the catalogue.</exception>
    public static void CheckRead(ServerContext context, ApiMethod method, string path, ApiParameters parameters)
    {
        OperationEntry entry = Find(context, method, path);
        OperationClass kind = entry.ClassOf(parameters);
        if (kind != OperationClass.Read)
        {
            throw ReadOnlyName.Call($"{method.ToVerb()} {Terminal.TextCells.Visible(path)}", kind, entry.Reason);
        }
    }

    // What nobody has classified counts as privileged.
    private static OperationEntry Find(ServerContext context, ApiMethod method, string path)
    {
        ProxSharp.Schema.ApiSchema schema = Schema.SchemaSource.Embedded(context.Product);
        return OperationCatalogue.For(context.Product)
            .Find(method, schema.TryMatch(method, path, out ProxSharp.Schema.ApiMatch? match) ? match.Endpoint.Path : path);
    }

    /// <summary>Why a verb that looks like a read is none; null where no reason is needed.</summary>
    public static string? ReasonOf(Verb verb) => verb.Calls.Select(static call =>
    {
        (ApiMethod method, string template) = EndpointBinding.Split(call);
        return OperationCatalogue.For(ProxmoxProduct.VirtualEnvironment).Find(method, template).Reason
            ?? OperationCatalogue.For(ProxmoxProduct.BackupServer).Find(method, template).Reason;
    }).Distinct(StringComparer.Ordinal).ToArray() is [{ } reason] ? reason : null;

    /// <summary>The mildest class among the calls of a verb that are no reads; <see cref="OperationClass.Read"/> if it makes none.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="typed">What was typed that may make its calls worse; null for nothing.</param>
    /// <param name="isAtBest">True to take what is typed for what the state of the server may make of it at best.</param>
    public static OperationClass MildestChange(Verb verb, ApiParameters? typed = null, bool isAtBest = false) => verb.Calls
        .Select(call => ClassOf(call, typed ?? [], isAtBest))
        .Where(static kind => kind != OperationClass.Read)
        .DefaultIfEmpty(OperationClass.Read)
        .Min();

    private static OperationClass ClassOf(string call, ApiParameters typed, bool isAtBest)
    {
        (ApiMethod method, string template) = EndpointBinding.Split(call);
        OperationEntry pve = OperationCatalogue.For(ProxmoxProduct.VirtualEnvironment).Find(method, template);
        OperationEntry pbs = OperationCatalogue.For(ProxmoxProduct.BackupServer).Find(method, template);
        (OperationClass onPve, OperationClass onPbs) = (Worst(pve, typed, isAtBest), Worst(pbs, typed, isAtBest));
        return (pve.IsClassified, pbs.IsClassified) switch
        {
            (true, true) => onPve > onPbs ? onPve : onPbs,
            (false, true) => onPbs,
            _ => onPve,
        };
    }

    // What only says what it would do is refused here as what it would do: never milder than the operation is.
    private static OperationClass Worst(OperationEntry entry, ApiParameters typed, bool isAtBest) =>
        (isAtBest ? entry.MildestOf(typed) : entry.ClassOf(typed)) is var kind && kind > entry.Class ? kind : entry.Class;

    private static string Why(string word, string? reason) => reason is null ? "" : $"{word}{Because(reason)} and ";

    private static string Because(string? reason) => reason is null ? "" : $" ({reason})";

    private static CliException Refuse(
        CommandServices services, GuardPlace place, (OperationClass ByName, OperationClass AtBest) kinds, string what, bool isPlannable, string? reason)
    {
        GuardPolicy policy;
        try
        {
            policy = place.Load();
        }
        catch (GuardRefusedException broken)
        {
            return new CliException(GuardErrors.Map(broken), broken);
        }

        OperationClass kind = kinds.ByName;
        string word = kind.ToString().ToLowerInvariant();
        string line = $"prox plan create {GuardWords.Join(services.Words)}";
        bool isOpen = !policy.AllowsSome(kind) && policy.AllowsSome(kinds.AtBest);
        return (policy.AllowsSome(kind) || isOpen) && isPlannable
            ? new CliException(new CliError
            {
                Code = "plan_needed",
                ExitCode = ExitCodes.ApprovalNeeded,
                Message = $"'{what}' was not sent: a policy guards '{place.Name}', and "
                    + (isOpen ? $"only a plan, which looks at the server, tells whether it is {word}, which no rule allows" : $"what is {word} needs a plan there"),
                Hint = $"Plan it: {line}",
                Need = [line],
            })
            : new CliException(new CliError
            {
                Code = "refused",
                ExitCode = ExitCodes.Refused,
                Message = isPlannable
                    ? $"'{what}' was not sent: no rule of the policy of '{place.Name}' allows what is {word}{(kind < OperationClass.Privileged ? "" : Because(reason))}"
                    : $"'{what}' was not sent: a policy guards '{place.Name}', and this is {Why(word, reason)}nothing that can be planned",
                Hint = isPlannable ? "See what is allowed: prox policy show" : "A person runs it where no policy is. See what is allowed: prox policy show",
            });
    }
}
