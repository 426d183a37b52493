using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Consoles;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Pbs;

/// <summary>The terminal of a backup server, and the websocket behind it.</summary>
internal sealed class PbsConsoleHandlers(PbsState state)
{
    private const string Path = "/system";

    // Proxmox: the task behind a console gives up if nobody connects within this time.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    public void Register(HandlerTable table)
    {
        table.Post("/nodes/{node}/termproxy", Open);
        table.Get("/nodes/{node}/vncwebsocket", Connect);
    }

    private ApiReply Open(ApiCall call)
    {
        // Proxmox: a shell is for those whom the system itself knows.
        string user = call.Caller.AuthId;
        if (user.Contains('!', StringComparison.Ordinal) || !user.EndsWith("@pam", StringComparison.Ordinal))
        {
            throw new ApiFault(403, "permission check failed");
        }

        SimulatedConsole console = state.Consoles.Add(ConsoleKind.Terminal, state.NodeName, Path, user);
        console.Task = state.Tasks.Start(new TaskRequest(state.NodeName, "termproxy", "", user)
        {
            Duration = s_patience,
            OnAbort = () => console.Breaker?.Invoke(),
            Work = _ =>
            {
                if (!console.WasUsed)
                {
                    throw ApiFault.Failed("connection timed out");
                }
            },
        });
        return ApiReply.Of(new JsonObject
        {
            ["user"] = user,
            ["ticket"] = console.Ticket,
            ["port"] = console.Port,
            ["upid"] = console.Task.Upid,
        });
    }

    private ApiReply Connect(ApiCall call)
    {
        int port = (int)call.Integer("port")!;
        if (!state.Consoles.Tickets.Verify(call.Required("vncticket"), call.Caller.AuthId, Path, port))
        {
            throw new ApiFault(401, "permission check failed.");
        }

        return new ApiReply { Upgrade = call.UpgradeTo is not null ? Attach(port) : null };
    }

    private Http.IStreamProtocol? Attach(int port)
    {
        if (state.Consoles.FindWaiting(state.NodeName, port, Path) is not { } console)
        {
            return null;
        }

        (console.WasUsed, console.IsOpen) = (true, true);
        console.Task!.Hold();
        return new TerminalProtocol(state, console, () => new TerminalShell(console, state.NodeName, console.User.Split('@')[0]), Finish);
    }

    private void Finish(SimulatedConsole console)
    {
        console.IsOpen = false;
        console.Breaker = null;
        state.Tasks.FinishNow(console.Task!);
    }
}
