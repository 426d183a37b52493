using System.Text.Json.Nodes;
using ProxSharp.Mcp.Sites;
using ProxSharp.Mcp.Text;
using ProxSharp.Operations;
using ProxSharp.Operations.Ledgers;

namespace ProxSharp.Mcp.Tools;

/// <summary>What was done through the guard.</summary>
internal sealed class AuditTool(AgentSites sites)
{
    private static readonly string[] s_columns = ["number", "time", "kind", "plan", "call", "succeeded", "message"];

    public IEnumerable<GuardTool> All()
    {
        yield return new GuardTool(
            "audit_list",
            "What was done through this server, newest first, and whether the ledger is sound.",
            Rows.Arguments,
            [],
            ToolHints.Reads,
            (call, _) => Task.FromResult(List(call)));
    }

    /// <summary>The rows of a ledger, newest first.</summary>
    public static IEnumerable<AuditRow> Entries(Ledger ledger)
    {
        IReadOnlyList<LedgerEntry> all = ledger.List();
        return all.Reverse().Select(entry => new AuditRow(entry, Row(entry, Ledger.EndOf(all, entry))));
    }

    // A call whose task nobody has waited for, or of which nobody knows what became, has neither succeeded nor failed.
    private static JsonObject Row(LedgerEntry entry, LedgerEntry end) => Values.Row(
        ("number", entry.Number),
        ("time", Values.Time(entry.Time.ToUnixTimeSeconds())),
        ("kind", entry.Kind),
        ("plan", entry.PlanId.Length > 12 ? entry.PlanId[..12] : entry.PlanId),
        ("call", entry.Facts.Word("call")),
        ("succeeded", end.Facts.Text("succeeded") is { } succeeded && end.Facts.Text("result") is not ("running" or "unknown") ? succeeded is "True" or "true" : null),
        ("result", end.Facts.Word("result")),
        ("message", end.Facts.Word("message")));

    private ToolAnswer List(ToolCall call)
    {
        List<AuditRow> entries = [];
        List<string> faults = [];
        bool isSound = true;

        // Contexts under one policy of the machine have one ledger.
        foreach (IGrouping<string, AgentSite> sharers in sites.Asked(call).GroupBy(static site => site.Ledger.Folder))
        {
            AgentSite site = sharers.First();
            LedgerVerdict verdict = site.Ledger.Verify();
            if (!verdict.IsSound)
            {
                isSound = false;
                faults.Add($"THE LEDGER{(site.HasOthers ? $" OF {site.Name}" : "")} IS NOT SOUND: {verdict.Fault}\n");
            }

            try
            {
                entries.AddRange(Named(site));
            }
            catch (GuardRefusedException e) when (!verdict.IsSound && sites.Asked(call).Count > 1)
            {
                // The others can be told all the same.
                faults.Add($"{SafeText.OfOwn(e.Message)}\n");
            }
        }

        ToolAnswer answer = Rows.Page(
            call, [.. entries.OrderByDescending(static entry => entry.Entry.Time.UtcTicks).Select(static entry => entry.Row)], sites.HasSeveral ? ["context", .. s_columns] : s_columns);
        answer.Value["sound"] = isSound;
        return answer with { Text = string.Concat(faults) + answer.Text };
    }

    private IEnumerable<AuditRow> Named(AgentSite site)
    {
        Dictionary<string, string> names = new(StringComparer.Ordinal);
        return Entries(site.Ledger).Select(each =>
        {
            if (site.HasOthers)
            {
                string plan = each.Entry.PlanId;
                each.Row["context"] = names.TryGetValue(plan, out string? name) ? name : names[plan] = NameOf(plan, site);
            }

            return each;
        });
    }

    // Of a ledger that several contexts have, the plan says whose the entry is.
    private string NameOf(string plan, AgentSite site) =>
        (sites.All.Count(other => other.Ledger.Folder == site.Ledger.Folder) > 1 ? sites.WithPlan(plan) : null)?.Name ?? site.Name;
}
