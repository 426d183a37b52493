using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Finds calls after which other rules of the policy hold for a guest: by its tags, its pool or its node. What is allowed there only afterwards is not for
/// whoever plans to decide.
/// </summary>
internal sealed class Widening(ProxmoxClient client, GuardPolicy policy)
{
    /// <summary>Returns the call with the worst class that it makes allowed for a guest, and that was not allowed for it before.</summary>
    public async Task<PlannedCall> JudgeAsync(PlannedCall call, IReadOnlyList<PlanTarget> own, CancellationToken cancellationToken)
    {
        if (!policy.HasPlaces || call.Path.EndsWith("/clone", StringComparison.Ordinal))
        {
            return call;
        }

        OperationClass worst = OperationClass.Read;
        foreach (PlanTarget guest in own.Where(target => IsMoved(call, target)).Take(GuestNames.IsInPath(call) ? 1 : int.MaxValue))
        {
            IReadOnlyList<PolicyTarget> after = await AfterAsync(call, guest.Policy, own, cancellationToken).ConfigureAwait(false);
            OperationClass gained = policy.Gained(guest.Policy, after);
            worst = gained > worst ? gained : worst;
        }

        return worst > OperationClass.Read ? call.Granting(worst) : call;
    }

    // What a call only copies stays where it is, and a guest that it makes was nobody's before.
    private static bool IsMoved(PlannedCall call, PlanTarget target) => target.Policy.Vmid is { } vmid && !CopySources.IsOne(call, vmid)
        && (target.Key.StartsWith("guest ", StringComparison.Ordinal) || GuestNames.IsInPath(call));

    /// <summary>What policies may see of a guest after the call; empty if the call leaves its place as it is.</summary>
    private async Task<IReadOnlyList<PolicyTarget>> AfterAsync(
        PlannedCall call, PolicyTarget guest, IReadOnlyList<PlanTarget> own, CancellationToken cancellationToken)
    {
        PolicyTarget changed = guest with { IsProtected = guest.IsProtected || call.Parameters.Find("protection") is "1" };
        if (call.Path is "/pools" or "/pools/{poolid}")
        {
            return call.Parameters.Find("delete") is "1" ? [] : [changed with { Pool = call.Parameters.Find("poolid") }];
        }

        if (call.Parameters.Find("target-vmid") is { } receiver)
        {
            // Its disk is the other guest's from then on.
            return [.. own.Where(target => target.Key == $"guest {receiver}" || target.Key == $"new guest {receiver}").Select(static target => target.Policy)];
        }

        if (NewGuests.MadeBy(call).Any())
        {
            return [changed with { Tags = TagsSet(call) ?? policy.TagsOfRules, Pool = call.Parameters.Find("pool") ?? guest.Pool }];
        }

        if (GuestNames.IsInPath(call) && call.Path.EndsWith("/rollback", StringComparison.Ordinal))
        {
            string path = $"{call.ConcretePath[..^"/rollback".Length]}/config";
            return [changed with { IsProtected = false, Tags = await TagsAtAsync(path, cancellationToken).ConfigureAwait(false) }];
        }

        if (GuestNames.IsInPath(call) && call.Path.EndsWith("/config", StringComparison.Ordinal))
        {
            return TagsSet(call) is { } tags ? [changed with { Tags = tags }] : Reverts(call) ? [changed with { Tags = policy.TagsOfRules }] : [];
        }

        // A copy that replication keeps is no move.
        return call.Path == "/cluster/replication" ? [] : [.. Nodes(call).Select(node => changed with { Node = node })];
    }

    private static bool Reverts(PlannedCall call) => call.Parameters.Any(static parameter =>
        parameter.Name == "revert" && ItemLists.Split(parameter.Text).Contains("tags", StringComparer.Ordinal));

    private static string[]? TagsSet(PlannedCall call)
    {
        string[] all = [.. call.Parameters.Where(static parameter => parameter.Name == "tags").Select(static parameter => parameter.Text)];
        return all.Length == 0 ? null : [.. all.SelectMany(ItemLists.Split)];
    }

    // Which nodes a group has is said elsewhere, and may be changed there.
    private IEnumerable<string> Nodes(PlannedCall call) => Destinations.Of(call)
        .SelectMany(node => node.Contains(' ', StringComparison.Ordinal) ? policy.NodesOfRules : [node]);

    // What cannot be read may be the worst.
    private async Task<IReadOnlyList<string>> TagsAtAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            JsonElement config = (await client.Raw.GetAsync(path, cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
            return ItemLists.Split(config.Text("tags") ?? "");
        }
        catch (ProxmoxApiException)
        {
            return policy.TagsOfRules;
        }
    }
}
