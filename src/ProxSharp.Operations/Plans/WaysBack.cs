using System.Text.Json;
using ProxSharp.Api;

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
