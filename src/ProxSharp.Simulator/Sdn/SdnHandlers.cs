using System.Globalization;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Nodes;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Sdn;

/// <summary>Applies, takes back, locks and previews the configuration of software-defined networks, and gives addresses away.</summary>
internal sealed class SdnHandlers(PveState state, SdnConfig config, AddressBook addresses)
{
    private const string Root = SdnConfig.Root;

    public void Register(HandlerTable table)
    {
        table.Put(Root, Apply);
        table.Post($"{Root}/rollback", Rollback);
        table.Post($"{Root}/lock", Lock);
        table.Delete($"{Root}/lock", Unlock);
        table.Get($"{Root}/dry-run", DryRun);
        table.Get($"{Root}/ipams/{{ipam}}/status", Addresses);
        table.Post($"{Root}/vnets/{{vnet}}/ips", call => Address(call, addresses.Add));
        table.Put($"{Root}/vnets/{{vnet}}/ips", call => Address(call, addresses.Change));
        table.Delete($"{Root}/vnets/{{vnet}}/ips", call => Address(call, (zone, network, ip, _, _) => addresses.Remove(zone, network, ip)));
    }

    private ApiReply Apply(ApiCall call)
    {
        config.DemandLock(call, "could not apply SDN configuration");
        config.Apply();
        ReleaseLock(call);
        string owner = call.Caller.AuthId;
        return ApiReply.Of(state.Tasks.Start(new TaskRequest(state.LocalNode, "reloadnetworkall", "", owner)
        {
            Effort = 2,
            Lines = [.. state.Nodes.Keys.Select(static node => $"{node}: reloading network config")],
            Work = task =>
            {
                foreach (string node in state.Nodes.Keys.Where(node => state.Faults?.IsDead(node) != true))
                {
                    state.Tasks.Start(new TaskRequest(node, "srvreload", "networking", owner) { StartsAt = task.DueAt });
                }

                foreach (string node in state.Nodes.Keys.Where(node => state.Faults?.IsDead(node) == true))
                {
                    task.Warn($"{node}: error reloading network config, node is offline");
                }
            },
        }).Upid);
    }

    private void ReleaseLock(ApiCall call)
    {
        if (call.Has("lock-token") && call.Flag("release-lock") != false)
        {
            config.LockToken = null;
        }
    }

    private ApiReply Rollback(ApiCall call)
    {
        config.DemandLock(call, "could not rollback SDN configuration");
        config.Rollback();
        ReleaseLock(call);
        return ApiReply.Nothing;
    }

    private ApiReply Lock(ApiCall call)
    {
        const string Failure = "could not acquire lock for SDN config";
        if (config.LockToken is not null)
        {
            throw ApiFault.Failed($"{Failure}: configuration is already locked");
        }

        if (config.HasPending && !call.IsSet("allow-pending"))
        {
            throw ApiFault.Failed($"{Failure}: configuration has pending changes at /usr/share/perl5/PVE/Network/SDN.pm line 262.");
        }

        config.LockToken = state.NewUuid();
        return ApiReply.Of(config.LockToken);
    }

    private ApiReply Unlock(ApiCall call)
    {
        if (!call.IsSet("force"))
        {
            config.DemandLock(call, "could not release lock for SDN config");
        }

        config.LockToken = null;
        return ApiReply.Nothing;
    }

    private ApiReply DryRun(ApiCall call)
    {
        string node = call.Required("node");
        int version = config.Version;
        string interfaces = version == 0 ? "" : SdnFiles.Interfaces(node, version, config.Running);
        string wanted = config.HasPending ? SdnFiles.Interfaces(node, version + 1, config.Wanted) : interfaces;
        return ApiReply.Of(new JsonObject
        {
            ["frr-diff"] = Difference("/etc/frr/frr.conf", SdnFiles.Routing(node, config.Running), SdnFiles.Routing(node, config.Wanted)),
            ["interfaces-diff"] = Difference("/etc/network/interfaces.d/sdn", interfaces, wanted),
        });
    }

    private string Difference(string file, string before, string after)
    {
        if (before == after)
        {
            return "";
        }

        // A file that is not there looks as old as time.
        string old = before.Length == 0 ? "1970-01-01 00:00:00.000000000 +0000" : Stamp(config.AppliedAt ?? state.Now);
        return $"--- {file}\t{old}\n+++ /proc/{Environment.ProcessId}/fd/11\t{Stamp(state.Now)}\n{UnifiedDiff.Hunks(before, after)}";
    }

    private static string Stamp(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fffffff00 +0000", CultureInfo.InvariantCulture);

    private ApiReply Addresses(ApiCall call)
    {
        string service = call.PathValues["ipam"];
        JsonObject? item = config.Wanted(SdnKind.Ipam.List).GetValueOrDefault(service);
        if (item is null && service != "pve")
        {
            throw ApiFault.Failed($"sdn '{service}' does not exist");
        }

        return item?["type"] is { } type && ApiCall.TextOf(type) != "pve"
            ? throw ApiFault.Failed("Currently only PVE IPAM is supported! at /usr/share/perl5/PVE/API2/Network/SDN/Ipams.pm line 270.")
            : ApiReply.Of(addresses.Show(service));
    }

    private static ApiReply Address(ApiCall call, Action<string, string, string, string?, long?> act)
    {
        act(call.Required("zone"), call.PathValues["vnet"], call.Required("ip"), call.Text("mac"), call.Integer("vmid"));
        return ApiReply.Nothing;
    }
}
