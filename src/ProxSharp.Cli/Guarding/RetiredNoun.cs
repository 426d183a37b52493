using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Operations;
using ProxSharp.Operations.Plans;

namespace ProxSharp.Cli.Guarding;

/// <summary>The noun <c>retired</c>: guests out of service, and their end.</summary>
internal static class RetiredNoun
{
    private const int UsualMost = 1;
    private const int Most = 1000;

    private static readonly ResultShape s_list = new()
    {
        LeadingFields = ["vmid", "name", "node", "state", "due", "retired", "entry", "reason"],
        TableFields = ["vmid", "name", "node", "state", "due", "retired", "entry", "reason"],
        NameField = "vmid",
    };

    /// <summary>Builds it.</summary>
    public static Noun Build() => new Noun("retired", "Guests out of service: what prox retire has put aside, from when on it may go, and its purge.")
    {
        Details =
            "prox retire shuts a guest down, tags and protects it, and sets a day. The ledger knows how it was left. From that day on it can be purged: only "
            + "as long as it is the same guest, and stands there exactly as it was left.",
    }.Add(List(), Purge());

    private static Verb List()
    {
        Option<bool> due = new("--due") { Description = "Only those that may be purged now" };
        return new Verb("list", "List the guests that are out of service, and from when on each may be purged.", VerbClass.Read, async (run, token) =>
        {
            run.Expect(ProxmoxProduct.VirtualEnvironment);
            run.CheckFields(s_list);
            OperationGuard guard = await GuardAccess.OpenAsync(run, token).ConfigureAwait(false);
            bool isTable = run.Command.Output.Format == OutputFormat.Table;
            IEnumerable<RetiredGuest> guests = (await guard.ListRetiredAsync(token).ConfigureAwait(false)).Where(guest => guest.IsDue || !run.Value(due));
            run.Write(JsonText.Build(json =>
            {
                json.WriteStartArray();
                foreach (RetiredGuest guest in guests)
                {
                    WriteRow(json, guest, isTable);
                }

                json.WriteEndArray();
            }), s_list);
            return ExitCodes.Success;
        })
        {
            Aliases = ["ls"],
            Options = [due],
            Details =
                "State: kept (the day has not come), due (it may be purged), refused (it was changed, started, or retired by something else: the reason is "
                + "named, and it is left to a person).",
            Examples =
            [
                new("retired list", "all of them, the first to be due on top"),
                new("retired list --due -o name", "the numbers of those that may go"),
            ],
        };
    }

    private static void WriteRow(Utf8JsonWriter json, RetiredGuest guest, bool isTable)
    {
        json.WriteStartObject();
        json.WriteNumber("vmid", guest.Vmid);
        json.WriteString("name", guest.Name);
        json.WriteString("node", guest.Node);
        json.WriteString("state", guest.IsDue ? "due" : guest.Objection is null ? "kept" : "refused");
        if (guest is { DueFrom: { } day, Retired: { } time, LedgerNumber: { } number })
        {
            json.WriteString("due", day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            PlanText.WriteTime(json, "retired", time, isTable);
            json.WriteNumber("entry", number);
        }

        json.WriteOptional("reason", guest.Objection);
        json.WriteEndObject();
    }

    private static Verb Purge()
    {
        Argument<int[]> vmids = new("vmid")
        {
            Description = "The numbers of the guests; all that are due if left out",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Option<int?> most = new("--max") { Description = "Refuse to plan the purge of more guests [default: 1]", HelpName = "n" };
        Option<bool> apply = BackVerbs.ApplyOption();
        return new Verb(
            "purge",
            "Plan to destroy guests that were retired and whose day has come.",
            VerbClass.Destructive,
            (run, token) => PurgeAsync(run, run.Value(vmids) ?? [], run.Number(most, Most) ?? UsualMost, run.Value(apply), token))
        {
            Arguments = [vmids],
            Options = [most, apply],
            Traits = VerbTraits.DryRun,
            MakesPlans = true,
            Details =
                "The plan lifts the protection that the retirement has set and destroys the guest with its disks; there is no way back. It is refused before "
                + "the day, and for a guest that is another one by now, was changed or started since, or was brought back. Whatever the policy says, a person "
                + "has to agree: at this terminal, or with prox approve.",
            Examples =
            [
                new("retired purge 106", "see what it would do"),
                new("retired purge 106 --apply", "do it; the name has to be typed"),
                new("retired purge --max 5", "all that are due, and no more than five"),
            ],
        };
    }

    private static async Task<int> PurgeAsync(VerbRun run, int[] named, int most, bool apply, CancellationToken cancellationToken)
    {
        run.Expect(ProxmoxProduct.VirtualEnvironment);
        ChangeRules.CheckContext(run, run.Context);
        OperationGuard guard = await GuardAccess.OpenAsync(run, cancellationToken).ConfigureAwait(false);
        int[] wanted = [.. named.Distinct()];
        if (wanted.Length == 0)
        {
            wanted = [.. (await guard.ListRetiredAsync(cancellationToken).ConfigureAwait(false))
                .Where(static guest => guest.IsDue).Select(static guest => guest.Vmid)];
        }

        if (wanted.Length == 0)
        {
            return PlanText.WriteUnneeded(run.Command, run.Command.Output, "No guest is due: see prox retired list.");
        }

        CheckCount(wanted, most);
        Plan plan = await BackVerbs.PlanAsync(guard, apply && !run.IsShown, () => guard.PlanPurgeAsync(wanted, cancellationToken)).ConfigureAwait(false);
        return await BackVerbs.FinishAsync(run, guard, plan, apply, cancellationToken).ConfigureAwait(false);
    }

    private static void CheckCount(int[] wanted, int allowed)
    {
        if (wanted.Length > allowed)
        {
            string need = string.Create(CultureInfo.InvariantCulture, $"--max {wanted.Length}");
            throw new CliException(new CliError
            {
                Code = "approval_needed",
                ExitCode = ExitCodes.ApprovalNeeded,
                Message = string.Create(
                    CultureInfo.InvariantCulture,
                    $"This is about {wanted.Length} guests, and at most {allowed} {(allowed == 1 ? "is" : "are")} allowed: {string.Join(", ", wanted)}"),
                Hint = $"If that is what you want: {need}",
                Need = [need],
            });
        }
    }
}
