using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Finds calls after which other rules of the policy hold for a guest: by its tags, its pool or its node. What is allowed there only afterwards is not for
/// whoever plans to decide. It judges the calls of one plan in their order: what each of two opens by half, they open together.
/// </summary>
internal sealed class Widening(ProxmoxClient client, GuardPolicy policy)
{
    private static readonly string[] s_remarks = ["comment", "digest", "max_relocate", "max_restart", "sid", "rule", "type"];

    // Where calls before may have brought a guest.
    private readonly Dictionary<int, IReadOnlyList<PolicyTarget>> _places = [];

    /// <summary>Returns the call with the worst class that it makes allowed for a guest, and that was not allowed for it before.</summary>
    public async Task<PlannedCall> JudgeAsync(PlannedCall call, IReadOnlyList<PlanTarget> own, CancellationToken cancellationToken)
    {
        if (!policy.HasPlaces)
        {
            return call;
        }

        OperationClass worst = await GainedByCopyAsync(call, own, cancellationToken).ConfigureAwait(false);
        bool isClone = call.Path.EndsWith("/clone", StringComparison.Ordinal);
        foreach (PlanTarget guest in own.Where(target => !isClone && IsMoved(call, target)))
        {
            IReadOnlyList<PolicyTarget> after = Receivers(call, guest, own) ?? await PlacesAsync(call, guest.Policy, cancellationToken).ConfigureAwait(false);
            OperationClass gained = policy.Gained(guest.Policy, after);
            worst = gained > worst ? gained : worst;
        }

        return worst > OperationClass.Read ? call.Granting(worst) : call;
    }

    /// <summary>
    /// The worst class that a copy of a guest allows and the guest itself does not, where that opens what is in its disks: who may run commands in the copy, or
    /// set its passwords, reads them. A copy can be removed, and templates are there to be copied.
    /// </summary>
    private async Task<OperationClass> GainedByCopyAsync(PlannedCall call, IReadOnlyList<PlanTarget> own, CancellationToken cancellationToken)
    {
        // Proxmox: a clone of a snapshot has the tags of that time.
        IReadOnlyList<string>? old = GuestNames.IsInPath(call) && NewGuests.MadeBy(call).Any() && call.Parameters.Find("snapname") is { } snapshot
            ? await TagsAtAsync(
                $"{call.ConcretePath[..call.ConcretePath.LastIndexOf('/')]}/snapshot/{Uri.EscapeDataString(snapshot)}/config", cancellationToken).ConfigureAwait(false)
            : null;
        IReadOnlyList<string> brought = await TagsBroughtAsync(call, cancellationToken).ConfigureAwait(false);
        PolicyTarget[] copies =
        [
            .. own.Where(target => IsMade(call, target)).Select(target => target.Policy with
            {
                Tags = TagsSet(call) ?? old ?? (GuestNames.IsInPath(call) ? target.Policy.Tags : brought),
            }),
        ];
        OperationClass[] gained =
        [
            .. own.Where(source => copies.Length > 0 && IsSource(call, source)
                && CopySources.IsOne(call, source) && !IsTemplate(source)).Select(source => policy.Gained(source.Policy, copies)),
        ];
        return gained.Where(static kind => kind >= OperationClass.Privileged).Concat(GainedByTemplate(call, own)).DefaultIfEmpty(OperationClass.Read).Max();
    }

    // One that an earlier call of the plan makes is one like others.
    private static bool IsSource(PlannedCall call, PlanTarget target) => target.Key.StartsWith("guest ", StringComparison.Ordinal)
        || (target.Key.StartsWith("new guest ", StringComparison.Ordinal) && !IsMade(call, target));

    // One that is there and has the number is written over, and is the other one from then on.
    private static bool IsMade(PlannedCall call, PlanTarget target) =>
        NewGuests.MadeBy(call).Any(vmid => target.Key == $"new guest {vmid}" || target.Key == $"guest {vmid}");

    // A template may be copied to any place, which nobody is asked about: it is judged when it is made.
    private IEnumerable<OperationClass> GainedByTemplate(PlannedCall call, IReadOnlyList<PlanTarget> own)
    {
        bool isMade = NewGuests.MadeBy(call).Any() && UndoBuilder.IsSet(call, "template");
        bool isTurned = call.Path.EndsWith("/{vmid}/template", StringComparison.Ordinal) || (GuestNames.IsConfig(call) && UndoBuilder.IsSet(call, "template"));
        return own.Where(target => !IsTemplate(target) && (isMade ? IsSource(call, target) : isTurned && target.Policy.Vmid == own[0].Policy.Vmid))
            .Select(target => policy.GainedAnywhere(target.Policy));
    }

    private static bool IsTemplate(PlanTarget guest) => guest.Before.ValueKind == JsonValueKind.Object && guest.Before.IsSet("template");

    /// <summary>The guests that have a disk of another one after the call: what may be done to them is done to it. Null if the call gives none away.</summary>
    private static IReadOnlyList<PolicyTarget>? Receivers(PlannedCall call, PlanTarget giver, IReadOnlyList<PlanTarget> own)
    {
        if (call.Parameters.Find("target-vmid") is { } receiver)
        {
            return [.. own.Where(target => target.Key == $"guest {receiver}" || target.Key == $"new guest {receiver}").Select(static target => target.Policy)];
        }

        string[] made = [.. NewGuests.MadeBy(call)];
        if (made.Length > 0 && !made.Contains(giver.Policy.Vmid?.ToString(CultureInfo.InvariantCulture)))
        {
            return [.. own.Where(target => IsMade(call, target))
                .Select(target => target.Policy with { Tags = TagsSet(call) ?? target.Policy.Tags })];
        }

        return IsOther(call, giver, own) && call.Path.EndsWith("/config", StringComparison.Ordinal)
            ? [own[0].Policy with { Tags = TagsSet(call) ?? own[0].Policy.Tags }]
            : IsOther(call, giver, own) && !call.Path.EndsWith("/migrate", StringComparison.Ordinal) ? []
            : null;
    }

    // A call on a guest names others for their disks, or because they move along.
    private static bool IsOther(PlannedCall call, PlanTarget target, IReadOnlyList<PlanTarget> own) =>
        GuestNames.IsInPath(call) && target.Policy.Vmid != own[0].Policy.Vmid;

    private async Task<IReadOnlyList<PolicyTarget>> PlacesAsync(PlannedCall call, PolicyTarget guest, CancellationToken cancellationToken)
    {
        IReadOnlyList<PolicyTarget> before = _places.GetValueOrDefault(guest.Vmid!.Value) ?? [guest];
        List<PolicyTarget> after = [];
        foreach (PolicyTarget place in before)
        {
            after.AddRange(await AfterAsync(call, place, cancellationToken).ConfigureAwait(false));
        }

        if (after.Count > 0)
        {
            _places[guest.Vmid.Value] = [.. before, .. after];
        }

        return after;
    }

    // What a call only copies stays where it is, and a guest that it makes was nobody's before.
    private static bool IsMoved(PlannedCall call, PlanTarget target) => target.Policy.Vmid is not null && !CopySources.IsOne(call, target)
        && (IsSource(call, target) || GuestNames.IsInPath(call));

    /// <summary>What policies may see of a guest after the call; empty if the call leaves its place as it is.</summary>
    private async Task<IReadOnlyList<PolicyTarget>> AfterAsync(PlannedCall call, PolicyTarget guest, CancellationToken cancellationToken)
    {
        PolicyTarget changed = guest with { IsProtected = guest.IsProtected || call.Parameters.Find("protection") is "1" };
        if (call.Path is "/pools" or "/pools/{poolid}")
        {
            return call.Parameters.Find("delete") is "1" ? [] : [changed with { Pool = call.Parameters.Find("poolid") }];
        }

        if (NewGuests.MadeBy(call).Any())
        {
            IReadOnlyList<string> tags = TagsSet(call) ?? await TagsBroughtAsync(call, cancellationToken).ConfigureAwait(false);
            return [changed with { Tags = tags, Pool = call.Parameters.Find("pool") ?? guest.Pool }];
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

    // Which nodes a group or a rule has is said elsewhere, and may be changed there.
    private IEnumerable<string> Nodes(PlannedCall call)
    {
        string[] named = Destinations.Of(call);
        return named.Length == 0 && PlacesByRule(call)
            ? policy.NodesOfRules
            : named.SelectMany(node => node.Contains(' ', StringComparison.Ordinal) ? policy.NodesOfRules : [node]);
    }

    /// <summary>True if high availability may move guests because of the call, to nodes that it does not name.</summary>
    private static bool PlacesByRule(PlannedCall call)
    {
        string[] words = call.Path.Split('/');
        return words is ["", "cluster", "ha", "resources" or "rules" or "groups", ..]
            ? call.Method == ApiMethod.Post
                || (call.Method == ApiMethod.Put && call.Others.Any(static parameter => !s_remarks.Contains(parameter.Name)))

                // What a rule or a group no longer holds back goes where the others want it.
                || (call.Method == ApiMethod.Delete && words[3] != "resources")
            : words is ["", "cluster", "ha", "status", "arm-ha"];
    }

    // A restored guest has the tags of its backup.
    private async Task<IReadOnlyList<string>> TagsBroughtAsync(PlannedCall call, CancellationToken cancellationToken) => RestoredSettings.IsOne(call)
        && await RestoredSettings.LinesAsync(client, call, cancellationToken).ConfigureAwait(false) is { } lines
        ? [.. lines.Where(static line => line.StartsWith("tags:", StringComparison.Ordinal)).SelectMany(static line => ItemLists.Split(line["tags:".Length..].Trim()))]
        : policy.TagsOfRules;

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
