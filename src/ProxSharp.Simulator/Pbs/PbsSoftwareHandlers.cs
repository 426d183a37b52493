using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Pbs.Storage;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Pbs;

/// <summary>The packages of a backup server, and the report about it.</summary>
internal sealed class PbsSoftwareHandlers(PbsState state)
{
    private const string Server = "proxmox-backup-server";

    // In the order of the server; those without a version have the server's own.
    private static readonly KnownPackage[] s_packages =
    [
        new("proxmox-backup", null), new(Server, null), new("ifupdown2", "3.3.0-1+pmx11"), new("libjs-extjs", "7.0.0-5"), new("proxmox-backup-docs", null), new("proxmox-backup-client", null),
        new("proxmox-mail-forward", "1.0.2"), new("proxmox-mini-journalreader", "1.6"), new("proxmox-offline-mirror-helper", "0.7.3"), new("proxmox-widget-toolkit", "5.1.2"),
        new("pve-xtermjs", "5.5.0-3"), new("smartmontools", "7.4-pve1"), new("zfsutils-linux", "2.3.4-pve1"),
    ];

    // What is known to be newer once the lists were read.
    private static readonly Update[] s_updates =
    [
        new("base-files", "13.8", "13.8+deb13u1", "admin", "base system files"),
        new("libssl3t64", "3.5.1-1", "3.5.1-1+deb13u1", "libs", "Secure Sockets Layer toolkit - shared libraries"),
        new("openssh-client", "1:10.0p1-7", "1:10.0p1-7+deb13u1", "net", "secure shell client"),
    ];

    private JsonObject Settings => state.Collections.Settings("/nodes/localhost/apt");

    public void Register(HandlerTable table)
    {
        table.Get("/nodes/{node}/apt/versions", _ => ApiReply.List(s_packages.Select(Installed)));
        table.Get("/nodes/{node}/apt/update", _ => ApiReply.List(Settings["refreshed"] is null ? [] : s_updates.Select(static update =>
            (JsonNode)Package(update.Name, update.Old, update.New, "Debian", update.Section, update.Title))));
        table.Post("/nodes/{node}/apt/update", Refresh);
        table.Get("/nodes/{node}/report", _ => ApiReply.Of(JsonValue.Create(Report())));
    }

    private static JsonObject Package(string name, string old, string version, string origin, string section, string title) => new()
    {
        ["Arch"] = "amd64",
        ["Description"] = title,
        ["OldVersion"] = old,
        ["Origin"] = origin,
        ["Package"] = name,
        ["Priority"] = "optional",
        ["Section"] = section,
        ["Title"] = title,
        ["Version"] = version,
    };

    private string VersionOf(string? version) => version ?? state.Version.ToString();

    private JsonNode Installed(KnownPackage package)
    {
        JsonObject described = Package(package.Name, VersionOf(package.Version), VersionOf(package.Version), "Proxmox", "admin", $"The package {package.Name}");
        string? extra = package.Name switch { "proxmox-backup" => $"running kernel: {PbsViewHandlers.Kernel}", Server => $"running version: {state.Version}", _ => null };
        if (extra is not null)
        {
            described["ExtraInfo"] = extra;
        }

        return described;
    }

    private ApiReply Refresh(ApiCall call) => ApiReply.Of(state.Tasks.Start(new TaskRequest(state.NodeName, "aptupdate", "", call.Caller.AuthId)
    {
        Lines = ["starting apt-get update", "Hit:1 http://deb.debian.org/debian trixie InRelease", "Reading package lists..."],
        Work = task => Settings["refreshed"] = task.DueAt.ToUnixTimeSeconds(),
    }).Upid);

    private string Report()
    {
        StringBuilder text = new();
        void Section(string title, IEnumerable<string> lines) => text.Append(CultureInfo.InvariantCulture, $"==== {title} ====\n{string.Join('\n', lines)}\n\n");
        Section("system", [$"host: {state.NodeName}", $"time: {state.Now.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC ({NodeTimeZone.NameIn(state.Clock)})", $"kernel: {PbsViewHandlers.Kernel}"]);
        Section("packages", s_packages.Select(package => $"{package.Name}: {VersionOf(package.Version)}"));
        Section("datastores", state.Datastores.Values.Select(static (Datastore store) => $"{store.Name}: {store.BasePath}, {store.Used} of {store.Capacity} bytes"));
        Section("disks", state.Disks.Disks.Select(static disk => $"{disk.Path}: {disk.Size} bytes, {disk.Use ?? "unused"}"));
        return text.ToString();
    }

    private sealed record KnownPackage(string Name, string? Version);

    private sealed record Update(string Name, string Old, string New, string Section, string Title);
}
