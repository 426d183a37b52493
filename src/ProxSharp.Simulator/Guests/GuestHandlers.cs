using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Guests;

/// <summary>Lists, status and configuration of virtual machines and containers.</summary>
internal sealed class GuestHandlers(PveState state, GuestContext context)
{
    public void Register(HandlerTable table)
    {
        foreach (string kind in (string[])["qemu", "lxc"])
        {
            string list = $"/nodes/{{node}}/{kind}";
            string one = $"{list}/{{vmid}}";
            bool isContainer = kind == "lxc";
            table.Get(list, call => List(call, isContainer));
            table.Get($"{one}/status/current", Current);
            table.Get($"{one}/config", Config);
            table.Get($"{one}/pending", Pending);
            table.Put($"{one}/config", UpdateNow);
        }

        table.Post("/nodes/{node}/qemu/{vmid}/config", UpdateLater);
    }

    private ApiReply List(ApiCall call, bool isContainer)
    {
        JsonArray list = [];
        foreach (Guest guest in state.Guests.Values.Where(guest => guest.IsContainer == isContainer && guest.Node == call.PathValues["node"]))
        {
            if (state.Permissions.Has(call.Caller, GuestContext.PathOf(guest.VmId), "VM.Audit"))
            {
                list.Add((JsonNode)context.Figures.Status(guest, call.IsSet("full")));
            }
        }

        return ApiReply.Of(list);
    }

    private ApiReply Current(ApiCall call)
    {
        Guest guest = state.GetGuest(call);
        JsonObject status = context.Figures.Status(guest, full: true);
        status["ha"] = state.Ha.Summary(guest);
        if (!guest.IsContainer && guest.Config.GetValueOrDefault("agent") is { } agent && !agent.StartsWith('0') && !agent.Contains("enabled=0", StringComparison.Ordinal))
        {
            status["agent"] = 1;
        }

        if (!guest.IsContainer && guest.Config.GetValueOrDefault("vga") is { } vga)
        {
            status["clipboard"] = DiskOptions.Get(vga, "clipboard");
            if (vga.Contains("qxl", StringComparison.Ordinal))
            {
                status["spice"] = 1;
            }
        }

        return ApiReply.Of(status);
    }

    private ApiReply Config(ApiCall call)
    {
        Guest guest = state.GetGuest(call);
        SortedDictionary<string, string> config = new(guest.Config, StringComparer.Ordinal);
        if (call.Text("snapshot") is { } snapshot)
        {
            GuestSnapshot found = guest.Snapshots.Find(candidate => candidate.Name == snapshot) ?? throw ApiFault.Failed($"snapshot '{snapshot}' does not exist");
            config = new SortedDictionary<string, string>(found.Config.ToDictionary(), StringComparer.Ordinal) { ["snaptime"] = found.Created.ToString(System.Globalization.CultureInfo.InvariantCulture) };
            if (found.Description.Length > 0)
            {
                config["description"] = found.Description;
            }
        }
        else if (!call.IsSet("current"))
        {
            foreach ((string key, string? value) in guest.Pending)
            {
                config[key] = value ?? "";
                if (value is null)
                {
                    config.Remove(key);
                }
            }
        }

        JsonObject data = [];
        foreach ((string key, string value) in config)
        {
            data[key] = key == "snaptime" ? JsonValue.Create(long.Parse(value, System.Globalization.CultureInfo.InvariantCulture)) : context.Options.Value(key, value, guest.IsContainer);
        }

        data["digest"] = guest.Digest;
        return ApiReply.Of(data);
    }

    private ApiReply Pending(ApiCall call)
    {
        Guest guest = state.GetGuest(call);
        JsonArray list = [];
        foreach (string key in guest.Config.Keys.Union(guest.Pending.Keys).Order(StringComparer.Ordinal))
        {
            JsonObject entry = new() { ["key"] = key };
            if (guest.Config.TryGetValue(key, out string? value))
            {
                entry["value"] = context.Options.Value(key, value, guest.IsContainer);
            }

            if (guest.Pending.TryGetValue(key, out string? pending))
            {
                entry[pending is null ? "delete" : "pending"] = pending is null ? 1 : context.Options.Value(key, pending, guest.IsContainer);
            }

            list.Add((JsonNode)entry);
        }

        // Proxmox: the digest is listed as if it were an option.
        list.Add((JsonNode)new JsonObject { ["key"] = "digest", ["value"] = guest.Digest });
        return ApiReply.Of(list);
    }

    private ApiReply UpdateNow(ApiCall call)
    {
        GuestUpdate update = GuestUpdate.Prepare(call, state, context);
        update.Execute(null);
        return ApiReply.Nothing;
    }

    private ApiReply UpdateLater(ApiCall call)
    {
        GuestUpdate update = GuestUpdate.Prepare(call, state, context);
        Tasks.SimulatedTask task = state.Tasks.Start(GuestContext.Task(call, "qmconfig", update.Guest) with { Effort = 0.5, Work = update.Execute });
        if (call.Has("background_delay"))
        {
            // Proxmox: a change that is done within the delay answers null; simulated changes are.
            state.Tasks.FinishNow(task);
            return task.ExitStatus == "OK" ? ApiReply.Nothing : throw ApiFault.Failed(task.ExitStatus!);
        }

        return ApiReply.Of(task.Upid);
    }
}
