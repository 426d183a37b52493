using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Guests;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Storage;

/// <summary>What is kept on a storage: lists, uploads, downloads, backups.</summary>
internal sealed class ContentHandlers(PveState state, GuestConfigurator configurator, IFallbackHandler fallback)
{
    public void Register(HandlerTable table)
    {
        const string Storage = "/nodes/{node}/storage/{storage}";
        table.Get($"{Storage}/content", List);
        table.Post($"{Storage}/content", Allocate);
        table.Get($"{Storage}/content/{{volume}}", Get);
        table.Put($"{Storage}/content/{{volume}}", Update);
        table.Delete($"{Storage}/content/{{volume}}", Delete);
        table.Post($"{Storage}/upload", Upload);
        table.Post($"{Storage}/download-url", Download);
        table.Get($"{Storage}/file-restore/list", ListFiles);
        table.Get($"{Storage}/file-restore/download", DownloadFile);
    }

    private ApiReply ListFiles(ApiCall call)
    {
        StorageDefinition storage = DemandServer(call);
        string id = call.Required("volume");
        id = id.StartsWith($"{storage.Id}:", StringComparison.Ordinal) ? id : $"{storage.Id}:{id}";
        return configurator.Volumes.Find(id, call.PathValues["node"]) is { Content: "backup" } volume
            ? ApiReply.Of(BackupFiles.List(volume, call.Required("filepath")))
            : throw ApiFault.Failed($"proxmox-file-restore failed: Error: no such snapshot '{id[(storage.Id.Length + 1)..]}'");
    }

    private ApiReply DownloadFile(ApiCall call)
    {
        DemandServer(call);
        return fallback.Handle(call);
    }

    // Proxmox: only backups on backup servers hold lists of files.
    private StorageDefinition DemandServer(ApiCall call) => Demand(call) is { Type: "pbs" } storage
        ? storage
        : throw ApiFault.Parameter("storage", "Only PBS storages supported for file-restore.");

    private StorageDefinition Demand(ApiCall call)
    {
        StorageDefinition storage = state.GetStorage(call.PathValues["storage"]);
        return storage.IsDisabled ? throw ApiFault.Failed($"storage '{storage.Id}' is disabled") : storage;
    }

    private ApiReply List(ApiCall call)
    {
        StorageDefinition storage = Demand(call);
        string node = call.PathValues["node"];
        JsonArray list = [];
        foreach (Volume volume in state.Volumes.Where(volume => volume.Storage == storage.Id && (volume.Node is null || volume.Node == node)
            && (call.Text("content") is not { } content || content == volume.Content || (content == "images" && volume.Content == "rootdir"))
            && (call.Integer("vmid") is not { } vmid || vmid == volume.VmId)).OrderBy(static volume => volume.Id, StringComparer.Ordinal))
        {
            list.Add((JsonNode)Describe(volume, storage));
        }

        return ApiReply.Of(list);
    }

    private static JsonObject Describe(Volume volume, StorageDefinition storage)
    {
        JsonObject entry = new() { ["volid"] = volume.Id, ["content"] = volume.Content, ["format"] = volume.Format, ["size"] = volume.Size, ["ctime"] = volume.Created };
        if (volume.VmId is { } vmid)
        {
            entry["vmid"] = vmid;
        }

        if (volume.Content is "images" or "rootdir")
        {
            entry["used"] = storage.HasFiles ? volume.Size / 4 : null;
            if (entry["used"] is null)
            {
                entry.Remove("used");
            }

            if (volume.Parent is not null || storage.HasFiles)
            {
                entry["parent"] = volume.Parent;
            }
        }

        if (volume.Content == "backup")
        {
            entry["subtype"] = PruneMarks.TypeOf(volume);
            if (volume.Notes is { } notes)
            {
                entry["notes"] = notes;
            }

            if (volume.IsProtected)
            {
                entry["protected"] = 1;
            }
        }

        return entry;
    }

    private ApiReply Allocate(ApiCall call)
    {
        StorageDefinition storage = Demand(call);
        string name = call.Required("filename");
        int vmid = (int)call.Integer("vmid")!;
        string id = storage.HasFiles ? string.Create(CultureInfo.InvariantCulture, $"{storage.Id}:{vmid}/{name}") : $"{storage.Id}:{name}";
        string prefix = string.Create(CultureInfo.InvariantCulture, $"vm-{vmid}-");
        if (!name.StartsWith(prefix, StringComparison.Ordinal) && !name.StartsWith(prefix.Replace("vm-", "subvol-", StringComparison.Ordinal), StringComparison.Ordinal))
        {
            throw ApiFault.Failed($"illegal name '{name}' - should be '{prefix}*'");
        }

        if (configurator.Volumes.Find(id, call.PathValues["node"]) is { } present)
        {
            throw ApiFault.Failed(storage.HasFiles ? $"disk image '{StoragePaths.Of(storage, present.Name)}' already exists" : $"lvcreate '{storage.Id}/{name}' error: Logical Volume \"{name}\" already exists in volume group \"{storage.Id}\"");
        }

        // The size is in kibibytes unless it has a unit.
        string size = call.Required("size");
        long bytes = char.IsAsciiDigit(size[^1]) ? long.Parse(size, CultureInfo.InvariantCulture) << 10 : DiskOptions.ParseSize(size);
        configurator.Volumes.Add(storage, call.PathValues["node"], id, "images", call.Text("format") ?? FormatOf(name), bytes, vmid, null);
        return ApiReply.Of(id);
    }

    private static string FormatOf(string name) => name[(name.LastIndexOf('.') + 1)..] is "qcow2" or "vmdk" ? name[(name.LastIndexOf('.') + 1)..] : "raw";

    private Volume Find(ApiCall call, out StorageDefinition storage)
    {
        string id = VolumeId(call, out storage);
        return configurator.Volumes.Find(id, call.PathValues["node"]) ?? throw ApiFault.Failed($"volume_size_info on '{id}' failed - no format");
    }

    /// <summary>The volume a path names, after the checks that need no such volume.</summary>
    private string VolumeId(ApiCall call, out StorageDefinition storage)
    {
        storage = Demand(call);
        string name = call.PathValues["volume"];
        int colon = name.IndexOf(':', StringComparison.Ordinal);
        string id = colon < 0 ? $"{storage.Id}:{name}" : name;
        if (colon >= 0 && name[..colon] != storage.Id)
        {
            throw ApiFault.Failed($"storage ID missmatch ('{name[..colon]}' != '{storage.Id}')");
        }

        string[] privileges = call.Endpoint.Method == Api.ApiMethod.Get ? ["Datastore.Audit", "Datastore.AllocateSpace", "Datastore.AllocateTemplate"] : ["Datastore.Allocate", "Datastore.AllocateSpace", "Datastore.AllocateTemplate"];
        if (!state.Permissions.HasAny(call.Caller, $"/storage/{storage.Id}", privileges))
        {
            throw ApiFault.Forbidden($"/storage/{storage.Id}, {privileges[0]}");
        }

        return storage.HasFiles && !StoragePaths.IsName(id[(storage.Id.Length + 1)..])
            ? throw ApiFault.Failed($"unable to parse directory volume name '{id[(storage.Id.Length + 1)..]}'")
            : id;
    }

    private ApiReply Get(ApiCall call)
    {
        Volume volume = Find(call, out StorageDefinition storage);
        JsonObject data = new()
        {
            ["path"] = StoragePaths.Of(storage, volume.Name),
            ["size"] = volume.Size,
            ["used"] = volume.Size / 4,
            ["format"] = volume.Content is "images" or "rootdir" ? volume.Format : "raw",
        };
        if (volume.Content == "backup")
        {
            data["protected"] = volume.IsProtected ? 1 : 0;
            data["notes"] = volume.Notes ?? "";
        }

        return ApiReply.Of(data);
    }

    private ApiReply Update(ApiCall call)
    {
        Volume volume = Find(call, out _);
        volume.Notes = call.Text("notes") ?? volume.Notes;
        volume.IsProtected = call.Flag("protected") ?? volume.IsProtected;
        return ApiReply.Nothing;
    }

    private ApiReply Delete(ApiCall call)
    {
        string name = VolumeId(call, out StorageDefinition storage);
        string node = call.PathValues["node"];
        int? owner = configurator.Volumes.Find(name, node)?.VmId;
        string id = owner is { } vmid ? string.Create(CultureInfo.InvariantCulture, $"{vmid}@{storage.Id}") : storage.Id;
        StorageDefinition on = storage;
        SimulatedTask task = state.Tasks.Start(new TaskRequest(node, "imgdel", id, call.Caller.AuthId) { Effort = 0.3, Work = running => Free(name, node, on, running) });
        if (call.Has("delay"))
        {
            state.Tasks.FinishNow(task);
            return task.ExitStatus == "OK" ? ApiReply.Nothing : throw ApiFault.Failed(task.ExitStatus!);
        }

        return ApiReply.Of(task.Upid);
    }

    private void Free(string id, string node, StorageDefinition storage, SimulatedTask task)
    {
        if (configurator.Volumes.Find(id, node) is not { } volume)
        {
            // Proxmox: a file that is not there is no error.
            task.Write($"disk image '{StoragePaths.Of(storage, id[(storage.Id.Length + 1)..])}' does not exist");
            return;
        }

        if (volume.IsProtected)
        {
            throw ApiFault.Failed($"cannot remove protected volume '{volume.Name}' on '{storage.Id}'");
        }

        state.Volumes.Remove(volume);
        task.Write($"Removed volume '{id}'");
    }

    private ApiReply Upload(ApiCall call)
    {
        StorageDefinition storage = Demand(call);
        UploadedFile file = call.Upload ?? throw ApiFault.Failed("missing upload");
        string content = call.Required("content");

        // Proxmox: the name in the form is never decoded, so each byte of another letter becomes an underscore.
        string name = CleanName(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(file.FileName)));
        DemandExtension(content, name);
        string? wanted = call.Text("checksum");
        string? algorithm = call.Text("checksum-algorithm");
        string node = call.PathValues["node"];
        return ApiReply.Of(state.Tasks.Start(new TaskRequest(node, "imgcopy", "", call.Caller.AuthId)
        {
            Effort = 0.5,
            Work = task =>
            {
                task.Write("starting file import from: /var/tmp/pveupload-simulated");
                if (wanted is not null && algorithm is not null)
                {
                    string? got = file.Hash(algorithm);
                    bool matches = string.Equals(got, wanted, StringComparison.OrdinalIgnoreCase);
                    task.Write(matches ? "calculating checksum...OK, checksum verified" : "calculating checksum...");
                    if (!matches)
                    {
                        throw ApiFault.Failed($"checksum mismatch: got '{got}' != expect '{wanted}'");
                    }
                }

                string target = StoragePaths.Of(storage, $"{content}/{name}");
                task.Write($"target node: {node}");
                task.Write($"target file: {target}");
                task.Write(string.Create(CultureInfo.InvariantCulture, $"file size is: {file.Length}"));
                task.Write($"command: cp -- /var/tmp/pveupload-simulated {target}");
                Keep(storage, node, content, name, file.Length);
                task.Write("finished file import successfully");
            },
        }).Upid);
    }

    private void Keep(StorageDefinition storage, string node, string content, string fileName, long length)
    {
        string id = $"{storage.Id}:{content}/{fileName}";
        configurator.Volumes.Remove(id, node);
        string format = fileName[(fileName.LastIndexOf('.') + 1)..];
        configurator.Volumes.Add(storage, node, id, content, content == "vztmpl" ? "t" + format : format, length, null, null);
    }

    // Proxmox: folders go, and whatever is no ASCII letter, digit, dot, hyphen or underscore becomes an underscore.
    private static string CleanName(string name) => string.Concat(
        name[(name.LastIndexOfAny(['/', '\\']) + 1)..].Select(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_' ? letter : '_'));

    private static void DemandExtension(string content, string fileName)
    {
        string[] allowed = content switch
        {
            "iso" => [".iso", ".img"],
            "vztmpl" => [".tar.gz", ".tar.xz", ".tar.zst"],
            _ => [".ova", ".qcow2", ".raw", ".vmdk"],
        };
        if (!Array.Exists(allowed, extension => fileName.EndsWith(extension, StringComparison.OrdinalIgnoreCase)))
        {
            throw ApiFault.Parameter("filename", content == "import" ? "invalid filename or wrong extension" : "wrong file extension");
        }
    }

    private ApiReply Download(ApiCall call)
    {
        StorageDefinition storage = Demand(call);
        string content = call.Required("content");
        string name = CleanName(call.Required("filename"));
        string node = call.PathValues["node"];
        DemandExtension(content, name);
        return ApiReply.Of(state.Tasks.Start(new TaskRequest(node, "download", name, call.Caller.AuthId)
        {
            Effort = 2,
            Lines = [$"downloading {call.Required("url")} to /var/lib/vz/template/{content}/{name}", "50%", "100%"],
            Work = task =>
            {
                Keep(storage, node, content, name, 64L << 20);
                task.Write($"download of '{call.Required("url")}' to '/var/lib/vz/template/{content}/{name}' finished");
            },
        }).Upid);
    }
}
