using System.Text.Json.Nodes;
using ProxSharp.Mcp.Sites;
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
    public static IEnumerable<JsonObject> Entries(Ledger ledger)
    {
        IReadOnlyList<LedgerEntry> all = ledger.List();
        return all.Reverse().Select(entry => Row(entry, Ledger.EndOf(all, entry)));
    }

    // A call whose task nobody has waited for has neither succeeded nor failed.
    private static JsonObject Row(LedgerEntry entry, LedgerEntry end) => Values.Row(
        ("number", entry.Number),
        ("time", Values.Time(entry.Time.ToUnixTimeSeconds())),
        ("kind", entry.Kind),
        ("plan", entry.PlanId.Length > 12 ? entry.PlanId[..12] : entry.PlanId),
        ("call", entry.Facts.Word("call")),
        ("succeeded", end.Facts.Text("succeeded") is { } succeeded && end.Facts.Text("result") != "running" ? succeeded is "True" or "true" : null),
        ("result", end.Facts.Word("result")),
        ("message", end.Facts.Word("message")));

    private ToolAnswer List(ToolCall call)
    {
        AgentSite site = sites.For(call);
        LedgerVerdict verdict = site.Ledger.Verify();
        ToolAnswer answer = Rows.Page(call, [.. Entries(site.Ledger)], s_columns);
        answer.Value["sound"] = verdict.IsSound;
        return verdict.IsSound ? answer : answer with { Text = $"THE LEDGER IS NOT SOUND: {verdict.Fault}\n{answer.Text}" };
    }
}
