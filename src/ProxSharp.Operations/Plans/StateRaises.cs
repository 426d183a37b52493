using System.Text.Json;
using System.Text.RegularExpressions;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Finds calls that the state of the server makes worse than their parameters say: a backup that goes to where older ones are pruned, a change
/// that makes a job of such backups run, a run or a change of a job that removes backups or sends them to another server, a datastore whose mounting makes
/// such a job run, a container that is as privileged as the one in the backup.
/// </summary>
internal sealed class StateRaises(ProxmoxClient client)
{
    private const string Jobs = "/config/sync";
    private const string Mount = "/admin/datastore/{store}/mount";
    private const string Backup = "/nodes/{node}/vzdump";
    private const string BackupJobs = "/cluster/backup";
    private const string Enabled = "enabled";
    private const string Machines = "/nodes/{node}/qemu";
    private const string Containers = "/nodes/{node}/lxc";
    private const string Unprivileged = "unprivileged";
    private const string Replication = "/nodes/{node}/replication/{id}/schedule_now";

    private const string MountWhy = " Mounting it starts sync jobs with run-on-mount, or nobody could read whether there are any: it is as bad as their run.";
    private const string ReplicationWhy = " The job is marked for removal, or nobody could read whether it is: its run removes it, and with it the copy on the other node.";
    private const string CountsWhy = " It removes none now, and counts among those that the rule of the storage keeps: the next one that removes some removes older ones sooner.";
    private const string ContainerWhy = " Without unprivileged=1 the container is privileged.";
    private const string RestoredWhy = " Without unprivileged=1 the container is privileged where that of the backup was.";

    private static readonly HashSet<string> s_sent = new(StringComparer.Ordinal) { "store", "ns", "max-depth", "group-filter" };

    // When a job runs and what it takes in then: a change of these is as bad as the run that it leads to.
    private static readonly HashSet<string> s_synced = new(s_sent, StringComparer.Ordinal)
    {
        "schedule", "run-on-mount", "transfer-last", "verified-only", "encrypted-only",
    };

    private static readonly HashSet<string> s_backedUp = new(StringComparer.Ordinal)
    {
        "schedule", "starttime", "dow", "repeat-missed", Enabled, "storage", "node", "vmid", "pool", "all", "exclude",
    };

    // Which calls the state can make worse, the worst that it can make of them, and how that is found out.
    private static readonly Dictionary<(ProxmoxProduct, ApiMethod, string), State> s_states = new()
    {
        [(ProxmoxProduct.VirtualEnvironment, ApiMethod.Post, Backup)] =
            new(OperationClass.Destructive, static (raises, call, own, cancellationToken) => raises.BackupAsync(call, own, cancellationToken)),
        [(ProxmoxProduct.VirtualEnvironment, ApiMethod.Post, BackupJobs)] =
            new(OperationClass.Destructive, static async (raises, call, _, cancellationToken) =>
                OfJob(await raises.PrunesAsync(call, call.Parameters.Find, cancellationToken).ConfigureAwait(false), call.Parameters.Find)),
        [(ProxmoxProduct.VirtualEnvironment, ApiMethod.Put, BackupJobs + "/{id}")] =
            new(OperationClass.Destructive, static (raises, call, _, cancellationToken) => raises.BackupJobAsync(call, cancellationToken)),
        [(ProxmoxProduct.VirtualEnvironment, ApiMethod.Post, Replication)] =
            new(OperationClass.Destructive, static (_, _, own, _) => Task.FromResult(Lost(RemovesCopy(own)))),
        [(ProxmoxProduct.VirtualEnvironment, ApiMethod.Post, Machines)] =
            new(OperationClass.Privileged, static (_, _, own, _) => Task.FromResult(Reaching(own))),
        [(ProxmoxProduct.VirtualEnvironment, ApiMethod.Post, Containers)] =
            new(OperationClass.Privileged, static async (raises, call, own, cancellationToken) =>
                Reaching(own) is OperationClass.Privileged ? OperationClass.Privileged : await raises.RestoreAsync(call, cancellationToken).ConfigureAwait(false)),
        [(ProxmoxProduct.BackupServer, ApiMethod.Post, "/admin/sync/{id}/run")] =
            new(OperationClass.Privileged, static (raises, call, _, cancellationToken) => raises.SyncAsync(call, cancellationToken)),
        [(ProxmoxProduct.BackupServer, ApiMethod.Put, Jobs + "/{id}")] =
            new(OperationClass.Privileged, static async (raises, call, _, cancellationToken) =>
                ChangedJob.Names(call, s_synced) ? await raises.SyncAsync(call, cancellationToken).ConfigureAwait(false) : OperationClass.Read),
        [(ProxmoxProduct.BackupServer, ApiMethod.Post, Mount)] =
            new(OperationClass.Privileged, static (raises, call, _, cancellationToken) => raises.MountAsync(call, cancellationToken)),
    };

    /// <summary>Returns the call with the class that it has on this server.</summary>
    /// <param name="call">The call.</param>
    /// <param name="own">What it acts on.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public async Task<PlannedCall> JudgeAsync(PlannedCall call, IReadOnlyList<PlanTarget> own, CancellationToken cancellationToken)
    {
        PlannedCall judged = await OfStateAsync(call, own, cancellationToken).ConfigureAwait(false);
        return UsedNumbers.IsOne(judged) ? await new UsedNumbers(ReadAsync).JudgeAsync(judged, cancellationToken).ConfigureAwait(false) : judged;
    }

    // What a call has already needs no reading.
    private async Task<PlannedCall> OfStateAsync(PlannedCall call, IReadOnlyList<PlanTarget> own, CancellationToken cancellationToken)
    {
        call = MovedBackups.IsOne(call) ? MovedBackups.Judge(call, own) : call;
        return s_states.TryGetValue((client.Schema.Product, call.Method, call.Path), out State? state) && !call.Set.Has(state.Worst)
            ? call.Also(await state.FindAsync(this, call, own, cancellationToken).ConfigureAwait(false))
            : call;
    }

    private async Task<OperationClass> BackupAsync(PlannedCall call, IReadOnlyList<PlanTarget> own, CancellationToken cancellationToken) =>
        Lost(StandingRules.KeptBy(own) is { } rule
            ? !OnlyStops(call) && !ChangedJob.IsOff(call.Parameters.Find("remove")) && PrunesByRule(rule)
            : await PrunesAsync(call, call.Parameters.Find, cancellationToken).ConfigureAwait(false));

    private async Task<OperationClass> RestoreAsync(PlannedCall call, CancellationToken cancellationToken) =>
        UndoBuilder.IsSet(call, "restore") && call.Parameters.Find(Unprivileged) is null && !await IsUnprivilegedAsync(call, cancellationToken).ConfigureAwait(false)
            ? OperationClass.Privileged
            : OperationClass.Read;

    private static OperationClass Reaching(IReadOnlyList<PlanTarget> own) => RestoredSettings.ReachHost(own) ? OperationClass.Privileged : OperationClass.Read;

    private static OperationClass Lost(bool isLost) => isLost ? OperationClass.Destructive : OperationClass.Read;

    /// <summary>All that <see cref="Why"/> may say.</summary>
    public static IReadOnlyList<string> Whys { get; } =
    [
        MountWhy, ReplicationWhy, CountsWhy, Snapshots.Why, MovedBackups.Why, UsedNumbers.Why, ContainerWhy, RestoredWhy, BootMedia.Why, DiskOptions.Why,
        CopyOrders.Why, ShrunkMemory.Why, TakenAddresses.Why, VolumeUsers.Why, FrequentJobs.Why, LongStarts.Why, RestoredSettings.Why,
        ForeignVolumes.Why,
    ];

    /// <summary>Says why a call is worse than its operation, where that is not seen from its parameters; empty for nothing.</summary>
    public static string Why(PlannedCall call) => call switch
    {
        { Path: Mount, Class: > OperationClass.Reversible } => MountWhy,
        _ when Snapshots.IsBefore(call) => Snapshots.Why,
        { Path: Replication, Class: OperationClass.Destructive } => ReplicationWhy,
        { Path: BackupJobs or BackupJobs + "/{id}", Class: OperationClass.Disruptive }
            when FrequentJobs.IsFrequent(call.Parameters.Find("schedule")) && !ChangedJob.IsOff(call.Parameters.Find(Enabled)) => FrequentJobs.Why,
        { Path: Backup or BackupJobs, Method: ApiMethod.Post } when Counts(call) => CountsWhy,
        { LosesMore: true } when MovedBackups.IsOne(call) => MovedBackups.Why,
        { LosesMore: true } when VolumeEffects.Takes(call) && !ForeignVolumes.IsOne(call) => VolumeUsers.Why,
        { LosesMore: true } when UsedNumbers.IsOne(call) && !ForeignVolumes.IsOne(call) => UsedNumbers.Why,
        { Path: Containers } when call.Set.Has(OperationClass.Privileged) && call.Parameters.Find(Unprivileged) is null =>
            UndoBuilder.IsSet(call, "restore") ? RestoredWhy : ContainerWhy,
        _ when RestoredSettings.IsOne(call) && !BootMedia.OpensCopy(call) && !CopyOrders.IsOne(call) && IsRaisedTo(call, OperationClass.Privileged) => RestoredSettings.Why,
        _ when CopyOrders.IsOne(call) && IsRaisedTo(call, OperationClass.Privileged) => CopyOrders.Why,
        _ when DiskOptions.LeavesOut(call) && IsRaisedTo(call, OperationClass.Privileged) => DiskOptions.Why,
        _ when ForeignVolumes.GivesOther(call) && IsRaisedTo(call, OperationClass.Privileged) => ForeignVolumes.Why,
        _ when BootMedia.IsOne(call) && IsRaisedTo(call, OperationClass.Privileged) => BootMedia.Why,
        _ when TakenAddresses.IsOne(call) && IsRaisedTo(call, OperationClass.Disruptive) => TakenAddresses.Why,
        _ when ShrunkMemory.IsOne(call) && IsRaisedTo(call, OperationClass.Disruptive) => ShrunkMemory.Why,
        _ when LongStarts.IsOne(call) => LongStarts.Why,
        _ => "",
    };

    // Proxmox: what is protected counts for no rule.
    private static bool Counts(PlannedCall call) =>
        ChangedJob.IsOff(call.Parameters.Find("remove")) && call.Parameters.Find("protected") is not ("1" or "true");

    // Its parameters alone would not make it so bad.
    private static bool IsRaisedTo(PlannedCall call, OperationClass kind) => call.Set.Has(kind)
        && !OperationCatalogue.For(ProxmoxProduct.VirtualEnvironment).Find(call.Method, call.Path).SetOf(call.Parameters).Has(kind);

    // Proxmox: a job that is marked for removal removes itself with its next run, and the copy on the other node with it where it is to go in full.
    private static bool RemovesCopy(IReadOnlyList<PlanTarget> own) =>
        own is [{ Rules: var job }, ..] && (job.GetValueOrDefault("remove_job") == "full" || job.Values.Contains(StandingRules.Unreadable));

    // Proxmox: what the call does not say of it holds as in the configuration that is kept in the backup.
    private async Task<bool> IsUnprivilegedAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        string path = $"/nodes/{Uri.EscapeDataString(call.Parameters.Find("node") ?? "")}/vzdump/extractconfig";
        ApiParameters parameters = new() { { "volume", call.Parameters.Find("ostemplate") } };
        JsonElement? kept = await ReadAsync(path, parameters, cancellationToken).ConfigureAwait(false);
        return kept is { ValueKind: JsonValueKind.String } text
            && text.GetString()!.Split('\n').TakeWhile(static line => !line.StartsWith('[')).Contains($"{Unprivileged}: 1");
    }

    // What only turns a job off leads to no run. Whatever else changes meanwhile would run with the next call that turns it on.
    private async Task<OperationClass> BackupJobAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        if (!ChangedJob.Names(call, s_backedUp)
            || (ChangedJob.IsOff(call.Parameters.Find(Enabled)) && !ChangedJob.Names(call, [.. s_backedUp.Where(static name => name != Enabled)])))
        {
            return OperationClass.Read;
        }

        Func<string, string?> after = ChangedJob.After(call, await ReadAsync(call.ConcretePath, null, cancellationToken).ConfigureAwait(false));
        return OfJob(await PrunesAsync(call, after, cancellationToken).ConfigureAwait(false), after);
    }

    private static OperationClass OfJob(bool prunes, Func<string, string?> value) => prunes ? OperationClass.Destructive
        : FrequentJobs.IsFrequent(value("schedule")) && !ChangedJob.IsOff(value(Enabled)) ? OperationClass.Disruptive
        : OperationClass.Read;

    // Proxmox: unless it is told not to, a backup removes those that the rule of its storage keeps no longer.
    private async Task<bool> PrunesAsync(PlannedCall call, Func<string, string?> value, CancellationToken cancellationToken)
    {
        if (ChangedJob.IsOff(value("remove")) || OnlyStops(call))
        {
            return false;
        }

        if (value("maxfiles") is not null)
        {
            return true;
        }

        // A job keeps a rule of its own that the storage does not have.
        if (value("prune-backups") is { } own)
        {
            return Prunes(own);
        }

        bool isJob = call.Path.StartsWith(BackupJobs, StringComparison.Ordinal);
        string? storage = value("storage");
        return isJob
            ? await PrunesSomewhereAsync(storage, value("node"), cancellationToken).ConfigureAwait(false)
            : await PrunesThereAsync(call.Parameters.Find("node") ?? "", storage, cancellationToken).ConfigureAwait(false);
    }

    private static bool OnlyStops(PlannedCall call) => call.Others.Any() && call.Others.All(static parameter => parameter.Name == "stop");

    // What nobody could read may remove everything.
    private static bool PrunesByRule(string rule) => rule == StandingRules.Unreadable || Prunes(rule)
        || (rule.StartsWith(StandingRules.Most, StringComparison.Ordinal) && rule != $"{StandingRules.Most}0");

    // A job runs on one node, or on each. A rule of the storage holds before those of the nodes.
    private async Task<bool> PrunesSomewhereAsync(string? storage, string? node, CancellationToken cancellationToken)
    {
        if (storage is not null)
        {
            JsonElement? place = await ReadAsync($"/storage/{Uri.EscapeDataString(storage)}", null, cancellationToken).ConfigureAwait(false);
            if (place is not { ValueKind: JsonValueKind.Object } known || Prunes(known))
            {
                return true;
            }

            if (known.TryGetProperty("prune-backups", out _) || known.TryGetProperty("maxfiles", out _))
            {
                return false;
            }
        }

        foreach (string[] some in (await NodesAsync(node, cancellationToken).ConfigureAwait(false)).Chunk(GuestConfigs.AtOnce))
        {
            if ((await Task.WhenAll(some.Select(name => PrunesThereAsync(name, storage, cancellationToken))).ConfigureAwait(false)).Contains(true))
            {
                return true;
            }
        }

        return false;
    }

    // A node that is down makes no backups, and tells nothing.
    private async Task<string[]> NodesAsync(string? node, CancellationToken cancellationToken) => node is { Length: > 0 }
        ? [node]
        :
        [
            .. (await client.Raw.GetAsync("/nodes", cancellationToken: cancellationToken).ConfigureAwait(false)).Data.EnumerateArray()
                .Where(static entry => entry.Text("status") != "offline")
                .Select(static entry => entry.Text("node")).OfType<string>(),
        ];

    // Proxmox: a node tells what holds there for a storage, be it by the storage or by the node's vzdump.conf.
    private async Task<bool> PrunesThereAsync(string node, string? storage, CancellationToken cancellationToken)
    {
        JsonElement? there = await ReadAsync(
            $"/nodes/{Uri.EscapeDataString(node)}/vzdump/defaults", new ApiParameters { { "storage", storage } }, cancellationToken).ConfigureAwait(false);
        return there is not { ValueKind: JsonValueKind.Object } known || Prunes(known);
    }

    private static bool Prunes(JsonElement place)
    {
        if (place.Text("maxfiles") is { } most && most != "0")
        {
            return true;
        }

        return place.TryGetProperty("prune-backups", out JsonElement rule) && Prunes(rule.ToString());
    }

    // Proxmox: some answers hold a rule in words, some as an object.
    private static bool Prunes(string rule) => Limit.IsMatch(rule);

    // Proxmox: when a datastore is mounted, its jobs with run-on-mount run. Without the direction only those that pull are listed.
    private async Task<OperationClass> MountAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        JsonElement? jobs = await ReadAsync(Jobs, new ApiParameters { { "sync-direction", "all" } }, cancellationToken).ConfigureAwait(false);
        if (jobs is not { ValueKind: JsonValueKind.Array } list)
        {
            return OperationClass.Privileged;
        }

        JsonElement[] started =
        [
            .. list.EnumerateArray().Where(job => job.Text("store") == call.Parameters.Find("store") && ChangedJob.IsOn(job.Text("run-on-mount"))),
        ];
        return started.Length == 0 ? OperationClass.Read
            : started.Any(static job => job.Text("sync-direction") == "push") ? OperationClass.Privileged
            : OperationCatalogue.For(client.Schema.Product).Find(ApiMethod.Post, "/admin/sync/{id}/run").ClassOf([]);
    }

    // What a run of the job would be, if one follows.
    private async Task<OperationClass> SyncAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        JsonElement? job = await ReadAsync($"{Jobs}/{Uri.EscapeDataString(call.Parameters.Find("id") ?? "")}", null, cancellationToken).ConfigureAwait(false);
        Func<string, string?> after = ChangedJob.After(call, job);
        bool runs = call.Method == ApiMethod.Post || after("schedule") is { Length: > 0 } || ChangedJob.IsOn(after("run-on-mount"));
        return job is null ? OperationClass.Privileged
            : after("sync-direction") == "push" && (runs || ChangedJob.Names(call, s_sent)) ? OperationClass.Privileged
            : runs && (ChangedJob.IsOn(after("remove-vanished")) || ChangedJob.IsOn(after("resync-corrupt"))) ? OperationClass.Destructive
            : OperationClass.Read;
    }

    // What cannot be read may be the worst.
    private async Task<JsonElement?> ReadAsync(string path, ApiParameters? parameters, CancellationToken cancellationToken)
    {
        try
        {
            return (await client.Raw.GetAsync(path, parameters, cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
        }
        catch (ProxmoxApiException)
        {
            return null;
        }
    }

    private static Regex Limit => field ??= new("keep-(?!all\\b)|keep-all[\"=:\\s]+0", RegexOptions.CultureInvariant);

    private sealed record State(
        OperationClass Worst, Func<StateRaises, PlannedCall, IReadOnlyList<PlanTarget>, CancellationToken, Task<OperationClass>> FindAsync);
}
