using System.Globalization;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Nodes;

/// <summary>The packages of a node: what is installed, what could be upgraded, what changed.</summary>
internal sealed class AptHandlers(PveState state)
{
    private const string Root = "/nodes/{node}/apt";

    public void Register(HandlerTable table)
    {
        table.Get($"{Root}/update", call => ApiReply.List(Packages(call)
            .Where(static package => package.Installed is not null && package.Installed != package.Candidate)
            .Select(static package => Describe(package))));
        table.Post($"{Root}/update", Refresh);
        table.Get($"{Root}/versions", Versions);
        table.Get($"{Root}/changelog", Changelog);
    }

    private JsonObject Settings(ApiCall call) => state.Collections.Settings($"/nodes/{call.PathValues["node"]}/apt");

    /// <summary>All packages; newer versions that nobody looked for are not known yet.</summary>
    private IEnumerable<AptPackage> Packages(ApiCall call)
    {
        bool isFresh = Settings(call)["refreshed"] is not null;
        return AptPackage.Own.Concat(AptPackage.Others)
            .Select(package => package.IsNews && !isFresh ? package with { Candidate = package.Installed ?? package.Candidate } : package);
    }

    private static JsonObject Describe(AptPackage package)
    {
        JsonObject described = new()
        {
            ["Package"] = package.Name,
            ["Title"] = package.Title,
            ["Description"] = package.Title,
            ["Section"] = package.Section,
            ["Priority"] = "optional",
            ["Origin"] = package.Origin,
            ["Arch"] = package.Section == "perl" ? "all" : "amd64",
            ["Version"] = package.Candidate,
        };
        if (package.Installed is { } installed)
        {
            described["OldVersion"] = installed;
        }

        return described;
    }

    private ApiReply Refresh(ApiCall call)
    {
        string node = call.PathValues["node"];
        JsonObject settings = Settings(call);
        return ApiReply.Of(state.Tasks.Start(new TaskRequest(node, "aptupdate", "", call.Caller.AuthId)
        {
            Lines =
            [
                "starting apt-get update", "Hit:1 http://deb.debian.org/debian trixie InRelease",
                "Hit:2 http://deb.debian.org/debian-security trixie-security InRelease",
                "Get:3 http://download.proxmox.com/debian/pve trixie InRelease [2,771 B]",
            ],
            Work = task =>
            {
                if (!state.HasInternet)
                {
                    task.Write("Err:1 http://deb.debian.org/debian trixie InRelease");
                    task.Write("  Temporary failure resolving 'deb.debian.org'");
                    throw ApiFault.Failed("command 'apt-get update' failed: exit code 100");
                }

                task.Write("Reading package lists...");
                settings["refreshed"] = task.DueAt.ToUnixTimeSeconds();
            },
        }).Upid);
    }

    private ApiReply Versions(ApiCall call)
    {
        JsonArray list = [];
        foreach (AptPackage package in Packages(call).Where(static package => AptPackage.Own.Any(own => own.Name == package.Name)))
        {
            JsonObject described = Describe(package);
            described["CurrentState"] = package.Installed is null ? "NotInstalled" : "Installed";
            if (package.Name == "proxmox-ve")
            {
                described["RunningKernel"] = "6.17.2-1-pve";
            }
            else if (package.Name == "pve-manager")
            {
                described["ManagerVersion"] = ClusterHandlers.Version;
            }

            list.Add((JsonNode)described);
        }

        return ApiReply.Of(list);
    }

    private ApiReply Changelog(ApiCall call)
    {
        string name = call.Required("name");
        AptPackage package = Packages(call).FirstOrDefault(package => package.Name == name)
            ?? throw ApiFault.Failed($"command 'apt-get changelog -qq -- {name}' failed: {(state.HasInternet ? "exit code 100" : "got timeout")}");
        string version = call.Text("version") ?? package.Candidate;
        string stamp = state.Now.UtcDateTime.ToString("ddd, dd MMM yyyy HH:mm:ss", CultureInfo.InvariantCulture);
        return ApiReply.Of($"{name} ({version}) trixie; urgency=medium\n\n  * simulated change\n\n -- Simulator <simulator@example.test>  {stamp} +0000\n");
    }
}
