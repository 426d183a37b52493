using System.Globalization;
using System.Text.Json.Nodes;
using ProxSharp.Api;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Guests;

/// <summary>The guest agent of machines: what it tells, files, and commands.</summary>
internal sealed class GuestAgent(PveState state)
{
    private const string Root = "/nodes/{node}/qemu/{vmid}/agent";

    /// <summary>The most bytes the agent tells of a file or of what a program wrote.</summary>
    private const int LongestOutput = 16 * 1024 * 1024;

    private static readonly string[] s_commands =
    [
        "fsfreeze-freeze", "fsfreeze-status", "fsfreeze-thaw", "fstrim", "get-fsinfo", "get-host-name", "get-memory-block-info", "get-memory-blocks", "get-osinfo", "get-time", "get-timezone",
        "get-users", "get-vcpus", "info", "network-get-interfaces", "ping", "shutdown", "suspend-disk", "suspend-hybrid", "suspend-ram",
    ];

    public void Register(HandlerTable table)
    {
        table.Post(Root, call => Run(call, call.Required("command")));
        foreach (string command in s_commands)
        {
            string path = $"{Root}/{command}";
            if (state.Schema.Find(ApiMethod.Get, path) is not null)
            {
                table.Get(path, call => Run(call, command));
            }
            else
            {
                table.Post(path, call => Run(call, command));
            }
        }

        table.Post($"{Root}/exec", Execute);
        table.Get($"{Root}/exec-status", ExecuteStatus);
        table.Get($"{Root}/file-read", ReadFile);
        table.Post($"{Root}/file-write", WriteFile);
        table.Post($"{Root}/set-user-password", call => Result(Demand(call), static _ => new JsonObject()));
    }

    /// <summary>Fails unless the agent of a machine answers.</summary>
    private Guest Demand(ApiCall call)
    {
        Guest guest = state.GetGuest(call);

        // Proxmox: it does not matter here whether the option says the agent is on.
        if (!guest.Config.ContainsKey("agent"))
        {
            throw ApiFault.Failed("No QEMU guest agent configured");
        }

        if (!guest.IsRunning)
        {
            throw ApiFault.Failed($"{guest.Label} is not running");
        }

        return guest is { HasSystem: true, IsPaused: false } ? guest : throw new ApiFault(500, "QEMU guest agent is not running") { Delay = TimeSpan.FromSeconds(3) };
    }

    private static ApiReply Result(Guest guest, Func<Guest, JsonNode?> result) => ApiReply.Of(new JsonObject { ["result"] = result(guest) });

    private ApiReply Run(ApiCall call, string command)
    {
        Guest guest = Demand(call);
        switch (command)
        {
            case "fsfreeze-freeze" or "fsfreeze-thaw":
                guest.Inside.IsFrozen = command == "fsfreeze-freeze";
                return Result(guest, static _ => 1);
            case "shutdown":
                guest.Stop();
                break;
            case "suspend-ram" or "suspend-hybrid" or "suspend-disk":
                guest.IsPaused = true;
                break;
            default:
                break;
        }

        return Result(guest, inside => Tell(inside, command));
    }

    private JsonNode? Tell(Guest guest, string command) => command switch
    {
        "fsfreeze-status" => guest.Inside.IsFrozen ? "frozen" : "thawed",
        "fstrim" => new JsonObject { ["paths"] = new JsonArray(new JsonObject { ["path"] = "/", ["trimmed"] = 0, ["minimum"] = 0 }) },
        "get-fsinfo" => new JsonArray(FileSystem(guest)),
        "get-host-name" => new JsonObject { ["host-name"] = guest.Name },
        "get-memory-block-info" => new JsonObject { ["size"] = 128 << 20 },
        "get-memory-blocks" => new JsonArray([.. Enumerable.Range(0, (int)Math.Max(1, guest.Memory >> 27)).Select(static block => (JsonNode)new JsonObject { ["phys-index"] = block, ["online"] = true, ["can-offline"] = true })]),
        "get-osinfo" => new JsonObject
        {
            ["id"] = "debian",
            ["name"] = "Debian GNU/Linux",
            ["pretty-name"] = "Debian GNU/Linux 13 (trixie)",
            ["version"] = "13 (trixie)",
            ["version-id"] = "13",
            ["machine"] = "x86_64",
            ["kernel-release"] = "6.12.48-amd64",
            ["kernel-version"] = "#1 SMP PREEMPT_DYNAMIC",
        },
        "get-time" => state.Now.ToUnixTimeMilliseconds() * 1_000_000,
        "get-timezone" => new JsonObject { ["zone"] = "UTC", ["offset"] = 0 },
        "get-users" => new JsonArray(),
        "get-vcpus" => new JsonArray([.. Enumerable.Range(0, guest.Cores).Select(static core => (JsonNode)new JsonObject { ["logical-id"] = core, ["online"] = true, ["can-offline"] = core > 0 })]),
        "info" => new JsonObject
        {
            ["version"] = "10.0.3",
            ["supported_commands"] = new JsonArray([.. s_commands.Select(static name => (JsonNode)new JsonObject { ["name"] = "guest-" + name, ["enabled"] = true, ["success-response"] = true })]),
        },
        "network-get-interfaces" => Interfaces(guest),
        _ => new JsonObject(),
    };

    private static JsonObject FileSystem(Guest guest)
    {
        long size = GuestFigures.RootDisk(guest);
        return new JsonObject
        {
            ["name"] = "sda1",
            ["mountpoint"] = "/",
            ["type"] = "ext4",
            ["total-bytes"] = size / 100 * 98,
            ["used-bytes"] = size / 5,
            ["disk"] = new JsonArray(new JsonObject
            {
                ["bus"] = 0,
                ["bus-type"] = "scsi",
                ["dev"] = "/dev/sda1",
                ["pci-controller"] = new JsonObject { ["bus"] = 0, ["domain"] = 0, ["function"] = 0, ["slot"] = 5 },
                ["target"] = 0,
                ["unit"] = 0,
            }),
        };
    }

    private static JsonObject Statistics() => new()
    {
        ["rx-bytes"] = 0,
        ["rx-dropped"] = 0,
        ["rx-errs"] = 0,
        ["rx-packets"] = 0,
        ["tx-bytes"] = 0,
        ["tx-dropped"] = 0,
        ["tx-errs"] = 0,
        ["tx-packets"] = 0,
    };

    private static JsonArray Interfaces(Guest guest)
    {
        JsonArray list = new(Interface("lo", "00:00:00:00:00:00", new GuestAddress("127.0.0.1", 8), new GuestAddress("::1", 128)));
        foreach ((string name, string mac, GuestAddress address) in GuestNetwork.Of(guest))
        {
            list.Add((JsonNode)Interface(name, mac.ToLowerInvariant(), address));
        }

        return list;
    }

    private static JsonObject Interface(string name, string mac, params GuestAddress[] addresses) => new()
    {
        ["name"] = name,
        ["hardware-address"] = mac,
        ["ip-addresses"] = new JsonArray([.. addresses.Select(static one => (JsonNode)new JsonObject
        {
            ["ip-address"] = one.Address,
            ["ip-address-type"] = one.Address.Contains(':', StringComparison.Ordinal) ? "ipv6" : "ipv4",
            ["prefix"] = one.Prefix,
        })]),
        ["statistics"] = Statistics(),
    };

    private ApiReply Execute(ApiCall call)
    {
        Guest guest = Demand(call);
        string? input = call.Text("input-data");
        if (input?.Any(static letter => letter > 0xFF) == true)
        {
            // Proxmox: the characters are taken for bytes.
            throw ApiFault.Failed("Wide character in subroutine entry at /usr/share/perl5/PVE/QemuServer/Agent.pm line 204.");
        }

        GuestProcess process = GuestProcess.Run(guest, call.Values("command"), input, state.Now);
        guest.Inside.Processes[process.Pid] = process;
        return ApiReply.Of(new JsonObject { ["pid"] = process.Pid });
    }

    private ApiReply ExecuteStatus(ApiCall call)
    {
        Guest guest = Demand(call);
        int pid = (int)call.Integer("pid")!;
        if (!guest.Inside.Processes.TryGetValue(pid, out GuestProcess? process))
        {
            throw ApiFault.Failed("Agent error: Invalid parameter 'pid'");
        }

        if (!process.HasEnded(state.Now))
        {
            return ApiReply.Of(new JsonObject { ["exited"] = 0 });
        }

        // The agent forgets a process once its end was told.
        guest.Inside.Processes.Remove(pid);
        JsonObject data = new() { ["exited"] = 1 };
        if (process.Signal is { } signal)
        {
            data["signal"] = signal;
        }
        else
        {
            data["exitcode"] = process.ExitCode;
        }

        AddOutput(data, "out", process.Output);
        AddOutput(data, "err", process.Errors);
        return ApiReply.Of(data);
    }

    // Proxmox: what programs write is passed on byte by byte, each as a character.
    private static void AddOutput(JsonObject data, string name, byte[] output)
    {
        if (output.Length > 0)
        {
            data[name + "-data"] = System.Text.Encoding.Latin1.GetString(output.AsSpan(0, Math.Min(output.Length, LongestOutput)));
            data[name + "-truncated"] = output.Length > LongestOutput ? 1 : 0;
        }
    }

    private ApiReply ReadFile(ApiCall call)
    {
        Guest guest = Demand(call);
        string file = call.Required("file");
        if (guest.Inside.Read(guest, file, state.Now) is not { } content)
        {
            throw ApiFault.Failed($"Agent error: failed to open file '{file}' (mode: 'r'): No such file or directory");
        }

        int offset = (int)Math.Min(content.Length, call.Integer("offset") ?? 0);
        long count = call.Integer("count") ?? LongestOutput;
        byte[] read = content[offset..(int)Math.Min(content.Length, offset + count)];
        JsonObject data = new()
        {
            ["bytes-read"] = read.Length,
            ["content"] = call.Flag("decode") == false ? Convert.ToBase64String(read) : System.Text.Encoding.Latin1.GetString(read),
        };
        if (offset + read.Length < content.Length)
        {
            data["truncated"] = 1;
        }

        return ApiReply.Of(data);
    }

    private ApiReply WriteFile(ApiCall call)
    {
        Guest guest = Demand(call);
        string file = call.Required("file");
        string content = call.Required("content");
        bool isEncoded = call.Flag("encode") == false;
        if (!isEncoded && content.Any(static letter => letter > 0xFF))
        {
            throw ApiFault.Failed("Wide character in subroutine entry at /usr/share/perl5/PVE/API2/Qemu/Agent.pm line 476.");
        }

        if (!file.StartsWith('/') || !guest.Inside.HasFolderOf(file))
        {
            throw ApiFault.Failed($"Agent error: failed to open file '{file}' (mode: 'wb'): No such file or directory");
        }

        // Proxmox: with encode=0 the content is base64 already; else its characters are taken for bytes.
        guest.Inside.Write(guest, file, isEncoded ? FromBase64(content) : System.Text.Encoding.Latin1.GetBytes(content), appends: false, state.Now, state.Now);
        return ApiReply.Nothing;
    }

    private static byte[] FromBase64(string text)
    {
        byte[] bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out int written)
            ? bytes[..written]
            : throw ApiFault.Failed(string.Create(CultureInfo.InvariantCulture, $"Agent error: Invalid base64 data of {text.Length} characters"));
    }
}
