using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Pbs.Tape;

/// <summary>Drives: loading, labels, inventories and what they tell of themselves.</summary>
internal sealed class DriveHandlers(PbsState state)
{
    private const string Vendor = "SIMULATED";
    private const string Model = "ULTRIUM-HH8";

    private TapeState Tape => state.Tape;

    public void Register(HandlerTable table)
    {
        const string Drive = "/tape/drive/{drive}";
        table.Get("/tape/drive", List);
        table.Get("/tape/scan-drives", static _ => ApiReply.List(Devices("tape", "nst", "scsi-SIMDRV000", 2)));
        table.Get("/tape/scan-changers", static _ => ApiReply.List(Devices("changer", "sg", "scsi-SIMCHG000", 1)));
        table.Get($"{Drive}/status", Status);
        table.Get($"{Drive}/inventory", Inventory);
        table.Get($"{Drive}/read-label", call => ApiReply.Of(Label(Name(call))));
        table.Put($"{Drive}/inventory", call => Start(call, "inventory-update", UpdateInventory));
        table.Post($"{Drive}/label-media", StartLabel);
        table.Post($"{Drive}/barcode-label-media", StartLabelAll);
        table.Post($"{Drive}/load-media", StartLoad);
        table.Post($"{Drive}/load-slot", LoadSlot);
        table.Post($"{Drive}/unload", StartUnload);
        table.Post($"{Drive}/eject-media", call => Start(call, "eject-media", (drive, task) => Eject(drive, task)));
        table.Post($"{Drive}/rewind", call => Start(call, "rewind-media", (drive, _) => Tape.Tape(drive)));
        table.Post($"{Drive}/format-media", StartFormat);
        table.Put($"{Drive}/clean", call => Start(call, "clean-drive", static (drive, task) => task.Write($"Drive '{drive}' successfully cleaned")));
        table.Post($"{Drive}/catalog", StartCatalog);
        table.Put($"{Drive}/export-media", Export);
    }

    private static string Name(ApiCall call) => call.PathValues["drive"];

    private static IEnumerable<JsonNode> Devices(string kind, string device, string id, int count) =>
        Enumerable.Range(0, count).Select(i => (JsonNode)Device(kind, device, id, i));

    private static JsonObject Device(string kind, string device, string id, int i) => new()
    {
        ["kind"] = kind,
        ["path"] = FormattableString.Invariant($"/dev/tape/by-id/{id}{i}-{device}"),
        ["serial"] = FormattableString.Invariant($"{id[5..]}{i}"),
        ["vendor"] = Vendor,
        ["model"] = kind == "tape" ? Model : "LIBRARY-8",
        ["major"] = kind == "tape" ? 9 : 21,
        ["minor"] = i,
    };

    private ApiReply List(ApiCall call) => ApiReply.List(state.Collections.Items(TapeState.DriveConfig)
        .Where(drive => TapeAccess.SeesDevice(state, call, drive.Key))
        .Where(drive => call.Text("changer") is not { } wanted || (drive.Value["changer"] is JsonValue changer && ApiCall.TextOf(changer) == wanted))
        .Select(drive =>
        {
            JsonObject row = drive.Value.DeepClone().AsObject();
            if (row["changer-drivenum"] is JsonValue number && long.TryParse(ApiCall.TextOf(number), out long at))
            {
                row["changer-drivenum"] = at;
            }

            (row["name"], row["path"]) = (drive.Key, row["path"]?.DeepClone() ?? "/dev/nst0");
            (row["vendor"], row["model"], row["serial"]) = (Vendor, Model, $"SIM{drive.Key}");
            if (call.IsSet("query-activity"))
            {
                row["activity"] = "no-activity";
            }

            return (JsonNode)row;
        }));

    private ApiReply Status(ApiCall call)
    {
        _ = Tape.Drive(Name(call));
        JsonObject status = new()
        {
            ["vendor"] = Vendor,
            ["product"] = Model,
            ["revision"] = "S1M8",
            ["blocksize"] = 0,
            ["compression"] = true,
            ["buffer-mode"] = 1,
            ["write-protect"] = false,
            ["drive-activity"] = "no-activity",
        };
        if (Tape.InDrive(Name(call)) is { } loaded)
        {
            (status["density"], status["file-number"], status["block-number"]) = ("LTO8", 0, 0);
            (status["bytes-written"], status["bytes-read"], status["volume-mounts"]) = (loaded.Tape.BytesUsed, 0, 1);
            (status["medium-passes"], status["medium-wearout"]) = (1, 0.0001);
        }

        return ApiReply.Of(status);
    }

    private ApiReply Inventory(ApiCall call)
    {
        string drive = Name(call);
        TapeLibrary library = Tape.LibraryOf(drive);
        IEnumerable<Cartridge> tapes = library.Slots.Prepend(Tape.InDrive(drive)?.Tape).OfType<Cartridge>();
        return ApiReply.List(tapes.Where(static tape => tape.Barcode is not null).Select(static tape =>
        {
            JsonObject row = new() { ["label-text"] = tape.Barcode };
            if (tape is { IsKnown: true, Label: { } label })
            {
                row["uuid"] = label.Uuid;
            }

            return (JsonNode)row;
        }));
    }

    private JsonObject Label(string drive)
    {
        _ = Tape.Drive(drive);
        Cartridge tape = Tape.Tape(drive);
        MediaLabel label = tape.Label ?? throw new ApiFault(400, "Media is empty (no label).");
        JsonObject row = new() { ["label-text"] = label.Text, ["uuid"] = label.Uuid, ["ctime"] = label.Created.ToUnixTimeSeconds() };
        if ((tape.Set?.Pool ?? label.Pool) is { } pool)
        {
            row["pool"] = pool;
        }

        if (tape.Set is { } set)
        {
            (row["media-set-uuid"], row["media-set-ctime"], row["seq-nr"]) = (set.Uuid, set.Created.ToUnixTimeSeconds(), tape.Number);
        }

        return row;
    }

    private ApiReply Start(ApiCall call, string type, Action<string, SimulatedTask> work)
    {
        string drive = Name(call);
        _ = Tape.Drive(drive);
        return ApiReply.Of(state.Tasks.Start(
            new TaskRequest(state.NodeName, type, drive, call.Caller.AuthId) { Effort = 2, Work = task => work(drive, task) }).Upid);
    }

    private void DemandPool(string? pool)
    {
        if (pool is not null && state.Collections.Find(TapeState.PoolConfig, pool) is null)
        {
            throw new ApiFault(400, $"no such pool '{pool}'");
        }
    }

    private ApiReply StartLabel(ApiCall call)
    {
        (string text, string? pool) = (call.Required("label-text"), call.Text("pool"));
        DemandPool(pool);
        return Start(call, "label-media", (drive, task) =>
        {
            Cartridge tape = Tape.Tape(drive);
            if (tape.Label is not null)
            {
                throw ApiFault.Failed("media is not empty (format it first)");
            }

            if (Tape.Known.Any(other => other.Name == text))
            {
                throw ApiFault.Failed($"media '{text}' already exists");
            }

            Write(tape, text, pool, task);
        });
    }

    private ApiReply StartLabelAll(ApiCall call)
    {
        string? pool = call.Text("pool");
        DemandPool(pool);
        _ = Tape.LibraryOf(Name(call));
        return Start(call, "barcode-label-media", (drive, task) =>
        {
            foreach (string barcode in Tape.LibraryOf(drive).Slots.OfType<Cartridge>().Append(Tape.InDrive(drive)?.Tape).Select(static tape => tape?.Barcode)
                .OfType<string>().Order(StringComparer.Ordinal).ToArray())
            {
                Cartridge tape = Tape.Load(drive, other => other.Barcode == barcode, barcode);
                if (tape.Label is not null)
                {
                    task.Write($"media '{barcode}' is already labeled - skip");
                    continue;
                }

                Write(tape, barcode, pool, task);
            }
        });
    }

    private void Write(Cartridge tape, string text, string? pool, SimulatedTask task)
    {
        tape.Label = new MediaLabel(text, Tape.NewUuid(), task.DueAt, pool);
        (tape.IsKnown, tape.IsCataloged) = (true, true);
        task.Write(pool is null ? $"Label media '{text}' (no pool assignment)" : $"Label media '{text}' for pool '{pool}'");
    }

    private ApiReply StartLoad(ApiCall call)
    {
        string text = call.Required("label-text");
        return Start(call, "load-media", (drive, task) =>
        {
            task.Write($"loading media '{text}' into drive '{drive}'");
            Tape.Load(drive, tape => tape.Name == text, text);
        });
    }

    private ApiReply LoadSlot(ApiCall call)
    {
        string drive = Name(call);
        long number = call.Integer("source-slot") ?? 0;
        int slot = Tape.LibraryOf(drive).Find(number) ?? throw new ApiFault(400, FormattableString.Invariant($"slot {number} does not exist"));
        Tape.Load(drive, slot);
        return ApiReply.Nothing;
    }

    private ApiReply StartUnload(ApiCall call)
    {
        int? target = call.Integer("target-slot") is { } number
            ? Tape.LibraryOf(Name(call)).Find(number) ?? throw new ApiFault(400, FormattableString.Invariant($"slot {number} does not exist"))
            : null;
        return Start(call, "unload-media", (drive, task) =>
        {
            Tape.Unload(drive, target);
            task.Write($"unloaded drive '{drive}'");
        });
    }

    private void Eject(string drive, SimulatedTask task)
    {
        if (Tape.InDrive(drive) is null)
        {
            task.Write("drive does not contain a tape");
            return;
        }

        Tape.Unload(drive, null);
    }

    private ApiReply StartFormat(ApiCall call)
    {
        string? wanted = call.Text("label-text");
        return Start(call, "format-media", (drive, task) =>
        {
            Cartridge tape = wanted is null ? Tape.Tape(drive) : Tape.Load(drive, other => other.Name == wanted, wanted);
            if (wanted is not null && tape.Label is { } label && label.Text != wanted)
            {
                throw ApiFault.Failed($"expected label '{wanted}', found '{label.Text}', aborting");
            }

            task.Write(tape.Label is { } old ? $"Format media '{old.Text}' with uuid {old.Uuid}" : "Format empty media");
            MediaSet? set = tape.Set;
            tape.Erase();
            if (set is { Members.Count: 0 })
            {
                Tape.Forget(set);
            }
        });
    }

    private void UpdateInventory(string drive, SimulatedTask task)
    {
        TapeLibrary library = Tape.LibraryOf(drive);
        IEnumerable<Cartridge> tapes = library.Slots.Append(Tape.InDrive(drive)?.Tape).OfType<Cartridge>();
        foreach (Cartridge tape in tapes.OrderBy(static tape => tape.Name, StringComparer.Ordinal))
        {
            if (tape.Label is not { } label)
            {
                task.Write($"media '{tape.Barcode}' is empty");
                continue;
            }

            tape.IsKnown = true;
            task.Write($"inventorize media '{label.Text}' with uuid '{label.Uuid}'");
        }
    }

    private ApiReply StartCatalog(ApiCall call)
    {
        bool isForced = call.IsSet("force");
        return Start(call, "catalog-media", (drive, task) =>
        {
            Cartridge tape = Tape.Tape(drive);
            MediaLabel label = tape.Label ?? throw ApiFault.Failed("media is empty (no media label found)");
            task.Write($"found media label '{label.Text}' with uuid {label.Uuid}");
            if (tape.Set is null)
            {
                task.Write("media is empty");
            }
            else if (tape.IsCataloged && !isForced)
            {
                throw ApiFault.Failed("media catalog exists (please use --force to overwrite)");
            }

            (tape.IsKnown, tape.IsCataloged) = (true, true);
        });
    }

    private ApiReply Export(ApiCall call)
    {
        (string drive, string text) = (Name(call), call.Required("label-text"));
        TapeLibrary library = Tape.LibraryOf(drive);
        if (Tape.InDrive(drive) is { } loaded && loaded.Tape.Name == text)
        {
            Tape.Unload(drive, null);
        }

        int from = Array.FindIndex(library.Slots, tape => tape?.Name == text);
        if (from < 0)
        {
            throw new ApiFault(400, $"media '{text}' is not online");
        }

        int to = TapeLibrary.IsPortal(from) ? from : Array.FindIndex(library.Slots, library.Slots.Length - 2, static tape => tape is null);
        if (to < 0)
        {
            throw new ApiFault(400, "unable to find free import/export slot");
        }

        (library.Slots[to], library.Slots[from]) = (library.Slots[from], to == from ? library.Slots[from] : null);
        return ApiReply.Of(JsonValue.Create(to + 1));
    }
}
