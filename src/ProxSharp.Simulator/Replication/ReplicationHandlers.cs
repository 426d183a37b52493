using System.Globalization;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Backups;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Collections;
using ProxSharp.Simulator.Guests;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Replication;

/// <summary>Replication jobs of the cluster, and how they go on the node that sends.</summary>
internal sealed class ReplicationHandlers(PveState state, CollectionReader reader)
{
    private const string Jobs = "/cluster/replication";
    private const string OnNode = "/nodes/{node}/replication";
    private const string EveryQuarter = "*/15";
    private const double Duration = 3.25;

    private static readonly TimeSpan s_lookBack = TimeSpan.FromDays(8);

    public void Register(HandlerTable table)
    {
        table.Get(Jobs, _ => ApiReply.List(state.Collections.Items(Jobs).Select(job => Show(job.Key, job.Value))));
        table.Post(Jobs, Create);
        table.Get($"{Jobs}/{{id}}", Get);
        table.Get(OnNode, List);
        table.Get($"{OnNode}/{{id}}/status", call => ApiReply.Of(Status(call.PathValues["id"], Demand(call))));
        table.Get($"{OnNode}/{{id}}/log", Log);
        table.Post($"{OnNode}/{{id}}/schedule_now", ScheduleNow);
    }

    private JsonObject Demand(ApiCall call)
    {
        string id = call.PathValues["id"];
        return state.Collections.Find(Jobs, id) ?? throw ApiFault.Failed($"no such replication job '{id}'");
    }

    private Guest? GuestOf(string id) =>
        int.TryParse(id.Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int vmid) ? state.Guests.GetValueOrDefault(vmid) : null;

    private JsonObject Show(string id, JsonObject job)
    {
        string[] parts = id.Split('-');
        JsonObject shown = job.DeepClone().AsObject();
        shown.Remove("created");
        shown.Remove("asked");
        shown["id"] = id;
        shown["guest"] = int.Parse(parts[0], CultureInfo.InvariantCulture);
        shown["jobnum"] = int.Parse(parts[^1], CultureInfo.InvariantCulture);
        shown["type"] ??= "local";
        shown["target"] ??= state.LocalNode;
        if (GuestOf(id) is { } guest)
        {
            shown["source"] ??= guest.Node;
        }

        return shown;
    }

    private ApiReply Get(ApiCall call)
    {
        JsonObject shown = Show(call.PathValues["id"], Demand(call));
        shown["digest"] = reader.Digest(Demand(call));
        return ApiReply.Of(shown);
    }

    private ApiReply Create(ApiCall call)
    {
        string id = call.Required("id");
        string target = call.Required("target");
        if (state.Collections.Find(Jobs, id) is not null)
        {
            throw ApiFault.Failed($"replication job '{id}' already exists");
        }

        if (!state.Nodes.ContainsKey(target))
        {
            throw ApiFault.Failed($"Target '{target}' does not exist.");
        }

        JsonObject job = reader.Store(call);
        job.Remove("id");
        job["created"] = state.Now.ToUnixTimeSeconds();
        state.Collections.Put(Jobs, id, job);
        return ApiReply.Nothing;
    }

    private ApiReply List(ApiCall call)
    {
        string node = call.PathValues["node"];
        JsonArray list = [];
        foreach ((string id, JsonObject job) in state.Collections.Items(Jobs))
        {
            if (GuestOf(id)?.Node == node && (call.Integer("guest") is not { } guest
                || id.StartsWith(string.Create(CultureInfo.InvariantCulture, $"{guest}-"), StringComparison.Ordinal)))
            {
                list.Add((JsonNode)Status(id, job));
            }
        }

        return ApiReply.Of(list);
    }

    private JsonObject Status(string id, JsonObject job)
    {
        JsonObject status = Show(id, job);
        (DateTimeOffset? last, DateTimeOffset? next) = Runs(job);
        status["fail_count"] = 0;
        status["last_sync"] = last?.ToUnixTimeSeconds() ?? 0;
        status["last_try"] = last?.ToUnixTimeSeconds() ?? 0;
        status["next_sync"] = next?.ToUnixTimeSeconds() ?? 0;
        if (last is not null)
        {
            status["duration"] = Duration;
        }

        if (GuestOf(id) is { } guest)
        {
            status["vmtype"] = guest.TypeName;
        }

        return status;
    }

    /// <summary>When the job ran last and runs next, as its schedule and its age have it.</summary>
    private (DateTimeOffset? Last, DateTimeOffset? Next) Runs(JsonObject job)
    {
        string schedule = job["schedule"] is { } text ? ApiCall.TextOf(text) : EveryQuarter;
        bool isDisabled = job["disable"] is { } disable && ApiCall.TextOf(disable) == "1";
        if (isDisabled || !CalendarEvent.TryParse(schedule, out CalendarEvent? parsed))
        {
            return (null, null);
        }

        DateTimeOffset created = DateTimeOffset.FromUnixTimeSeconds(job["created"]?.GetValue<long>() ?? 0);
        DateTimeOffset at = created > state.Now - s_lookBack ? created : state.Now - s_lookBack;
        DateTimeOffset? last = null;
        DateTimeOffset? next = parsed.Next(at);
        while (next is { } run && run <= state.Now)
        {
            (last, next) = (run, parsed.Next(run));
        }

        // Whoever asks for a run gets it with the next round of the scheduler.
        DateTimeOffset? asked = job["asked"] is { } moment ? DateTimeOffset.FromUnixTimeSeconds(moment.GetValue<long>()) : null;
        return asked is null ? (last, next) : asked > state.Now ? (last, asked) : (last is null || asked > last ? asked : last, next);
    }

    private ApiReply ScheduleNow(ApiCall call)
    {
        JsonObject job = Demand(call);
        long now = state.Now.ToUnixTimeSeconds();
        job["asked"] = now + 60 - (now % 60);

        // Proxmox: the answer is an empty text.
        return ApiReply.Of("");
    }

    private ApiReply Log(ApiCall call)
    {
        string id = call.PathValues["id"];
        JsonObject job = Demand(call);
        if (Runs(job).Last is not { } last)
        {
            // Proxmox: a log that was never written is one line that says so.
            return ApiReply.Page(new JsonArray(new JsonObject { ["n"] = 1, ["t"] = "unable to open file - No such file or directory" }), 1);
        }

        Guest? guest = GuestOf(id);
        string stamp = ByteText.Stamp(last);
        string[] lines =
        [
            $"{stamp} {id}: start replication job",
            $"{stamp} {id}: guest => {guest?.Label ?? id}, running => {(guest?.IsRunning == true ? guest.Pid : 0)}",
            $"{stamp} {id}: volumes => {string.Join(',', guest is null ? [] : BackupSelection.VolumesOf(guest).Select(static volume => volume.Volume))}",
            $"{ByteText.Stamp(last.AddSeconds(Duration))} {id}: end replication job",
        ];
        return ApiReply.Page([.. lines.Select(static (line, index) => (JsonNode)new JsonObject { ["n"] = index + 1, ["t"] = line })], lines.Length);
    }
}
