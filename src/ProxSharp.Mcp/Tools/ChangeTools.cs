using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.Api;
using ProxSharp.Mcp.Sites;
using ProxSharp.Mcp.Text;
using ProxSharp.Operations;
using ProxSharp.Operations.Plans;
using ProxSharp.Operations.Text;

namespace ProxSharp.Mcp.Tools;

/// <summary>The tools that plan changes.</summary>
internal sealed class ChangeTools(AgentSites sites)
{
    private const string Calls = """
        "calls":{"type":"array","items":{"type":"object","properties":{
        "method":{"type":"string","enum":["POST","PUT","DELETE"]},"path":{"type":"string"},"parameters":{"type":"object"}},"required":["method","path"]}},
        "snapshot_first":{"type":"boolean","description":"take a snapshot of each guest first"},
        "plan":{"type":"string"},"offset":{"type":"integer"}
        """;

    private const int LongestKeep = 3650;

    public IEnumerable<GuardTool> All()
    {
        yield return new GuardTool(
            "plan",
            "Plan API calls that change something, for example POST /nodes/pve1/qemu/100/migrate. Nothing is sent; apply makes them. "
                + "The node of a guest is corrected. With plan and offset in place of calls: more of what a long plan says.",
            Calls,
            [],
            ToolHints.Plans,
            PlanAsync);
        yield return new GuardTool(
            "plan_undo",
            "Plan to take back an applied plan, by a number of audit_list.",
            """ "number":{"type":"integer"} """,
            ["number"],
            ToolHints.Plans,
            UndoAsync);
        if (sites.Has(ProxmoxProduct.VirtualEnvironment))
        {
            yield return new GuardTool(
                "plan_retire",
                "Plan to take a guest out of service without losing it: stop, tag, protect. Use it in place of deleting.",
                """ "vmid":{"type":"integer"},"keep_days":{"type":"integer","description":"default 30"} """,
                ["vmid"],
                ToolHints.Plans,
                RetireAsync);
        }
    }

    private async Task<ToolAnswer> PlanAsync(ToolCall call, CancellationToken cancellationToken)
    {
        if (call.Text("plan") is { } made)
        {
            return ShowMore(call, sites.PlanNamed(made));
        }

        if (call.Find("calls") is not { } calls)
        {
            throw new ToolException("usage", "The argument 'calls' is missing: a list of API calls, each with a method, a path and parameters.");
        }

        if (call.Find("offset") is not null)
        {
            throw new ToolException("usage", "The argument 'offset' goes with 'plan', the id of a plan that was made.");
        }

        AgentSite site = sites.For(call);
        PlanRequest[] requests = [.. calls.EnumerateArray().Select(Request)];
        if (requests.Select(request => ApiPlaces.Elsewhere(sites, site, request.Method, request.Path)).FirstOrDefault(static other => other is not null) is { } other)
        {
            throw new ToolException("usage", other);
        }

        OperationGuard guard = await site.OpenAsync(cancellationToken).ConfigureAwait(false);
        PlanOptions options = new() { SnapshotFirst = call.Flag("snapshot_first") };
        try
        {
            return PlanAnswer.Of(site, await guard.PlanAsync(requests, options, cancellationToken).ConfigureAwait(false), isOwn: true);
        }
        catch (GuardRefusedException e) when (e.Reason == "target" && sites.HasSeveral && !call.Has("context"))
        {
            // It may be somewhere else.
            throw new GuardRefusedException(e.Reason, $"{e.Message} This is about the context {site.Name}.", e);
        }
    }

    private ToolAnswer ShowMore(ToolCall call, string id)
    {
        if (call.Find("calls") is not null || call.Find("snapshot_first") is not null)
        {
            throw new ToolException("usage", "The argument 'plan' shows a plan that was made, and makes none: leave out 'calls' and 'snapshot_first'.");
        }

        AgentSite site = sites.WithPlan(id) ?? throw new GuardRefusedException("unknown-plan", "There is no such plan. Make one with plan.");
        return PlanAnswer.Of(site, site.Plans.Load(id), offset: call.Number("offset", 0, int.MaxValue));
    }

    private async Task<ToolAnswer> UndoAsync(ToolCall call, CancellationToken cancellationToken)
    {
        int number = call.Number("number", 0, int.MaxValue);
        AgentSite site = sites.WithEntry(call, number);
        OperationGuard guard = await site.OpenAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return PlanAnswer.Of(site, await guard.PlanUndoAsync(number, cancellationToken).ConfigureAwait(false));
        }
        catch (GuardRefusedException e) when (e.Reason == "unknown-outcome" && Waiting(site, site.Ledger.Get(number).PlanId) is { } next)
        {
            throw new GuardRefusedException(e.Reason, $"{e.Message} {next}", e);
        }
        catch (GuardRefusedException e) when (e.Reason == "changed")
        {
            throw new GuardRefusedException(e.Reason, site.WithCommands(e.Message), e);
        }
    }

    // What still runs can be waited for; null if nothing is known to run.
    private static string? Waiting(AgentSite site, string plan) => AppliedCalls.LeftTask(site.Ledger.List(), plan) is { } upid
        ? $"task_wait {SafeText.Of(upid, "upid")} waits for the end of the task; call plan_undo again then."
        : site.IsUnderWay(plan) ? $"The plan is being applied: apply with plan {plan} waits for its end; call plan_undo again then."
        : null;

    private async Task<ToolAnswer> RetireAsync(ToolCall call, CancellationToken cancellationToken)
    {
        AgentSite site = sites.For(call, ProxmoxProduct.VirtualEnvironment);
        int days = call.Number("keep_days", 30, int.MaxValue);
        TimeSpan keep = days <= LongestKeep
            ? TimeSpan.FromDays(days)
            : throw new ToolException("usage", $"The argument 'keep_days' is at most {LongestKeep}.");
        OperationGuard guard = await site.OpenAsync(cancellationToken).ConfigureAwait(false);
        return PlanAnswer.Of(site, await guard.PlanRetirementAsync(call.Number("vmid", 0, int.MaxValue), keep, cancellationToken).ConfigureAwait(false));
    }

    private static PlanRequest Request(JsonElement call)
    {
        if (call.ValueKind != JsonValueKind.Object || call.Text("path") is not { } path || !ApiMethods.TryParse(call.Text("method"), out ApiMethod method))
        {
            throw new ToolException("usage", "Each call is an object with a method (POST, PUT or DELETE), a path, and parameters if there are any.");
        }

        if (call.EnumerateObject().Select(static member => member.Name).FirstOrDefault(static name => name is not ("method" or "path" or "parameters")) is { } other)
        {
            throw new ToolException("usage", $"A call has 'method', 'path' and 'parameters', and nothing else: it has '{UntrustedText.Clean(other, 60)}'.");
        }

        return method == ApiMethod.Get
            ? throw new ToolException(
                "usage", $"GET {path} changes nothing that could be planned: calls of a plan are POST, PUT or DELETE. Read it with api_read.")
            : new PlanRequest(method, path, ToolCall.Parameters(call.TryGetProperty("parameters", out JsonElement parameters) ? parameters : null, takesNull: false));
    }
}
