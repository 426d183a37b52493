using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Pbs.Storage;

namespace ProxSharp.Simulator.Pbs.Tape;

/// <summary>The list of tapes and of what is on them.</summary>
internal sealed class MediaHandlers(PbsState state)
{
    private TapeState Tape => state.Tape;

    public void Register(HandlerTable table)
    {
        table.Get("/tape/media/list", List);
        table.Get("/tape/media/content", Content);
        table.Get("/tape/media/media-sets", call => ApiReply.List(SetsOf(call).Select(static set => (JsonNode)new JsonObject
        {
            ["media-set-uuid"] = set.Uuid,
            ["media-set-name"] = set.Name,
            ["media-set-ctime"] = set.Created.ToUnixTimeSeconds(),
            ["pool"] = set.Pool,
        })));
        table.Get("/tape/media/destroy", Destroy);
        table.Post("/tape/media/move", Move);
        table.Get("/tape/media/list/{uuid}/status", call => ApiReply.Of(StatusOf(Find(call.PathValues["uuid"], null))));
        table.Post("/tape/media/list/{uuid}/status", SetStatus);
    }

    private IEnumerable<MediaSet> SetsOf(ApiCall call) => Tape.Sets.Where(set => TapeAccess.SeesPool(state, call, set.Pool));

    private static string StatusOf(Cartridge tape) => tape.Verdict ?? "writable";

    private Cartridge Find(string? uuid, string? text) =>
        Tape.Known.FirstOrDefault(tape => uuid is not null ? tape.Label?.Uuid == uuid : tape.Name == text)
        ?? throw new ApiFault(400, $"no such media '{uuid ?? text}'");

    private ApiReply List(ApiCall call) => ApiReply.List(Tape.Known
        .Where(tape => TapeAccess.SeesPool(state, call, tape.Set?.Pool ?? tape.Label!.Pool))
        .Where(tape => call.Text("pool") is not { } pool || (tape.Set?.Pool ?? tape.Label!.Pool) == pool)
        .Select(tape =>
        {
            MediaLabel label = tape.Label!;
            JsonObject row = new()
            {
                ["label-text"] = label.Text,
                ["uuid"] = label.Uuid,
                ["ctime"] = label.Created.ToUnixTimeSeconds(),
                ["location"] = Tape.LocationOf(tape),
                ["status"] = StatusOf(tape),
                ["expired"] = false,
                ["catalog"] = tape.IsCataloged,
            };
            if ((tape.Set?.Pool ?? label.Pool) is { } pool)
            {
                row["pool"] = pool;
            }

            if (tape.Set is { } set)
            {
                (row["media-set-uuid"], row["media-set-name"], row["media-set-ctime"]) = (set.Uuid, set.Name, set.Created.ToUnixTimeSeconds());
                (row["seq-nr"], row["bytes-used"]) = (tape.Number, tape.BytesUsed);
            }

            return (JsonNode)row;
        }));

    private ApiReply Content(ApiCall call)
    {
        JsonArray rows = [];
        string? pool = call.Text("pool");
        string? wanted = call.Text("media-set");
        foreach (MediaSet set in SetsOf(call).Where(set => (pool ?? set.Pool) == set.Pool && (wanted ?? set.Uuid) == set.Uuid))
        {
            foreach (((string store, SnapshotKey key), Cartridge tape) in set.Places)
            {
                bool isWanted = tape.IsCataloged && (call.Text("media") ?? tape.Label!.Uuid) == tape.Label!.Uuid
                    && (call.Text("label-text") ?? tape.Name) == tape.Name
                    && (call.Text("backup-type") ?? key.Snapshot.Group.Type.ToString()) == key.Snapshot.Group.Type.ToString()
                    && (call.Text("backup-id") ?? key.Snapshot.Group.Id) == key.Snapshot.Group.Id;
                if (isWanted)
                {
                    rows.Add((JsonNode)Row(set, store, key, tape));
                }
            }
        }

        return ApiReply.Of(rows);
    }

    private static JsonObject Row(MediaSet set, string store, SnapshotKey key, Cartridge tape) => new()
    {
        ["label-text"] = tape.Name,
        ["uuid"] = tape.Label!.Uuid,
        ["pool"] = set.Pool,
        ["media-set-name"] = set.Name,
        ["media-set-uuid"] = set.Uuid,
        ["media-set-ctime"] = set.Created.ToUnixTimeSeconds(),
        ["seq-nr"] = tape.Number,
        ["store"] = store,
        ["snapshot"] = key.Namespace.IsRoot ? key.Snapshot.ToString() : $"{key.Namespace.StorePath}/{key.Snapshot}",
        ["backup-time"] = key.Time,
    };

    private ApiReply Destroy(ApiCall call)
    {
        Cartridge tape = Find(call.Text("uuid"), call.Text("label-text"));
        if (!call.IsSet("force") && tape.Set is not null)
        {
            throw new ApiFault(400, $"media '{tape.Name}' contains data (please use 'force' flag to remove.");
        }

        MediaSet? set = tape.Set;
        tape.Erase();
        if (set is { Members.Count: 0 })
        {
            Tape.Forget(set);
        }

        return ApiReply.Nothing;
    }

    private ApiReply Move(ApiCall call)
    {
        Find(call.Text("uuid"), call.Text("label-text")).Vault = call.Text("vault-name");
        return ApiReply.Nothing;
    }

    private ApiReply SetStatus(ApiCall call)
    {
        Cartridge tape = Find(call.PathValues["uuid"], null);
        tape.Verdict = call.Text("status") switch
        {
            null or "writable" => null,
            "damaged" or "retired" or "full" => call.Text("status"),
            { } other => throw new ApiFault(400, $"setting status '{other}' is not allowed"),
        };
        return ApiReply.Nothing;
    }
}
