using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ProxSharp.PropertyStrings;
using ProxSharp.Simulator.Access;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Guests;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Consoles;

/// <summary>Terminals, screens and SPICE tickets of nodes, virtual machines and containers, and the websockets behind them.</summary>
internal sealed class ConsoleHandlers(PveState state)
{
    private const string Machine = "/nodes/{node}/qemu/{vmid}";
    private const string Container = "/nodes/{node}/lxc/{vmid}";

    // Proxmox: the task behind a console gives up if nobody connects within this time.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    public void Register(HandlerTable table)
    {
        foreach (string guest in (string[])[Machine, Container])
        {
            table.Post($"{guest}/termproxy", call => Terminal(call, GuestTarget(call)));
            table.Post($"{guest}/vncproxy", call => Screen(call, GuestTarget(call)));
            table.Get($"{guest}/vncwebsocket", call => Connect(call, GuestTarget(call)));
        }

        table.Post($"{Machine}/spiceproxy", MachineSpice);
        table.Post($"{Container}/spiceproxy", ContainerSpice);
        table.Post("/nodes/{node}/termproxy", call => Terminal(call, NodeTarget(call)));
        table.Post("/nodes/{node}/vncshell", call => Screen(call, NodeTarget(call)));
        table.Post("/nodes/{node}/spiceshell", NodeSpice);
        table.Get("/nodes/{node}/vncwebsocket", call => Connect(call, NodeTarget(call)));
        table.Post("/access/vncticket", VerifyTicket);
    }

    private Target GuestTarget(ApiCall call)
    {
        Guest guest = state.GetGuest(call);
        return new Target(guest.Node, GuestContext.PathOf(guest.VmId), "vncproxy", guest.VmId.ToString(CultureInfo.InvariantCulture), guest, guest.Name.Replace(' ', '-'));
    }

    private static Target NodeTarget(ApiCall call)
    {
        string node = call.PathValues["node"];
        if (call.Text("cmd") is "upgrade" or "ceph_install" && !call.Caller.IsRoot)
        {
            throw ApiFault.Forbidden("user != root@pam");
        }

        return new Target(node, $"/nodes/{node}", "vncshell", "", null, node);
    }

    private ApiReply Terminal(ApiCall call, Target target)
    {
        SimulatedConsole console = Start(ConsoleKind.Terminal, call, target);
        return ApiReply.Of(new JsonObject
        {
            ["user"] = console.User,
            ["ticket"] = console.Ticket,
            ["port"] = PortText(console.Port),
            ["upid"] = console.Task!.Upid,
        });
    }

    private ApiReply Screen(ApiCall call, Target target)
    {
        SimulatedConsole console = Start(ConsoleKind.Vnc, call, target);
        return ApiReply.Of(new JsonObject
        {
            ["user"] = console.User,
            ["ticket"] = console.Ticket,
            ["port"] = PortText(console.Port),
            ["cert"] = state.CertificatePem,
            ["upid"] = console.Task!.Upid,
            ["password"] = console.Password,
        });
    }

    private SimulatedConsole Start(ConsoleKind kind, ApiCall call, Target target)
    {
        SimulatedConsole console = state.Consoles.Add(kind, target.Node, target.Path, call.Caller.AuthId);
        console.Task = state.Tasks.Start(new TaskRequest(target.Node, target.TaskType, target.Id, call.Caller.AuthId)
        {
            Duration = s_patience,
            OnAbort = () => console.Breaker?.Invoke(),
            Work = _ =>
            {
                if (!console.WasUsed)
                {
                    throw ApiFault.Failed("connection timed out");
                }

                if (console.Failure is { } failure)
                {
                    throw ApiFault.Failed(failure);
                }
            },
        });
        return console;
    }

    private ApiReply Connect(ApiCall call, Target target)
    {
        int port = (int)call.Integer("port")!;
        if (!state.Consoles.Tickets.Verify(call.Required("vncticket"), call.Caller.AuthId, target.Path, port))
        {
            throw new ApiFault(401, ConsoleTickets.Invalid) { Delay = TimeSpan.FromSeconds(3) };
        }

        return new ApiReply { Data = new JsonObject { ["port"] = PortText(port) }, Upgrade = call.IsUpgrade ? Open(target, port) : null };
    }

    private Http.IStreamProtocol? Open(Target target, int port)
    {
        if (state.Consoles.FindWaiting(target.Node, port, target.Path) is not { } console)
        {
            return null;
        }

        (console.WasUsed, console.IsOpen) = (true, true);
        console.Task!.Hold();
        if (console.Kind == ConsoleKind.Terminal)
        {
            return new TerminalProtocol(state, console, () => Shell(console, target), Finish);
        }

        string? failure = target.Guest is { IsRunning: false } ? "Failed to run vncproxy." : null;
        string title = target.Guest is { IsContainer: false } machine ? $"QEMU ({machine.Name})" : target.HostName;
        return new VncProtocol(state, console, failure, title, Finish);
    }

    private static TerminalShell? Shell(SimulatedConsole console, Target target)
    {
        console.Failure = target.Guest switch
        {
            { IsContainer: true, IsRunning: false } container => string.Create(CultureInfo.InvariantCulture, $"Error: container '{container.VmId}' not running!"),
            { IsRunning: false } machine => $"{machine.Label} not running",
            { IsContainer: false } machine when !machine.Config.ContainsKey("serial0") => "unable to find a serial interface",
            _ => null,
        };
        string user = console.User.EndsWith("@pam", StringComparison.Ordinal) || target.Guest is not null ? "root" : console.User[..console.User.IndexOf('@', StringComparison.Ordinal)];
        return console.Failure is null ? new TerminalShell(console, target.HostName, user) : null;
    }

    private void Finish(SimulatedConsole console)
    {
        console.IsOpen = false;
        console.Breaker = null;
        state.Tasks.FinishNow(console.Task!);
    }

    private ApiReply MachineSpice(ApiCall call)
    {
        Guest guest = state.GetGuest(call);
        if (!guest.IsRunning)
        {
            throw ApiFault.Failed($"{guest.Label} not running");
        }

        // Proxmox: only a machine with a QXL display listens for SPICE.
        bool isQxl = guest.Config.TryGetValue("vga", out string? vga)
            && PropertyStringEntries.Parse(vga).Items.Any(static item => item.Key is null or "type" && item.Value.StartsWith("qxl", StringComparison.Ordinal));
        if (!isQxl)
        {
            throw ApiFault.Failed("no spice port");
        }

        string name = guest.Config.TryGetValue("name", out string? given) ? $" - {given}" : "";
        return ApiReply.Of(Spice(call, guest.VmId, guest.Label + name));
    }

    private ApiReply ContainerSpice(ApiCall call)
    {
        Guest guest = state.GetGuest(call);
        Wait(GuestContext.Task(call, "spiceproxy", guest));
        return ApiReply.Of(Spice(call, guest.VmId, guest.Label));
    }

    private ApiReply NodeSpice(ApiCall call)
    {
        Target target = NodeTarget(call);
        Wait(new TaskRequest(target.Node, "spiceshell", "", call.Caller.AuthId));
        return ApiReply.Of(Spice(call, 0, $"Shell on '{target.Node}'"));
    }

    private void Wait(TaskRequest request) => state.Tasks.Start(request with { Duration = s_patience, Work = static _ => throw ApiFault.Failed("connection timed out") });

    private JsonObject Spice(ApiCall call, int vmid, string title)
    {
        string node = call.PathValues["node"];
        string domain = state.Domain;
        int port = state.Consoles.TakeSpicePort(node);
        string plain = string.Create(CultureInfo.InvariantCulture, $"pvespiceproxy:{state.Now.ToUnixTimeSeconds():x8}:{vmid}:{node}:{port}");
        return new JsonObject
        {
            ["type"] = "spice",
            ["title"] = title,
            ["host"] = $"{plain}::{Hash(plain)}",
            ["proxy"] = $"http://{call.Text("proxy") ?? $"{node}.{domain}"}:3128",
            ["tls-port"] = PortText(port),
            ["host-subject"] = $"OU=PVE Cluster Node,O=Proxmox Virtual Environment,CN={node}.{domain}",

            // Proxmox: the line breaks are two characters, as the file for the viewer needs them.
            ["ca"] = state.CertificatePem.ReplaceLineEndings("\\n"),
            ["password"] = Hash(plain + "password"),
            ["secure-attention"] = "Ctrl+Alt+Ins",
            ["toggle-fullscreen"] = "Shift+F11",
            ["release-cursor"] = "Ctrl+Alt+R",
            ["delete-this-file"] = 1,
        };
    }

    private string Hash(string text)
    {
        byte[] salt = new byte[16];
        state.Random.NextBytes(salt);
#pragma warning disable CA5350 // The length of the real server's values is kept.
        return Convert.ToHexStringLower(SHA1.HashData([.. salt, .. Encoding.UTF8.GetBytes(text)]));
#pragma warning restore CA5350
    }

    private ApiReply VerifyTicket(ApiCall call)
    {
        string user = call.Required("authid");
        string path = call.Required("path");
        Principal? caller = state.Directory.FindPrincipal(user, state.Now);
        bool isValid = caller is not null
            && state.Consoles.All.Any(console => console.Ticket == call.Required("vncticket") && console.User == user && console.Path == path
                && (call.Integer("port") ?? console.Port) == console.Port && state.Consoles.Tickets.Verify(console.Ticket, user, path, console.Port))
            && call.Items("privs").All(privilege => state.Permissions.Has(caller, path, privilege));

        // Proxmox: why a ticket is refused is never told.
        return isValid ? ApiReply.Nothing : throw new ApiFault(401, "authentication failure") { Delay = TimeSpan.FromSeconds(3) };
    }

    private static string PortText(int port) => port.ToString(CultureInfo.InvariantCulture);

    /// <summary>What a console belongs to.</summary>
    private sealed record Target(string Node, string Path, string TaskType, string Id, Guest? Guest, string HostName);
}
