using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Guests;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Storage;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Backups;

/// <summary>Backups of a node's guests, the defaults for them, and the configuration inside an archive.</summary>
internal sealed class BackupHandlers(PveState state)
{
    private readonly BackupLog _log = new(state);

    public void Register(HandlerTable table)
    {
        table.Post("/nodes/{node}/vzdump", Start);
        table.Get("/nodes/{node}/vzdump/defaults", Defaults);
        table.Get("/nodes/{node}/vzdump/extractconfig", ExtractConfig);
    }

    private ApiReply Start(ApiCall call)
    {
        string node = call.PathValues["node"];
        if (!call.Has("vmid") && !call.IsSet("all") && !call.Has("pool"))
        {
            throw ApiFault.Parameter("vmid", "property is missing");
        }

        StorageDefinition storage = state.GetStorage(call.Text("storage") ?? "local");
        JsonObject job = new() { ["node"] = node };
        foreach (string name in (string[])["vmid", "all", "pool", "exclude"])
        {
            job[name] = call.Text(name);
        }

        Guest[] guests = [.. BackupSelection.GuestsOf(state, job)];
        DemandRights(call, storage, guests);
        if (!storage.Content.Contains("backup"))
        {
            throw ApiFault.Failed($"could not get storage information for '{storage.Id}': can't use storage '{storage.Id}' for backups - wrong content type");
        }

        IReadOnlyList<string> wanted = call.Items("vmid");
        BackupRun run = new(state, _log, storage)
        {
            Mode = call.Text("mode") ?? "snapshot",
            Suffix = Suffix(call.Text("compress")),
            NotesTemplate = call.Text("notes-template"),
            IsProtected = call.IsSet("protected"),
        };
        List<string> lines = [$"INFO: starting new backup job: vzdump {CommandLine(call)}"];
        lines.AddRange(wanted.Where(id => guests.All(guest => guest.VmId.ToString(CultureInfo.InvariantCulture) != id)).Select(static id => $"INFO: skip external VMs: {id}"));
        lines.AddRange(run.Begin(guests));
        return ApiReply.Of(state.Tasks.Start(new TaskRequest(node, "vzdump", wanted.Count == 1 ? wanted[0] : "", call.Caller.AuthId)
        {
            Effort = 1 + (2 * Math.Min(guests.Length, 10)),
            Lines = lines,
            OnAbort = run.Abort,
            Work = run.Finish,
        }).Upid);
    }

    private static string Suffix(string? compress) => compress switch
    {
        "0" => "",
        "1" or "lzo" => ".lzo",
        "gzip" => ".gz",
        _ => ".zst",
    };

    private static string CommandLine(ApiCall call)
    {
        StringBuilder text = new(string.Join(' ', call.Items("vmid")));
        foreach ((string name, JsonNode value) in call.Parameters.Where(static parameter => parameter.Key != "vmid").OrderBy(static parameter => parameter.Key, StringComparer.Ordinal))
        {
            string shown = ApiCall.TextOf(value);
            text.Append(text.Length == 0 ? "" : " ").Append(CultureInfo.InvariantCulture, $"--{name} {(shown.Contains(' ', StringComparison.Ordinal) || shown.Contains('{', StringComparison.Ordinal) ? $"'{shown}'" : shown)}");
        }

        return text.ToString();
    }

    private void DemandRights(ApiCall call, StorageDefinition storage, Guest[] guests)
    {
        if (!state.Permissions.Has(call.Caller, $"/storage/{storage.Id}", "Datastore.AllocateSpace"))
        {
            throw ApiFault.Forbidden($"/storage/{storage.Id}, Datastore.AllocateSpace");
        }

        if (Array.Find(guests, guest => !state.Permissions.Has(call.Caller, GuestContext.PathOf(guest.VmId), "VM.Backup")) is { } refused)
        {
            throw ApiFault.Forbidden($"{GuestContext.PathOf(refused.VmId)}, VM.Backup");
        }
    }

    private ApiReply Defaults(ApiCall call)
    {
        StorageDefinition? storage = call.Text("storage") is { } id ? state.GetStorage(id) : state.Storages.GetValueOrDefault("local");
        JsonObject defaults = new()
        {
            ["all"] = 0,
            ["bwlimit"] = 0,
            ["compress"] = "0",
            ["fleecing"] = new JsonObject { ["enabled"] = 0 },
            ["ionice"] = 7,
            ["lockwait"] = 180,
            ["mailnotification"] = "always",
            ["mode"] = "snapshot",
            ["notification-mode"] = "auto",
            ["performance"] = new JsonObject { ["max-workers"] = 16, ["pbs-entries-max"] = 1_048_576 },
            ["pigz"] = 0,
            ["prune-backups"] = storage?.Options["prune-backups"] is { } prune ? ApiCall.TextOf(prune) : "keep-all=1",
            ["quiet"] = 0,
            ["remove"] = 1,
            ["stdexcludes"] = 1,
            ["stop"] = 0,
            ["stopwait"] = 10,
            ["zstd"] = 1,
        };
        if (storage is not null)
        {
            defaults["storage"] = storage.Id;
            if (storage.Options["path"] is { } path)
            {
                defaults["dumpdir"] = $"{ApiCall.TextOf(path)}/dump";
            }
        }

        return ApiReply.Of(defaults);
    }

    private ApiReply ExtractConfig(ApiCall call)
    {
        string id = call.Required("volume");
        Volume archive = state.Volumes.Find(id, call.PathValues["node"]) is { Content: "backup" } found ? found : throw ApiFault.Failed($"volume '{id}' does not exist");
        return ApiReply.Of(string.Concat((archive.SavedConfig ?? []).OrderBy(static option => option.Key, StringComparer.Ordinal).Select(static option => $"{option.Key}: {option.Value}\n")));
    }
}
