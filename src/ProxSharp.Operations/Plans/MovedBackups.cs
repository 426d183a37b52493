using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Finds backups that are moved, or synchronised, on a backup server to where a prune job goes: what that job keeps is counted anew there, together with what
/// is there already, and the rest is removed with its next run.
/// </summary>
/// <param name="read">Reads a path; null if it cannot be read.</param>
internal sealed class MovedBackups(Func<string, CancellationToken, Task<JsonElement?>> read)
{
    private const string Group = "/admin/datastore/{store}/move-group";
    private const string Namespace = "/admin/datastore/{store}/move-namespace";
    private const string Sync = "/config/sync";
    private const string Depth = "max-depth";

    /// <summary>What a plan says of such a call.</summary>
    public const string Why = " A prune job goes there, or nobody could read whether one does: it removes what it does not keep.";

    /// <summary>True for a call that moves backups, or makes a job that brings some.</summary>
    public static bool IsOne(PlannedCall call) => call is { Method: ApiMethod.Post, Path: Group or Namespace }
        || (call is { Method: ApiMethod.Post, Path: Sync } && call.Parameters.Find("sync-direction") is null or "pull");

    /// <summary>Returns the call, as destructive if a prune job goes where it moves backups to.</summary>
    public async Task<PlannedCall> JudgeAsync(PlannedCall call, CancellationToken cancellationToken) =>
        await read("/config/prune", cancellationToken).ConfigureAwait(false) is { ValueKind: JsonValueKind.Array } jobs
            && !jobs.EnumerateArray().Any(job => Prunes(job, call))
            ? call
            : call.Also(OperationClass.Destructive);

    private static bool Prunes(JsonElement job, PlannedCall call) => job.Text("store") == call.Parameters.Find("store") && !ChangedJob.IsOn(job.Text("disable"))
        && job.EnumerateObject().Any(static member => member.Name.StartsWith("keep-", StringComparison.Ordinal))
        && Reaches(job, call.Parameters.Find(call.Path == Sync ? "ns" : "target-ns") ?? "", withBelow: call.Path != Group);

    // Proxmox: a job begins with its namespace and goes so many levels down; without a number to the end.
    private static bool Reaches(JsonElement job, string target, bool withBelow)
    {
        string start = job.Text("ns") ?? "";
        bool isBelow = start.Length == 0 || target == start || target.StartsWith(start + "/", StringComparison.Ordinal);
        int levels = Levels(target) - Levels(start);
        bool isDeep = !int.TryParse(job.Text(Depth), NumberStyles.None, CultureInfo.InvariantCulture, out int most) || levels <= most;
        return (isBelow && isDeep) || (withBelow && (target.Length == 0 || start.StartsWith(target + "/", StringComparison.Ordinal)));
    }

    private static int Levels(string ns) => ns.Length == 0 ? 0 : ns.Split('/').Length;
}
