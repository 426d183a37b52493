using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Operations.Plans;

/// <summary>Foresees how bad a way back is: the server it will find is the one that the call leaves, and what holds there makes it as bad as any other call.</summary>
internal static class WaysBack
{
    /// <summary>True for a way back that is weighed: what takes a retirement back is let through, whatever it is.</summary>
    public static bool IsWeighed(PlannedCall back, PlannedCall call) => !(Retirement.IsPartOf(call) && Retirement.IsWayBack(back));

    /// <summary>The first target of a call as the way back will find it.</summary>
    public static PlanTarget Left(PlannedCall call, PlanTarget target) =>
        GuestNames.IsConfig(call) && target.Before.ValueKind == JsonValueKind.Object
            ? new PlanTarget(target.Key, target.Identity, target.State, target.Facts) { Policy = target.Policy, Digest = target.Digest, Before = After(call, target.Before) }
            : target;

    /// <summary>
    /// True if the policy may allow a call of a way back, by its class and by where its guest is. Where the plan itself changes that, or does not tell it, a rule
    /// that allows the class for anybody is enough.
    /// </summary>
    public static bool MayBeAllowed(Plan plan, PlannedCall back, OperationClass kind, GuardPolicy policy) =>
        policy.AllowsSome(kind) && (plan.Calls.Any(ChangesPlace) || PlaceOf(plan, back) is not { } guest || policy.Permits(kind, guest));

    private static bool ChangesPlace(PlannedCall call) => call.Path.StartsWith("/pools", StringComparison.Ordinal) || call.Path.EndsWith("migrate", StringComparison.Ordinal)
        || (GuestNames.IsConfig(call) && (call.Parameters.Find("tags") is not null || ItemLists.Deleted(call.Others).Contains("tags")));

    private static PolicyTarget? PlaceOf(Plan plan, PlannedCall back)
    {
        string? vmid = GuestNames.IsInPath(back) ? back.Parameters.Find("vmid") : null;
        if (!int.TryParse(vmid, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
        {
            return null;
        }

        PlannedCall? made = plan.Calls.FirstOrDefault(call => NewGuests.MadeBy(call).Contains(vmid));
        string source = made is { } copy && GuestNames.IsInPath(copy) ? copy.Parameters.Find("vmid")! : vmid;
        PlanTarget? known = plan.Targets.FirstOrDefault(target => target.Key == $"guest {source}");

        // A backup brings tags with it that nobody sees here.
        string? tags = made?.Parameters.Find("tags") ?? known?.Facts.GetValueOrDefault("tags");
        if (made is null)
        {
            return tags is null ? null : Place(number, known!.Facts.GetValueOrDefault("node"), known.Facts.GetValueOrDefault("pool"), tags);
        }

        return RestoredSettings.IsOne(made) ? null : Place(number, made.Parameters.Find("target") ?? made.Parameters.Find("node"), made.Parameters.Find("pool"), tags);
    }

    private static PolicyTarget Place(int vmid, string? node, string? pool, string? tags) => new($"guest {JsonTexts.Number(vmid)}")
    {
        Vmid = vmid,
        Node = node,
        Pool = pool is { Length: > 0 } ? pool : null,
        Tags = tags is null ? [] : ItemLists.Split(tags),
    };

    // What is taken from a guest stays with it as an unused volume; under which number decides nothing.
    private static JsonElement After(PlannedCall call, JsonElement config)
    {
        string[] gone = [.. ItemLists.Deleted(call.Parameters)];
        return JsonTexts.Element(json =>
        {
            json.WriteStartObject();
            foreach (JsonProperty member in config.EnumerateObject())
            {
                if (call.Parameters.Find(member.Name) is null && !gone.Contains(member.Name))
                {
                    member.WriteTo(json);
                }
            }

            foreach (ApiParameter set in call.Others)
            {
                if (set.Name is not ("delete" or "digest" or "revert" or "force"))
                {
                    json.WriteString(set.Name, set.Text);
                }
            }

            json.WriteEndObject();
        });
    }

    /// <summary>
    /// Says by calls of what class a plan is taken back, for words behind "can be taken back"; empty if it is none that is worse than its own calls.
    /// </summary>
    public static string Words(Plan plan)
    {
        bool retires = plan.Calls.Any(Retirement.IsPartOf);
        ClassSet worse = default;
        foreach (PlannedCall back in plan.Undo)
        {
            foreach (OperationClass kind in back.Classes)
            {
                bool isWorse = kind >= OperationClass.Destructive ? !plan.Classes.Contains(kind) : kind > plan.Class;
                worse = isWorse && !(retires && Retirement.IsWayBack(back)) ? worse.And(kind) : worse;
            }
        }

        return worse.Worst > OperationClass.Reversible ? $" by what is {worse.Words}" : "";
    }
}
