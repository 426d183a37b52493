using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Verbs;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Operations;
using ProxSharp.Operations.Approvals;
using ProxSharp.Operations.Plans;
using ProxSharp.Schema;
using ShownCall = ProxSharp.Cli.Verbs.Endpoints.PlannedCall;

namespace ProxSharp.Cli.Guarding;

/// <summary>Shows what a plan would do as every dry run shows it: the calls, and how they would change configurations.</summary>
internal static class PlanDryRun
{
    /// <summary>Shows it, and says what would refuse it.</summary>
    public static async Task<int> ShowAsync(
        VerbRun run, OperationGuard guard, Plan plan, IReadOnlyList<Approval> approvals, CancellationToken cancellationToken)
    {
        ApiSchema schema = Schema.SchemaSource.Embedded(run.Context.Product);
        HashSet<string> apart = new(StringComparer.Ordinal);
        int exitCode = await DryRun.ShowAsync(run, schema, [.. plan.Calls.Select(call => Shown(call, apart))], cancellationToken).ConfigureAwait(false);
        Object(run, guard, plan, approvals);
        return exitCode;
    }

    /// <summary>Says what would refuse a plan if it was applied now.</summary>
    public static void Object(VerbRun run, OperationGuard guard, Plan plan, IReadOnlyList<Approval> approvals)
    {
        foreach (string objection in guard.Objections(plan, approvals))
        {
            run.Note($"Applied now, it would be refused: {objection}");
        }
    }

    // The guests that calls before it have made or moved are not where it will find them.
    private static ShownCall Shown(PlannedCall call, HashSet<string> apart)
    {
        PlanRequest request = call.ToRequest();
        ApiParameters others = [];
        foreach (ApiParameter parameter in request.Parameters ?? [])
        {
            if (!call.Path.Contains($"{{{parameter.Name}}}", StringComparison.Ordinal))
            {
                others.Add(parameter);
            }
        }

        string? guest = call.Path.Contains("{vmid}", StringComparison.Ordinal) ? request.Parameters?.Find("vmid") : null;
        ShownCall shown = new(call.Method, request.Path, others)
        {
            Template = call.Path,
            Target = guest is null ? "" : $"guest {guest}",
            IsThere = guest is null || !apart.Contains(guest),
            Upload = request.Upload is { } file ? new CallUpload(file.Path, file.FileName) : null,
        };
        if ((others.Find("newid") ?? others.Find("vmid") ?? (call.Path.EndsWith("/migrate", StringComparison.Ordinal) ? guest : null)) is { } other)
        {
            apart.Add(other);
        }

        return shown;
    }
}
