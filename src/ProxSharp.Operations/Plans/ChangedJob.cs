using System.Text.Json;

namespace ProxSharp.Operations.Plans;

/// <summary>The values of a job as they are after a call that changes it.</summary>
internal static class ChangedJob
{
    /// <summary>Returns what finds a value by its name: what the call sets, nothing for what it deletes, else what the job has.</summary>
    /// <param name="call">The call.</param>
    /// <param name="job">The job before it; null if it cannot be read.</param>
    public static Func<string, string?> After(PlannedCall call, JsonElement? job)
    {
        string[] gone = [.. ItemLists.Deleted(call.Parameters)];
        return name => call.Parameters.Find(name) ?? (gone.Contains(name) ? null : job?.Text(name));
    }

    /// <summary>True if a call sets or deletes one of some values.</summary>
    public static bool Names(PlannedCall call, HashSet<string> names) => call.Others.Any(parameter =>
        names.Contains(parameter.Name) || (parameter.Name == "delete" && ItemLists.Split(parameter.Text).Any(names.Contains)));

    /// <summary>True for a switch that is on; what is neither on nor off counts as on.</summary>
    public static bool IsOn(string? flag) => flag is { Length: > 0 } && !IsOff(flag);

    /// <summary>True for a switch that is off, and not just left as it is.</summary>
    public static bool IsOff(string? flag) => flag?.Trim().ToLowerInvariant() is "0" or "false" or "no" or "off";
}
