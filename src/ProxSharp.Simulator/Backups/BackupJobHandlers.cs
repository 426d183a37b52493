using System.Globalization;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Collections;
using ProxSharp.Simulator.Guests;
using ProxSharp.Simulator.Jobs;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Backups;

/// <summary>What the generic collection does not know about backup jobs: when they run next, what they cover, what none covers.</summary>
internal sealed class BackupJobHandlers(PveState state, CollectionReader reader)
{
    private const string Jobs = JobScheduler.Backups;

    public void Register(HandlerTable table)
    {
        table.Get(Jobs, List);
        table.Post(Jobs, Create);
        table.Put($"{Jobs}/{{id}}", Update);
        table.Delete($"{Jobs}/{{id}}", call => state.Collections.Remove(Jobs, call.PathValues["id"]) ? ApiReply.Nothing : throw ApiFault.Failed("no such vzdump job"));
        table.Get($"{Jobs}/{{id}}", Get);
        table.Get($"{Jobs}/{{id}}/included_volumes", IncludedVolumes);
        table.Get("/cluster/backup-info/not-backed-up", NotBackedUp);
        table.Get("/cluster/jobs/schedule-analyze", Analyze);
    }

    private ApiReply List(ApiCall call)
    {
        JsonArray list = [];
        foreach ((string id, JsonObject job) in state.Collections.Items(Jobs))
        {
            JsonObject shown = Shown(call, id, job, call.Endpoint.Returns.Items!);
            if (state.Jobs.NextRun(Jobs, id, job) is { } next)
            {
                shown["next-run"] = next.ToUnixTimeSeconds();
            }

            list.Add((JsonNode)shown);
        }

        return ApiReply.Of(list);
    }

    private ApiReply Get(ApiCall call)
    {
        string id = call.PathValues["id"];
        return ApiReply.Of(Shown(call, id, Demand(id), call.Endpoint.Returns));
    }

    private ApiReply Create(ApiCall call)
    {
        string id = call.Text("id") ?? state.NewUuid();
        if (state.Collections.Find(Jobs, id) is not null)
        {
            throw ApiFault.Failed($"Job '{id}' already exists");
        }

        BackupOrder.Of(call).Demand();
        JsonObject job = reader.Store(call);
        job.Remove("id");
        Complete(job);
        state.Collections.Put(Jobs, id, job);
        state.Jobs.NextRun(Jobs, id, job);
        return ApiReply.Nothing;
    }

    private ApiReply Update(ApiCall call)
    {
        string id = call.PathValues["id"];
        JsonObject job = state.Collections.Find(Jobs, id) ?? throw ApiFault.Failed("no such vzdump job");
        reader.Store(call, job);

        // Proxmox: one way to choose guests takes the place of the other.
        string[] replaced = call.Has("vmid") ? ["all", "exclude", "pool"] : call.IsSet("all") ? ["vmid", "pool"] : call.Has("pool") ? ["all", "exclude", "vmid"] : [];
        foreach (string name in replaced)
        {
            job.Remove(name);
        }

        Complete(job);
        state.Jobs.NextRun(Jobs, id, job);
        return ApiReply.Nothing;
    }

    private static void Complete(JsonObject job)
    {
        if (job["exclude"] is not null && job["pool"] is null)
        {
            job["all"] = 1;
        }
    }

    private JsonObject Demand(string id) => state.Collections.Find(Jobs, id) ?? throw ApiFault.Parameter("id", $"No such job '{id}'");

    private JsonObject Shown(ApiCall call, string id, JsonObject job, Schema.ApiNode shape)
    {
        JsonObject named = job.DeepClone().AsObject();
        named["id"] = id;
        JsonObject shown = reader.Project(named, shape, call);
        shown["type"] = "vzdump";
        shown["enabled"] = job["enabled"] is { } enabled ? int.Parse(ApiCall.TextOf(enabled), CultureInfo.InvariantCulture) : 1;
        shown.Remove("next-run");
        foreach (string name in (string[])["prune-backups", "performance", "fleecing"])
        {
            TakeApart(shown, job, name);
        }

        return shown;
    }

    // Proxmox: these property strings come taken apart, their numbers as texts.
    private static void TakeApart(JsonObject shown, JsonObject job, string name)
    {
        if (job[name] is null)
        {
            shown.Remove(name);
            return;
        }

        JsonObject parts = [];
        foreach (PropertyStrings.PropertyStringEntry entry in PropertyStrings.PropertyStringEntries.Parse(ApiCall.TextOf(job[name]!)).Items)
        {
            string key = entry.Key ?? "enabled";
            parts[key] = key == "enabled" ? JsonValue.Create(entry.Value is "1" or "on" or "yes" or "true" ? 1 : 0) : JsonValue.Create(entry.Value);
        }

        shown[name] = parts;
    }

    private ApiReply IncludedVolumes(ApiCall call)
    {
        JsonArray guests = [];
        foreach (Guest guest in BackupSelection.GuestsOf(state, Demand(call.PathValues["id"])))
        {
            JsonArray volumes = [];
            foreach ((string key, string volume, bool included, string reason) in BackupSelection.VolumesOf(guest))
            {
                volumes.Add((JsonNode)new JsonObject
                {
                    ["id"] = string.Create(CultureInfo.InvariantCulture, $"{guest.VmId}:{key}"),
                    ["name"] = volume,
                    ["included"] = included ? 1 : 0,
                    ["reason"] = reason,
                    ["leaf"] = 1,
                });
            }

            guests.Add((JsonNode)new JsonObject
            {
                ["id"] = guest.VmId,
                ["name"] = guest.Name,
                ["type"] = guest.TypeName,
                ["leaf"] = volumes.Count == 0 ? 1 : 0,
                ["children"] = volumes,
            });
        }

        return ApiReply.Of(new JsonObject { ["children"] = guests });
    }

    private ApiReply NotBackedUp(ApiCall call)
    {
        HashSet<int> covered = [.. state.Collections.Items(Jobs).Values.SelectMany(job => BackupSelection.GuestsOf(state, job)).Select(static guest => guest.VmId)];
        JsonArray list = [];
        foreach (Guest guest in state.Guests.Values.Where(guest => !covered.Contains(guest.VmId) && state.Permissions.Has(call.Caller, GuestContext.PathOf(guest.VmId), "VM.Audit")))
        {
            list.Add((JsonNode)new JsonObject { ["vmid"] = guest.VmId, ["type"] = guest.TypeName, ["name"] = guest.Name });
        }

        return ApiReply.Of(list);
    }

    private ApiReply Analyze(ApiCall call)
    {
        string schedule = call.Required("schedule");
        if (!CalendarEvent.TryParse(schedule, out CalendarEvent? parsed))
        {
            throw ApiFault.Parameter("schedule", $"invalid format - invalid calendar event '{schedule}' - unable to parse calendar event - '{schedule}'\n\n");
        }

        DateTimeOffset at = call.Integer("starttime") is { } start ? DateTimeOffset.FromUnixTimeSeconds(start) : state.Now;
        JsonArray runs = [];
        for (long i = call.Integer("iterations") ?? 10; i > 0 && parsed.Next(at) is { } next; i--)
        {
            runs.Add((JsonNode)new JsonObject
            {
                ["timestamp"] = next.ToUnixTimeSeconds(),
                ["utc"] = next.UtcDateTime.ToString("ddd MMM d HH:mm:ss yyyy", CultureInfo.InvariantCulture),
            });
            at = next;
        }

        return ApiReply.Of(runs);
    }
}
