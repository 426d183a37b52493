using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.Pbs.Tape;

/// <summary>Changers: what is in their slots, and moves between them.</summary>
internal sealed class ChangerHandlers(PbsState state)
{
    private TapeState Tape => state.Tape;

    public void Register(HandlerTable table)
    {
        table.Get("/tape/changer", call => ApiReply.List(state.Collections.Items(TapeState.ChangerConfig)
            .Where(changer => TapeAccess.SeesDevice(state, call, changer.Key)).Select(static changer =>
        {
            JsonObject row = changer.Value.DeepClone().AsObject();
            (row["name"], row["path"]) = (changer.Key, row["path"]?.DeepClone() ?? "/dev/sg0");
            (row["vendor"], row["model"], row["serial"]) = ("SIMULATED", "LIBRARY-8", $"SIM{changer.Key}");
            return (JsonNode)row;
        })));
        table.Get("/tape/changer/{name}/status", Status);
        table.Post("/tape/changer/{name}/transfer", Transfer);
    }

    private ApiReply Status(ApiCall call)
    {
        string name = call.PathValues["name"];
        TapeLibrary library = Tape.Library(name);
        JsonArray rows = [];
        foreach ((string drive, int number) in Tape.DrivesOf(name))
        {
            JsonObject row = new() { ["entry-kind"] = "drive", ["entry-id"] = number };
            if (Tape.InDrive(drive) is { } loaded)
            {
                (row["label-text"], row["state"]) = (loaded.Tape.Barcode, "loaded");
                if (loaded.Slot is { } slot)
                {
                    row["loaded-slot"] = slot + 1;
                }
            }

            rows.Add((JsonNode)row);
        }

        for (int i = 0; i < library.Slots.Length; i++)
        {
            JsonObject row = new() { ["entry-kind"] = TapeLibrary.IsPortal(i) ? "import-export" : "slot", ["entry-id"] = i + 1 };
            if (library.Slots[i] is { Barcode: { } barcode })
            {
                row["label-text"] = barcode;
            }

            rows.Add((JsonNode)row);
        }

        return ApiReply.Of(rows);
    }

    private ApiReply Transfer(ApiCall call)
    {
        TapeLibrary library = Tape.Library(call.PathValues["name"]);
        int from = Slot(library, call, "from");
        int to = Slot(library, call, "to");
        if (library.Slots[from] is null)
        {
            throw new ApiFault(400, FormattableString.Invariant($"unable to transfer media - slot {from + 1} is empty"));
        }

        if (library.Slots[to] is not null)
        {
            throw new ApiFault(400, FormattableString.Invariant($"unable to transfer media - slot {to + 1} is full"));
        }

        (library.Slots[to], library.Slots[from]) = (library.Slots[from], null);
        return ApiReply.Nothing;
    }

    private static int Slot(TapeLibrary library, ApiCall call, string name)
    {
        long number = call.Integer(name) ?? 0;
        return library.Find(number) ?? throw new ApiFault(400, FormattableString.Invariant($"unable to transfer media - slot {number} does not exist"));
    }
}
