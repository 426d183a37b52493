using System.Text.Json.Nodes;
using ProxSharp.Simulator.Access;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Collections;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Jobs;

/// <summary>Jobs that take users over from directories, and the same by hand.</summary>
internal sealed class RealmSyncHandlers(PveState state, CollectionReader reader)
{
    private const string Jobs = JobScheduler.RealmSyncs;

    public void Register(HandlerTable table)
    {
        table.Get(Jobs, List);
        table.Get($"{Jobs}/{{id}}", Get);
        table.Post($"{Jobs}/{{id}}", Create);
        table.Put($"{Jobs}/{{id}}", Update);
        table.Delete($"{Jobs}/{{id}}", Delete);
        table.Post("/access/domains/{realm}/sync", Sync);
    }

    private static JsonObject Shown(JsonObject job)
    {
        JsonObject shown = job.DeepClone().AsObject();
        shown.Remove("id");
        shown["type"] = "realm-sync";
        shown["enabled"] = job["enabled"] is { } enabled && ApiCall.TextOf(enabled) == "0" ? 0 : 1;
        return shown;
    }

    private ApiReply List(ApiCall call)
    {
        JsonArray list = [];
        foreach ((string id, JsonObject job) in state.Collections.Items(Jobs))
        {
            JsonObject entry = Shown(job);
            entry["id"] = id;
            entry["last-run"] = null;
            if (state.Jobs.NextRun(Jobs, id, job) is { } next)
            {
                entry["next-run"] = next.ToUnixTimeSeconds();
            }

            list.Add((JsonNode)entry);
        }

        return ApiReply.Of(list);
    }

    private ApiReply Get(ApiCall call)
    {
        string id = call.PathValues["id"];
        return state.Collections.Find(Jobs, id) is { } job ? ApiReply.Of(Shown(job)) : throw ApiFault.Parameter("id", $"No such job '{id}'");
    }

    private ApiReply Create(ApiCall call)
    {
        string id = call.PathValues["id"];
        if (state.Collections.Find(Jobs, id) is not null)
        {
            throw ApiFault.Failed($"Job '{id}' already exists");
        }

        if (!call.Has("realm"))
        {
            throw ApiFault.Failed("missing value for required option 'realm'");
        }

        JsonObject job = reader.Store(call);
        job.Remove("id");
        state.Collections.Put(Jobs, id, job);
        state.Jobs.NextRun(Jobs, id, job);
        return ApiReply.Nothing;
    }

    private ApiReply Update(ApiCall call)
    {
        string id = call.PathValues["id"];
        JsonObject job = state.Collections.Find(Jobs, id) ?? throw ApiFault.Failed("no such realm-sync job");
        reader.Store(call, job);
        state.Jobs.NextRun(Jobs, id, job);
        return ApiReply.Nothing;
    }

    private ApiReply Delete(ApiCall call) => state.Collections.Remove(Jobs, call.PathValues["id"]) ? ApiReply.Nothing : throw ApiFault.Failed("no such realm-sync job");

    private ApiReply Sync(ApiCall call)
    {
        Dictionary<string, string> options = call.Parameters.Where(static parameter => parameter.Key != "realm").ToDictionary(static parameter => parameter.Key, static parameter => ApiCall.TextOf(parameter.Value), StringComparer.Ordinal);
        return ApiReply.Of(RealmSync.Start(state, call.PathValues["realm"], options, call.Caller.AuthId, state.Now));
    }
}
