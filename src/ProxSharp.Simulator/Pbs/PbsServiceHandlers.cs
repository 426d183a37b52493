using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Pbs;

/// <summary>The system services of a backup server: their list, their states, and tasks that change them.</summary>
internal sealed class PbsServiceHandlers(PbsState state)
{
    private const string One = "/nodes/{node}/services/{service}";

    // The API itself: who stops it has nothing left to start it with.
    private const string Own = "proxmox-backup";

    private static readonly string[] s_services =
        [Own, "proxmox-backup-proxy", "chrony", "cron", "postfix", "sshd", "syslog", "systemd-journald", "systemd-timesyncd"];

    private readonly HashSet<string> _stopped = new(StringComparer.Ordinal);

    public void Register(HandlerTable table)
    {
        table.Get("/nodes/{node}/services", _ => ApiReply.List(s_services.Select(Describe)));
        table.Get($"{One}/state", call => ApiReply.Of(Describe(Demand(call))));
        foreach (string command in (string[])["start", "stop", "restart", "reload"])
        {
            table.Post($"{One}/{command}", call => Run(call, command));
        }
    }

    private static string Demand(ApiCall call)
    {
        string service = call.PathValues["service"];
        return s_services.Contains(service) ? service : throw new ApiFault(400, $"unknown service name '{service}'");
    }

    private JsonNode Describe(string service) => new JsonObject
    {
        ["service"] = service,
        ["name"] = service,
        ["desc"] = $"{service} service",
        ["state"] = _stopped.Contains(service) ? "dead" : "running",
        ["unit-state"] = "enabled",
    };

    private ApiReply Run(ApiCall call, string command)
    {
        string service = Demand(call);
        if (service == Own && command == "stop")
        {
            throw new ApiFault(400, $"invalid service cmd '{service} {command}'");
        }

        return ApiReply.Of(state.Tasks.Start(new TaskRequest(state.NodeName, "srv" + command, service, call.Caller.AuthId)
        {
            Lines = [$"{command} service {service}"],
            Work = _ =>
            {
                if (command == "reload" && _stopped.Contains(service))
                {
                    throw ApiFault.Failed($"command 'systemctl reload {service}' failed: exit code 1");
                }

                if (command == "stop")
                {
                    _stopped.Add(service);
                }
                else
                {
                    _stopped.Remove(service);
                }
            },
        }).Upid);
    }
}
