using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Finds backups that jobs remove because of where a call brings them, or takes them from. What a prune job keeps is counted anew with what comes to where it
/// goes, and a sync job with <c>remove-vanished</c> removes what is no more, or never was, where it copies from.
/// </summary>
internal sealed class MovedBackups(ProxmoxClient client)
{
    /// <summary>The fact that names the jobs.</summary>
    public const string Fact = "removed by";

    /// <summary>What a plan says of such a call.</summary>
    public const string Why = " A job named below, or one that nobody could read, removes what it does not keep, or what is no more where it copies from, with its next run.";

    private const string Group = "/admin/datastore/{store}/move-group";
    private const string Namespace = "/admin/datastore/{store}/move-namespace";
    private const string Sync = "/config/sync";
    private const string Job = Sync + "/{id}";
    private const string Remote = "/config/remote/{name}";
    private const string Target = "target-ns";
    private const string RemoteNamespace = "remote-ns";
    private const string Push = "push";

    // Which server it is, and what it shows of itself: groups that are not seen there have vanished.
    private static readonly HashSet<string> s_elsewhere = new(StringComparer.Ordinal) { "host", "port", "auth-id" };

    // Which backups a job brings where, and when.
    private static readonly HashSet<string> s_brought = new(StringComparer.Ordinal)
    {
        "store", "ns", "max-depth", "group-filter", "remote", "remote-store", RemoteNamespace, "schedule", "run-on-mount", "transfer-last", "verified-only",
        "encrypted-only",
    };

    private static readonly string[] s_sieves = ["transfer-last", "verified-only", "encrypted-only"];

    /// <summary>True for a call that moves backups, makes or changes a job that brings some, or lets jobs copy from or to another server.</summary>
    public static bool IsOne(PlannedCall call) => call is { Method: ApiMethod.Post, Path: Group or Namespace }
        || (call is { Method: ApiMethod.Post, Path: Sync } && call.Parameters.Find("sync-direction") is null or "pull")
        || (call is { Method: ApiMethod.Put, Path: Job } && ChangedJob.Names(call, s_brought))
        || (call is { Method: ApiMethod.Put, Path: Remote } && ChangedJob.Names(call, s_elsewhere));

    /// <summary>Returns the call, as destructive if a job removes something because of it.</summary>
    public static PlannedCall Judge(PlannedCall call, IReadOnlyList<PlanTarget> own) =>
        own is [{ } first, ..] && first.Rules.ContainsKey(Fact) ? call.Also(OperationClass.Destructive) : call;

    /// <summary>The jobs that remove something because of the call, in words; empty if there are none.</summary>
    public async Task<string> JobsAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        if (call.Path == Job)
        {
            return await OfChangedAsync(call, cancellationToken).ConfigureAwait(false);
        }

        List<string> found = [];
        if (call.Path != Remote)
        {
            await AddAsync(found, "/config/prune", null, job => Task.FromResult(Prunes(job, call)), cancellationToken).ConfigureAwait(false);
        }

        // Proxmox: without the direction only those that pull are listed.
        ApiParameters all = new() { { "sync-direction", "all" } };
        string? own = call.Path == Sync ? call.Parameters.Find("id") : null;
        await AddAsync(found, Sync, all, job => job.Text("id") == own ? Task.FromResult(false) : LosesAsync(job, call, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        return string.Join(", ", found);
    }

    // A job that is changed does from then on what one would that is made so. What does not run by itself brings nothing.
    private async Task<string> OfChangedAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        if (await StandingRules.ReadAsync(client, call.ConcretePath, null, cancellationToken).ConfigureAwait(false) is not { ValueKind: JsonValueKind.Object } job)
        {
            return $"sync job {StandingRules.Unreadable}";
        }

        Func<string, string?> after = ChangedJob.After(call, job);
        ApiParameters made = new() { { "id", call.Parameters.Find("id") } };
        foreach (string name in s_brought)
        {
            made.Add(name, after(name));
        }

        return after("sync-direction") == Push || (after("schedule") is not { Length: > 0 } && !ChangedJob.IsOn(after("run-on-mount")))
            ? ""
            : await JobsAsync(PlannedCall.Of(client.Schema, new PlanRequest(ApiMethod.Post, Sync, made)), cancellationToken).ConfigureAwait(false);
    }

    private async Task AddAsync(
        List<string> found, string path, ApiParameters? parameters, Func<JsonElement, Task<bool>> removes, CancellationToken cancellationToken)
    {
        string kind = $"{path["/config/".Length..]} job";
        if (await StandingRules.ReadAsync(client, path, parameters, cancellationToken).ConfigureAwait(false) is not { ValueKind: JsonValueKind.Array } jobs)
        {
            found.Add($"{kind} {StandingRules.Unreadable}");
            return;
        }

        foreach (JsonElement job in jobs.EnumerateArray())
        {
            if (await removes(job).ConfigureAwait(false))
            {
                found.Add($"{kind} {job.Text("id")}");
            }
        }
    }

    private static bool Prunes(JsonElement job, PlannedCall call)
    {
        if (job.Text("store") != call.Parameters.Find("store") || ChangedJob.IsOn(job.Text("disable")))
        {
            return false;
        }

        foreach (JsonProperty member in job.EnumerateObject())
        {
            if (member.Name.StartsWith("keep-", StringComparison.Ordinal))
            {
                return Reaches(job, "ns", Goal(call), withBelow: call.Path != Group);
            }
        }

        return false;
    }

    private static string Goal(PlannedCall call) => call.Parameters.Find(call.Path == Sync ? "ns" : Target) ?? "";

    private async Task<bool> LosesAsync(JsonElement job, PlannedCall call, CancellationToken cancellationToken)
    {
        if (!ChangedJob.IsOn(job.Text("remove-vanished")))
        {
            return false;
        }

        if (call.Path == Remote)
        {
            return job.Text("remote") == call.Parameters.Find("name");
        }

        bool pushes = job.Text("sync-direction") == Push;
        string? store = call.Parameters.Find("store");
        bool withBelow = call.Path != Group;

        // What comes to where a job brings its own copies is none of those.
        bool isStranger = !pushes && job.Text("store") == store && Takes(job, call) && Reaches(job, "ns", Goal(call), withBelow);
        return isStranger || (call.Path != Sync && LeavesScope(job, call, pushes ? "ns" : RemoteNamespace)
            && job.Text(pushes ? "store" : "remote-store") == store && (pushes || await IsHereAsync(job.Text("remote"), cancellationToken).ConfigureAwait(false)));
    }

    // What stays among the namespaces that the job copies is copied again, unless it leaves some out.
    private static bool LeavesScope(JsonElement job, PlannedCall call, string start) => Takes(job, call)
        && Reaches(job, start, call.Parameters.Find("ns") ?? "", withBelow: call.Path != Group)
        && (call.Path != Group || !Reaches(job, start, Goal(call), withBelow: false) || Array.Exists(s_sieves, name => ChangedJob.IsOn(job.Text(name))));

    // Proxmox: with rules that take in, what none of them names is left out; an expression may be about anything.
    private static bool Takes(JsonElement job, PlannedCall call)
    {
        if (call.Path != Group || !job.TryGetProperty("group-filter", out JsonElement filter) || filter.ValueKind != JsonValueKind.Array)
        {
            return true;
        }

        (bool includes, bool isIncluded) = (false, false);
        string? type = call.Parameters.Find("backup-type");
        foreach (JsonElement item in filter.EnumerateArray())
        {
            string rule = item.GetString() ?? "";
            bool excludes = rule.StartsWith("exclude:", StringComparison.Ordinal);
            string what = excludes || rule.StartsWith("include:", StringComparison.Ordinal) ? rule["exclude:".Length..] : rule;
            bool isIt = what == $"type:{type}" || what == $"group:{type}/{call.Parameters.Find("backup-id")}";
            if (excludes && isIt)
            {
                return false;
            }

            includes |= !excludes;
            isIncluded |= !excludes && (isIt || what.StartsWith("regex:", StringComparison.Ordinal));
        }

        return isIncluded || !includes;
    }

    // A server may be its own remote.
    private async Task<bool> IsHereAsync(string? remote, CancellationToken cancellationToken)
    {
        if (remote is null)
        {
            return true;
        }

        JsonElement? known = await StandingRules.ReadAsync(client, $"/config/remote/{Uri.EscapeDataString(remote)}", null, cancellationToken).ConfigureAwait(false);
        return known?.Text("host") is not { } host || host is "localhost" or "::1" || host.StartsWith("127.", StringComparison.Ordinal)
            || client.Options.Endpoints.Any(endpoint => string.Equals(endpoint.Host, host, StringComparison.OrdinalIgnoreCase));
    }

    // Proxmox: a job begins with its namespace and goes so many levels down; without a number to the end.
    private static bool Reaches(JsonElement job, string from, string target, bool withBelow)
    {
        string start = job.Text(from) ?? "";
        bool isBelow = start.Length == 0 || target == start || target.StartsWith(start + "/", StringComparison.Ordinal);
        int levels = Levels(target) - Levels(start);
        bool isDeep = !int.TryParse(job.Text("max-depth"), NumberStyles.None, CultureInfo.InvariantCulture, out int most) || levels <= most;
        return (isBelow && isDeep) || (withBelow && (target.Length == 0 || start.StartsWith(target + "/", StringComparison.Ordinal)));
    }

    private static int Levels(string ns) => ns.Length == 0 ? 0 : ns.Split('/').Length;
}
