using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Hosting;
using ProxSharp.Simulator.Pbs.Storage;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Pbs;

/// <summary>Lists that are views of configuration kept elsewhere, and what the machine of a backup server tells.</summary>
internal sealed class PbsViewHandlers(PbsState state)
{
    /// <summary>Bytes of memory.</summary>
    public const long Memory = 24L << 30;

    /// <summary>Bytes of the disk of the system.</summary>
    public const long Disk = 252L << 30;

    /// <summary>Bytes that the system itself takes of it.</summary>
    public const long SystemFiles = 8L << 30;

    /// <summary>Processors.</summary>
    public const int Cores = 2;

    /// <summary>The share of the processors that is in use.</summary>
    public const double Load = 0.05;

    private const string TrafficRules = "/config/traffic-control";
    private const string Metrics = "/config/metrics";
    /// <summary>The kernel that runs.</summary>
    public const string Kernel = "6.14.11-2-pve";

    private static readonly string[] s_rates = ["rate-in", "rate-out", "burst-in", "burst-out"];

    private readonly DateTimeOffset _booted = state.Now.AddHours(-1);

    public void Register(HandlerTable table)
    {
        table.Get("/admin/metrics", _ => ApiReply.Of(MetricServers()));
        table.Get("/status/metrics", Figures);
        table.Get("/admin/traffic-control", _ => ApiReply.Of(TrafficControl(withRates: true)));
        table.Get(TrafficRules, _ => ApiReply.Of(TrafficControl(withRates: false)));
        table.Get("/nodes/{node}/identity", _ => ApiReply.Of(new JsonObject { ["pbs-instance-id"] = InstanceId() }));
        table.Get("/nodes/{node}/status", _ => ApiReply.Of(NodeStatus()));
        table.Get("/nodes/{node}/time", _ => ApiReply.Of(NodeTimeZone.Describe(state.Clock, state.Now)));
        table.Put("/nodes/{node}/time", SetTimeZone);
        table.Get("/nodes/{node}/certificates/info", _ => ApiReply.Of(Certificates()));
    }

    /// <summary>Puts what every server has from the start.</summary>
    public static void AddDefaults(PbsState state)
    {
        NotificationHandlers.AddBuiltin(state);
        state.Collections.Put("/nodes/localhost/network", "eth0", new JsonObject { ["active"] = true, ["autostart"] = false, ["method"] = "manual", ["name"] = "eth0", ["type"] = "eth" });
        state.Collections.Settings("/nodes/localhost/dns")["dns1"] = "192.0.2.53";
    }

    private JsonArray MetricServers()
    {
        JsonArray list = [];
        foreach (string type in (string[])["influxdb-http", "influxdb-udp"])
        {
            foreach ((string name, JsonObject server) in state.Collections.Items($"{Metrics}/{type}"))
            {
                JsonObject entry = new() { ["name"] = name, ["type"] = type, ["server"] = (server["url"] ?? server["host"])?.DeepClone() ?? "" };
                Copy(server, entry, "comment", "enable");
                list.Add((JsonNode)entry);
            }
        }

        return list;
    }

    /// <summary>The figures of the machine and of the datastores, as far as the caller may see them.</summary>
    private ApiReply Figures(ApiCall call)
    {
        JsonArray list = [];
        if (state.Permissions.Has(call.Caller, "/system/status", "Sys.Audit"))
        {
            AddFigures(list, "host", ("cpu_current", Load), ("mem_total", Memory), ("mem_used", Memory / 10));
        }

        foreach (Datastore store in state.Datastores.Values)
        {
            if (state.Permissions.Has(call.Caller, $"/datastore/{store.Name}", "Datastore.Audit"))
            {
                long used = Math.Min(store.Used, store.Capacity);
                AddFigures(list, $"datastore/{store.Name}", ("disk_available", store.Capacity - used), ("disk_total", store.Capacity), ("disk_used", used));
            }
        }

        return ApiReply.Of(new JsonObject { ["data"] = list });
    }

    private void AddFigures(JsonArray list, string id, params ReadOnlySpan<(string Metric, double Value)> figures)
    {
        foreach ((string metric, double value) in figures)
        {
            list.Add((JsonNode)new JsonObject { ["id"] = id, ["metric"] = metric, ["timestamp"] = state.Now.ToUnixTimeSeconds(), ["type"] = "gauge", ["value"] = value });
        }
    }

    private JsonArray TrafficControl(bool withRates)
    {
        JsonArray list = [];
        foreach ((string name, JsonObject rule) in state.Collections.Items(TrafficRules))
        {
            JsonObject entry = rule.DeepClone().AsObject();
            entry["name"] = name;
            foreach (string rate in s_rates)
            {
                if (entry[rate] is JsonValue value)
                {
                    // Proxmox: sizes are shown with a space in front of their unit.
                    entry[rate] = SizePattern.Replace(ApiCall.TextOf(value), "$1 $2");
                }
            }

            if (entry["network"] is JsonValue network)
            {
                entry["network"] = new JsonArray(network.DeepClone());
            }

            if (withRates)
            {
                (entry["cur-rate-in"], entry["cur-rate-out"]) = (0, 0);
            }

            list.Add((JsonNode)entry);
        }

        return list;
    }

    private static void Copy(JsonObject from, JsonObject to, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (from[name] is { } value)
            {
                to[name] = value.DeepClone();
            }
        }
    }

    /// <summary>What tells this server from others: the same as long as its name is.</summary>
    private string InstanceId() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(state.NodeName)))[..32];

    private JsonObject NodeStatus()
    {
        const string Build = "#1 SMP PREEMPT_DYNAMIC";
        long used = Memory / 10;
        long stored = state.Datastores.Values.Sum(static store => store.Chunks.StoredBytes);
        return new JsonObject
        {
            ["boot-info"] = new JsonObject { ["mode"] = "legacy-bios", ["secureboot"] = false },
            ["cpu"] = Load,
            ["cpuinfo"] = new JsonObject { ["cpus"] = Cores, ["model"] = "AMD EPYC", ["sockets"] = 1 },
            ["current-kernel"] = new JsonObject { ["machine"] = "x86_64", ["release"] = Kernel, ["sysname"] = "Linux", ["version"] = Build },
            ["info"] = new JsonObject { ["fingerprint"] = Fingerprint() },
            ["kversion"] = $"Linux {Kernel} {Build}",
            ["loadavg"] = new JsonArray(0.25, 0.2, 0.15),
            ["memory"] = new JsonObject { ["total"] = Memory, ["used"] = used, ["free"] = Memory - used },
            ["root"] = new JsonObject { ["total"] = Disk, ["used"] = Math.Min(Disk, SystemFiles + stored), ["avail"] = Math.Max(0, Disk - SystemFiles - stored) },
            ["swap"] = new JsonObject { ["total"] = 0, ["used"] = 0, ["free"] = 0 },
            ["uptime"] = (long)(state.Now - _booted).TotalSeconds,
            ["wait"] = 0.001,
        };
    }

    // Proxmox: this server writes fingerprints in lower case.
    private string Fingerprint() => state.Certificate is { } certificate ? SimulatorCertificate.Fingerprint(certificate).ToLowerInvariant() : "";

    private JsonArray Certificates()
    {
        if (state.Certificate is not { } certificate)
        {
            return [];
        }

        return new JsonArray(new JsonObject
        {
            ["filename"] = "proxy.pem",
            ["fingerprint"] = Fingerprint(),
            ["subject"] = certificate.Subject,
            ["issuer"] = certificate.Issuer,
            ["notbefore"] = new DateTimeOffset(certificate.NotBefore.ToUniversalTime()).ToUnixTimeSeconds(),
            ["notafter"] = new DateTimeOffset(certificate.NotAfter.ToUniversalTime()).ToUnixTimeSeconds(),
            ["pem"] = certificate.ExportCertificatePem(),
            ["public-key-bits"] = 256,
            ["public-key-type"] = "id-ecPublicKey",
            ["san"] = new JsonArray("localhost", state.NodeName),
        });
    }

    private ApiReply SetTimeZone(ApiCall call)
    {
        string zone = call.Required("timezone");
        if (!NodeTimeZone.IsKnown(zone))
        {
            throw ApiFault.Parameter("timezone", "No such timezone.");
        }

        NodeTimeZone.Set(state.Clock, call);
        return ApiReply.Nothing;
    }

    private static Regex SizePattern => field ??= new("^([0-9.]+)([KMGT]?i?B)$");
}
