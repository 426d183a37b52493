using System.Text.Json.Nodes;
using ProxSharp.Mcp.Sites;
using ProxSharp.Mcp.Text;
using ProxSharp.Operations;
using ProxSharp.Operations.Plans;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Mcp.Tools;

/// <summary>Tells what a plan says. One over thousands of guests says more than an answer holds: the rest is read page by page.</summary>
internal static class PlanAnswer
{
    // Each call has a sentence of its own among the others.
    private const int MostCalls = 30;

    /// <summary>Tells of a plan.</summary>
    /// <param name="site">Where it was made.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="isOwn">True if the caller has written what its calls set; otherwise that is what guests said before.</param>
    /// <param name="offset">The first of its sentences to be told, counted from 0.</param>
    public static ToolAnswer Of(AgentSite site, Plan plan, bool isOwn = false, int offset = 0)
    {
        LinePage page = new(plan.Consequences, offset, line => SafeText.OfConsequence(line, isOwn));
        JsonObject value = new()
        {
            ["plan"] = plan.Id,
            ["context"] = site.Name,
            ["class"] = OperationCatalogue.Word(plan.Class),
            ["approval"] = PolicyWriter.Word(ApprovalWords.Kind(plan, site.Policy)),
            ["expires"] = Values.Time(plan.Expires.ToUnixTimeSeconds()),
            ["calls"] = Texts(plan.Calls.Select(call => SafeText.Of(call.ToString(), isOwn ? "own" : "call"))),
            ["consequences"] = Texts(page.Lines, page.Lines.Count),
            ["undo"] = Texts(plan.Undo.Select(Back)),
        };
        Complete(value, plan, page);
        if (BackWords.Refused(plan, site.Policy) is { } refused)
        {
            value["undo_refused"] = OperationCatalogue.Word(refused);
        }

        string more = page.IsPart ? $"\n({page.Where} of plan {plan.Id})" : "";
        return Freezing.Add(site, new ToolAnswer(
            $"plan {plan.Id}{site.InWords} ({plan.ClassWords}, {BackWords.Of(plan, site.Policy)}, {ApprovalWords.Of(plan, site.Policy)})\n{string.Join('\n', page.Lines)}{more}", value));
    }

    // What is the same in nearly every plan is said where it is not.
    private static void Complete(JsonObject value, Plan plan, LinePage page)
    {
        if (plan.Classes.Count > 1)
        {
            value["classes"] = Texts(plan.Classes.Select(OperationCatalogue.Word));
        }

        if (plan.Calls.Count > MostCalls)
        {
            value["calls_total"] = plan.Calls.Count;
        }

        if (plan.Undo.Count > MostCalls)
        {
            value["undo_total"] = plan.Undo.Count;
        }

        if (page.IsPart)
        {
            value["first"] = page.First;
            value["returned"] = page.Lines.Count;
            value["total"] = page.Total;
            value["truncated"] = page.Next is not null;
            value["next"] = page.Next;
        }
    }

    // What a way back leaves behind is told with it.
    private static string Back(PlannedCall call) => $"{SafeText.Of(call.ToString(), "call")} {Consequences.Leaves(call)}".TrimEnd();

    private static JsonArray Texts(IEnumerable<string> texts, int most = MostCalls) => new([.. texts.Take(most).Select(static text => (JsonNode)text)]);
}
