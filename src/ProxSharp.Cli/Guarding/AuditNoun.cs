using System.CommandLine;
using System.Text.Json;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs;
using ProxSharp.Operations.Ledgers;

namespace ProxSharp.Cli.Guarding;

/// <summary>The noun <c>audit</c>: what was done through plans.</summary>
internal static class AuditNoun
{
    private const int UsualLimit = 50;

    private static readonly ResultShape s_list = new()
    {
        LeadingFields = ["number", "time", "kind", "plan", "succeeded", "call", "message"],
        TableFields = ["number", "time", "kind", "plan", "succeeded", "call", "message"],
        NameField = "number",
    };

    /// <summary>Builds it.</summary>
    public static Noun Build() => new Noun("audit", "The ledger: what was intended and what came of it, in a chain that shows every change to it.")
    {
        Details =
            "Each plan that is applied writes its intent before a call and the outcome after it. Entries are bound to each other by a keyed hash: whoever has "
            + "no key cannot change, add or remove one unnoticed. If the ledger is not sound, nothing is changed any more.",
    }.Add(List(), Show(), Verify());

    private static Verb List()
    {
        Option<int?> limit = new("--limit") { Description = "How many entries at most [default: 50]", HelpName = "n" };
        Option<string> plan = new("--plan") { Description = "Only those of a plan; its first digits are enough", HelpName = "plan" };
        return new Verb("list", "List the entries of the ledger, the newest first.", VerbClass.Read, (run, _) =>
        {
            bool isTable = run.Command.Output.Format == OutputFormat.Table;
            string start = run.Value(plan) ?? "";
            IReadOnlyList<LedgerEntry> all = GuardAccess.Ledger(run).List();
            LedgerEntry[] entries =
            [
                .. all.Where(entry => entry.PlanId.StartsWith(start, StringComparison.Ordinal)).Reverse()
                    .Take(run.Number(limit) ?? UsualLimit),
            ];
            run.Write(JsonText.Build(json =>
            {
                json.WriteStartArray();
                foreach (LedgerEntry entry in entries)
                {
                    WriteRow(json, entry, Ledger.EndOf(all, entry), isTable);
                }

                json.WriteEndArray();
            }), s_list);
            return Task.FromResult(ExitCodes.Success);
        })
        {
            Aliases = ["ls"],
            Options = [limit, plan],
            Examples = [new("audit list", "the last 50"), new("audit list --plan 3f9c2b7a1d05 -o json", "what came of a plan, for a program")],
        };
    }

    // A call whose task nobody has waited for, or of which nobody knows what became, has neither succeeded nor failed.
    private static void WriteRow(Utf8JsonWriter json, LedgerEntry entry, LedgerEntry end, bool isTable)
    {
        json.WriteStartObject();
        json.WriteNumber("number", entry.Number);
        PlanText.WriteTime(json, "time", entry.Time, isTable);
        json.WriteString("kind", entry.Kind);
        json.WriteString("plan", isTable ? PlanText.ShortId(entry.PlanId) : entry.PlanId);
        foreach (string name in new[] { "succeeded", "result", "call", "message", "upid", "approval" })
        {
            if (end.Facts.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null && (name != "succeeded" || !IsOpen(end)))
            {
                json.WritePropertyName(name);
                value.WriteTo(json);
            }
        }

        json.WriteEndObject();
    }

    private static bool IsOpen(LedgerEntry entry) =>
        entry.Facts.TryGetProperty("result", out JsonElement result) && result.ValueKind == JsonValueKind.String && (result.ValueEquals("running") || result.ValueEquals("unknown"));

    private static Verb Show()
    {
        Argument<int> number = new("number") { Description = "The number of the entry" };
        return new Verb("show", "Show an entry of the ledger with all its facts.", VerbClass.Read, (run, _) =>
        {
            int wanted = run.Value(number);
            LedgerEntry entry = GuardAccess.Ledger(run).Get(wanted);
            run.Write(JsonText.Build(json =>
            {
                json.WriteStartObject();
                json.WriteNumber("number", entry.Number);
                json.WriteString("time", entry.Time);
                json.WriteString("kind", entry.Kind);
                json.WriteString("plan", entry.PlanId);
                json.WritePropertyName("facts");
                entry.Facts.WriteTo(json);
                json.WriteEndObject();
            }));
            return Task.FromResult(ExitCodes.Success);
        })
        {
            Arguments = [number],
            Examples = [new("audit show 12", "what was done, by whom and when"), new("audit show 12 -o json", "the same as JSON, for scripts")],
        };
    }

    private static string WayOut(string folder) =>
        "Nothing is changed until a person has looked at it, and nothing mends a ledger. Keep what is there: move ledger.jsonl, ledger.head and ledger.key "
        + $"together out of {folder}. The next plan begins a new ledger; what was done before cannot be taken back then, and open plans are made again.";

    private static Verb Verify() =>
        new("verify", "Examine the whole ledger. Ends with exit code 1 if it was tampered with.", VerbClass.Read, (run, _) =>
        {
            Ledger ledger = GuardAccess.Ledger(run);
            LedgerVerdict verdict = ledger.Verify();
            run.Write(JsonText.Build(json =>
            {
                json.WriteStartObject();
                json.WriteBoolean("sound", verdict.IsSound);
                json.WriteNumber("entries", verdict.Entries);
                json.WriteOptional("fault", verdict.Fault);
                json.WriteOptional("next", verdict.IsSound ? null : WayOut(ledger.Folder));
                json.WriteEndObject();
            }));
            return Task.FromResult(verdict.IsSound ? ExitCodes.Success : ExitCodes.Error);
        })
        {
            Examples = [new("audit verify", "of the current context"), new("audit verify -c lab -o json", "of another one, for a program")],
        };
}
