using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Nodes;

/// <summary>The system services of a node: lists, states, and tasks that change them.</summary>
internal sealed class ServiceHandlers(PveState state)
{
    private const string One = "/nodes/{node}/services/{service}";

    private static readonly string[] s_services =
    [
        "chrony", "corosync", "cron", "ksmtuned", "lxcfs", "postfix", "proxmox-firewall", "pve-cluster", "pve-firewall", "pve-ha-crm", "pve-ha-lrm",
        "pve-lxc-syscalld", "pvedaemon",
        "pvefw-logger", "pveproxy", "pvescheduler", "pvestatd", "qmeventd", "spiceproxy", "sshd", "syslog", "systemd-journald", "systemd-timesyncd",
    ];

    public void Register(HandlerTable table)
    {
        table.Get("/nodes/{node}/services", List);
        table.Get($"{One}/state", State);
        Command(table, "start", static (node, service) => node.StoppedServices.Remove(service));
        Command(table, "restart", static (node, service) => node.StoppedServices.Remove(service));
        Command(table, "stop", static (node, service) => node.StoppedServices.Add(service));
        Command(table, "reload", static (node, service) =>
        {
            if (node.StoppedServices.Contains(service))
            {
                throw ApiFault.Failed($"command 'systemctl reload {service}' failed: exit code 1");
            }
        });
    }

    private ApiReply List(ApiCall call) => ApiReply.List(s_services.Select(service => Describe(Node(call), service)));

    private ClusterNode Node(ApiCall call) => state.Nodes[call.PathValues["node"]];

    private static JsonObject Describe(ClusterNode node, string service)
    {
        bool isStopped = node.StoppedServices.Contains(service);
        return new JsonObject
        {
            ["service"] = service,
            ["name"] = service,
            ["desc"] = $"{service} service",
            ["state"] = isStopped ? "dead" : "running",
            ["active-state"] = isStopped ? "inactive" : "active",
            ["unit-state"] = "enabled",
        };
    }

    private ApiReply State(ApiCall call) => ApiReply.Of(Describe(Node(call), call.PathValues["service"]));

    private void Command(HandlerTable table, string command, Action<ClusterNode, string> change) => table.Post($"{One}/{command}", call =>
    {
        ClusterNode node = Node(call);
        string service = call.PathValues["service"];
        TaskRequest request = new(node.Name, "srv" + command, service, call.Caller.AuthId) { Effort = 0.5, Work = _ => change(node, service) };
        return ApiReply.Of(state.Tasks.Start(request).Upid);
    });
}
