using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Operations;
using ProxSharp.Operations.Plans;

namespace ProxSharp.Mcp.Tools;

/// <summary>The tools that plan changes, and the one that makes them.</summary>
internal sealed class ChangeTools(OperationGuard guard, ElicitationApprover approver)
{
    private const string Calls = """
        "calls":{"type":"array","items":{"type":"object","properties":{"method":{"type":"string","enum":["POST","PUT","DELETE"]},"path":{"type":"string"},"parameters":{"type":"object"}},"required":["method","path"]}},
        "snapshot_first":{"type":"boolean","description":"take a snapshot of each guest first"}
        """;

    public IEnumerable<GuardTool> All()
    {
        yield return new GuardTool(
            "plan", "Plan calls that change something. Nothing is sent; apply makes them.", Calls, ["calls"], ToolHints.Plans, PlanAsync);
        yield return new GuardTool(
            "plan_undo",
            "Plan to take back an applied plan, by a number of audit_list.",
            """ "number":{"type":"integer"} """,
            ["number"],
            ToolHints.Plans,
            async (call, cancellationToken) =>
                Show(await guard.PlanUndoAsync(call.Number("number", 0, int.MaxValue), cancellationToken).ConfigureAwait(false)));
        if (guard.Client.Schema.Product != ProxmoxProduct.BackupServer)
        {
            yield return new GuardTool(
                "plan_retire",
                "Plan to take a guest out of service without losing it: stop, tag, protect. Use it in place of deleting.",
                """ "vmid":{"type":"integer"},"keep_days":{"type":"integer","description":"default 30"} """,
                ["vmid"],
                ToolHints.Plans,
                RetireAsync);
        }

        yield return new GuardTool(
            "apply",
            "Apply a plan once and wait for its tasks. Refused if anything changed since. A person may be asked.",
            """ "plan":{"type":"string","description":"id of the plan"} """,
            ["plan"],
            ToolHints.Applies,
            ApplyAsync);
    }

    private async Task<ToolAnswer> PlanAsync(ToolCall call, CancellationToken cancellationToken)
    {
        if (call.Find("calls") is not { ValueKind: JsonValueKind.Array } calls)
        {
            throw new ToolException("usage", "The argument 'calls' is a list of objects with method, path and parameters.");
        }

        PlanRequest[] requests = [.. calls.EnumerateArray().Select(Request)];
        return Show(await guard.PlanAsync(requests, new PlanOptions { SnapshotFirst = call.Flag("snapshot_first") }, cancellationToken).ConfigureAwait(false));
    }

    private async Task<ToolAnswer> RetireAsync(ToolCall call, CancellationToken cancellationToken)
    {
        TimeSpan keep = TimeSpan.FromDays(call.Number("keep_days", 30, 3650));
        return Show(await guard.PlanRetirementAsync(call.Number("vmid", 0, int.MaxValue), keep, cancellationToken).ConfigureAwait(false));
    }

    private async Task<ToolAnswer> ApplyAsync(ToolCall call, CancellationToken cancellationToken)
    {
        using IDisposable asking = approver.For(call.Context);
        ApplyResult result = await guard.ApplyAsync(call.Required("plan"), cancellationToken).ConfigureAwait(false);
        string json = JsonTexts.Build(writer =>
        {
            writer.WriteStartObject();
            writer.WriteBoolean("complete", result.IsComplete);
            writer.WriteStartArray("steps");
            foreach (ApplyStep step in result.Steps)
            {
                writer.WriteStartObject();
                writer.WriteString("call", step.Call);
                writer.WriteBoolean("succeeded", step.Succeeded);
                writer.WriteString("upid", step.Upid);
                writer.WriteString("message", step.Message);
                writer.WriteNumber("number", step.LedgerNumber);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        });
        IEnumerable<string> steps = result.Steps.Select(static step => $"{(step.Succeeded ? "done" : "FAILED")} {step.Call}: {step.Message}");
        return new ToolAnswer(string.Join('\n', steps), json);
    }

    private static PlanRequest Request(JsonElement call) =>
        call.ValueKind == JsonValueKind.Object && call.Text("path") is { } path && ApiMethods.TryParse(call.Text("method"), out ApiMethod method)
            ? new PlanRequest(method, path, ToolCall.Parameters(call.TryGetProperty("parameters", out JsonElement parameters) ? parameters : null))
            : throw new ToolException("usage", "Each call has a method and a path.");

    private static ToolAnswer Show(Plan plan)
    {
        string json = JsonTexts.Build(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("plan", plan.Id);
            writer.WriteString("class", OperationCatalogue.Word(plan.Class));
            writer.WriteString("expires", plan.Expires);
            WriteAll(writer, "calls", plan.Calls.Select(static call => call.ToString()));
            WriteAll(writer, "consequences", plan.Consequences);
            WriteAll(writer, "undo", plan.Undo.Select(static call => call.ToString()));
            writer.WriteEndObject();
        });
        string undo = plan.Undo.Count > 0 ? "can be taken back" : "cannot be taken back";
        return new ToolAnswer($"plan {plan.Id} ({OperationCatalogue.Word(plan.Class)}, {undo})\n{string.Join('\n', plan.Consequences)}", json);
    }

    private static void WriteAll(Utf8JsonWriter json, string name, IEnumerable<string> lines)
    {
        json.WriteStartArray(name);
        foreach (string line in lines)
        {
            json.WriteStringValue(line);
        }

        json.WriteEndArray();
    }
}
