using System.Text.Json.Nodes;
using ProxSharp.Simulator.Access;
using ProxSharp.Simulator.Backups;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Guests;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Storage;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Jobs;

/// <summary>Starts the cluster's jobs when their schedules are due.</summary>
internal sealed class JobScheduler(PveState state)
{
    public const string Backups = "/cluster/backup";
    public const string RealmSyncs = "/cluster/jobs/realm-sync";

    private const string Owner = "root@pam";

    /// <summary>How many runs of all jobs are made up for if nobody looked for a long time.</summary>
    private const int MostCaughtUp = 200;

    private readonly Dictionary<string, Plan> _plans = new(StringComparer.Ordinal);
    private readonly BackupStarter _starter = new(state);

    /// <summary>When the next job is due; null if none is.</summary>
    public DateTimeOffset? NextDue => Plans().Select(static plan => plan.Next).Min();

    /// <summary>When a job runs next, whether it is on or not; null if its schedule never comes.</summary>
    public DateTimeOffset? NextRun(string list, string id, JsonObject job) => PlanOf(list, id, job)?.Scheduled;

    /// <summary>Starts what is due.</summary>
    public void Act()
    {
        for (int i = 0; i < MostCaughtUp; i++)
        {
            Plan? due = Plans().Where(plan => plan.Next <= state.Now).MinBy(static plan => plan.Next);
            if (due is null)
            {
                return;
            }

            DateTimeOffset at = due.Next!.Value;
            state.Tasks.Settle(at);
            due.Advance(at);
            Run(due, at);
        }

        foreach (Plan plan in Plans().Where(plan => plan.Next <= state.Now))
        {
            plan.Advance(state.Now);
        }
    }

    private IEnumerable<Plan> Plans()
    {
        foreach (string list in (string[])[Backups, RealmSyncs])
        {
            foreach ((string id, JsonObject job) in state.Collections.Items(list))
            {
                if (PlanOf(list, id, job) is { } plan)
                {
                    yield return plan;
                }
            }
        }
    }

    private Plan? PlanOf(string list, string id, JsonObject job)
    {
        string schedule = job["schedule"] is { } text ? ApiCall.TextOf(text) : "";
        bool isEnabled = job["enabled"] is not { } enabled || ApiCall.TextOf(enabled) == "1";
        string key = $"{list}/{id}";
        Plan? known = _plans.GetValueOrDefault(key);
        if (known is not null && ReferenceEquals(known.Job, job) && known.Text == schedule && known.IsEnabled == isEnabled)
        {
            return known;
        }

        if (!CalendarEvent.TryParse(schedule, out CalendarEvent? parsed))
        {
            _plans.Remove(key);
            return null;
        }

        // A job that is new, or whose time changed, counts from now.
        return _plans[key] = new Plan(list, id, job, schedule, parsed, isEnabled, state.Now);
    }

    private void Run(Plan plan, DateTimeOffset at)
    {
        if (plan.List == Backups)
        {
            BackUp(plan.Id, plan.Job, at);
        }
        else
        {
            RealmSync.Start(state, ApiCall.TextOf(plan.Job["realm"] ?? ""), RealmSync.OptionsOf(plan.Job), Owner, at);
        }
    }

    private void BackUp(string id, JsonObject job, DateTimeOffset at)
    {
        BackupOrder order = BackupOrder.Of(id, job);
        foreach (ClusterNode node in state.Nodes.Values.Where(node => order["node"] is not { } only || only == node.Name))
        {
            Guest[] guests = _starter.GuestsOf(order, node.Name);
            bool mayBegin = (guests.Length > 0 || order.IsSet("all")) && state.Faults?.IsDead(node.Name) != true && state.Faults?.IsHanging(node.Name) != true;
            StorageDefinition? storage = state.Storages.GetValueOrDefault(order["storage"] ?? "local");
            string? refusal = storage is null ? null : BackupStarter.Refusal(storage);
            if (mayBegin && storage is not null && refusal is null)
            {
                _starter.Start(order, node.Name, storage, guests, Owner, at);
            }
            else if (mayBegin)
            {
                state.Tasks.Start(new TaskRequest(node.Name, "vzdump", "", Owner)
                {
                    StartsAt = at,
                    Work = _ => throw ApiFault.Failed(
                        refusal ?? $"could not get storage information for '{order["storage"]}': storage '{order["storage"]}' does not exist"),
                });
            }
        }
    }

    /// <summary>When a job ran last and runs next.</summary>
    private sealed class Plan(string list, string id, JsonObject job, string text, CalendarEvent schedule, bool isEnabled, DateTimeOffset since)
    {
        public string List => list;

        public string Id => id;

        public JsonObject Job => job;

        public string Text => text;

        public bool IsEnabled => isEnabled;

        public DateTimeOffset? Scheduled { get; private set; } = schedule.Next(since);

        public DateTimeOffset? Next => isEnabled ? Scheduled : null;

        public void Advance(DateTimeOffset ran) => Scheduled = schedule.Next(ran);
    }
}
