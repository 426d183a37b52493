using System.Text.Json.Nodes;

namespace ProxSharp.Simulator.Tests;

/// <summary>Software-defined networks.</summary>
public sealed class SdnTests : SimulatedCluster
{
    private const string Root = "/cluster/sdn";

    [Fact]
    public async Task Network_OfEachKind_NeedsWhatItsZoneNeeds()
    {
        await ZoneAsync("simp", "simple");
        Assert.Equal((500, "missing value for required option 'bridge'"), Answer(await Client.PostAsync($"{Root}/zones", ("zone", "vlan1"), ("type", "vlan"))));
        await ZoneAsync("vlan1", "vlan", ("bridge", "vmbr0"));
        Assert.Equal("missing vlan tag", (await Client.PostAsync($"{Root}/vnets", ("vnet", "net1"), ("zone", "vlan1"))).Error("tag"));
        Assert.Equal("vlan tag is not allowed on simple zone", (await Client.PostAsync($"{Root}/vnets", ("vnet", "net1"), ("zone", "simp"), ("tag", "5"))).Error("tag"));
        Assert.Equal(200, (await Client.PostAsync($"{Root}/vnets", ("vnet", "net1"), ("zone", "vlan1"), ("tag", "5"))).Status);
        Assert.Equal("tag 5 already exist in vnet net1", (await Client.PostAsync($"{Root}/vnets", ("vnet", "net2"), ("zone", "vlan1"), ("tag", "5"))).Error("tag"));
        Assert.Equal((500, "create sdn vnet object failed: sdn vnet object ID 'net1' already defined"), Answer(await Client.PostAsync($"{Root}/vnets", ("vnet", "net1"), ("zone", "vlan1"), ("tag", "6"))));
        Assert.Equal((500, "create sdn vnet object failed: zone nope does not exist"), Answer(await Client.PostAsync($"{Root}/vnets", ("vnet", "net3"), ("zone", "nope"))));
        Assert.Equal((500, "sdn vnet 'net9' does not exist"), Answer(await Client.GetAsync($"{Root}/vnets/net9")));
    }

    [Fact]
    public async Task Pending_OfNewChangedAndDeleted_ShowsStateAndDifferences()
    {
        await ZoneAsync("simp", "simple", ("mtu", "1400"));
        JsonNode zone = (await DataAsync($"{Root}/zones/simp?pending=1"));
        Assert.Equal("""{"type":"simple","zone":"simp","state":"new","pending":{"mtu":1400},"digest":null}""", Sorted(zone, "type", "zone", "state", "pending", "digest"));
        await ApplyAsync();
        Assert.Equal(200, (await Client.PutAsync($"{Root}/zones/simp", ("delete", "mtu"), ("nodes", "pve1"))).Status);
        Assert.Equal("""{"nodes":"pve1","mtu":"deleted"}""", Sorted((await DataAsync($"{Root}/zones/simp?pending=1"))["pending"]!, "nodes", "mtu"));
        Assert.Equal(1400, (await DataAsync($"{Root}/zones/simp?running=1"))["mtu"]!.GetValue<int>());
        Assert.Equal(200, (await Client.DeleteAsync($"{Root}/zones/simp")).Status);
        Assert.Equal("deleted", (await DataAsync($"{Root}/zones?pending=1"))[0]!["state"]!.GetValue<string>());
        Assert.Equal((500, "sdn 'simp' does not exist"), Answer(await Client.GetAsync($"{Root}/zones/simp")));
    }

    [Fact]
    public async Task Lock_KeepsOthersFromChanging()
    {
        string token = (await Client.PostAsync($"{Root}/lock")).Data!.GetValue<string>();
        Assert.Equal(500, (await Client.PostAsync($"{Root}/lock")).Status);
        Assert.Equal(500, (await Client.PostAsync($"{Root}/zones", ("zone", "z1"), ("type", "simple"))).Status);
        Assert.Equal(500, (await Client.PostAsync($"{Root}/zones", ("zone", "z1"), ("type", "simple"), ("lock-token", "wrong"))).Status);
        Assert.Equal(200, (await Client.PostAsync($"{Root}/zones", ("zone", "z1"), ("type", "simple"), ("lock-token", token))).Status);
        Assert.False((await DataAsync($"{Root}/zones/z1")).AsObject().ContainsKey("lock-token"));
        Assert.Equal(500, (await Client.PutAsync(Root)).Status);
        Assert.Equal("OK", (await RunAsync(Client.PutAsync(Root, ("lock-token", token)))).Exit);
        await ZoneAsync("z2", "simple");
        Assert.StartsWith("could not acquire lock for SDN config: configuration has pending changes", (await Client.PostAsync($"{Root}/lock")).Reason, StringComparison.Ordinal);
        string second = (await Client.PostAsync($"{Root}/lock", ("allow-pending", "1"))).Data!.GetValue<string>();
        Assert.Equal(200, (await Client.PostAsync($"{Root}/rollback", ("lock-token", second), ("release-lock", "0"))).Status);
        Assert.Single((await DataAsync($"{Root}/zones")).AsArray());
        Assert.Equal(500, (await Client.DeleteAsync($"{Root}/lock")).Status);
        Assert.Equal(200, (await Client.DeleteAsync($"{Root}/lock?force=1")).Status);
        await ZoneAsync("z3", "simple");
    }

    [Fact]
    public async Task Apply_ReloadsEveryNodeAndDryRunTellsWhatWillChange()
    {
        await ZoneAsync("simp", "simple", ("ipam", "pve"));
        await NetworkAsync("net1", "simp");
        string difference = (await DataAsync($"{Root}/dry-run?node=pve1"))["interfaces-diff"]!.GetValue<string>();
        Assert.StartsWith("--- /etc/network/interfaces.d/sdn\t1970-01-01 00:00:00.000000000 +0000\n+++ /proc/", difference, StringComparison.Ordinal);
        Assert.Contains("+auto net1\n+iface net1\n", difference, StringComparison.Ordinal);
        Assert.Equal("pending", (await DataAsync("/nodes/pve2/sdn/zones"))[0]!["status"]!.GetValue<string>());

        (string exit, string[] log) = await RunAsync(Client.PutAsync(Root));

        Assert.Equal(("OK", "pve3: reloading network config"), (exit, log[2]));
        Assert.Equal("", (await DataAsync($"{Root}/dry-run?node=pve1"))["interfaces-diff"]!.GetValue<string>());
        Assert.Equal("available", (await DataAsync("/nodes/pve2/sdn/zones"))[0]!["status"]!.GetValue<string>());
        Assert.Equal("networking", (await DataAsync("/nodes/pve2/tasks?typefilter=srvreload"))[0]!["id"]!.GetValue<string>());
        Assert.Equal("""[{"vnet":"net1","status":"available"}]""", (await DataAsync("/nodes/pve1/sdn/zones/simp/content")).ToJsonString());
        Assert.Equal("net1", (await DataAsync("/nodes/pve1/sdn/zones/simp/bridges"))[0]!["name"]!.GetValue<string>());
        Assert.Equal(100, (await DataAsync("/nodes/pve1/sdn/zones/localnetwork/bridges"))[0]!["ports"]![0]!["vmid"]!.GetValue<int>());
        Assert.Equal(400, (await Client.GetAsync("/nodes/pve1/sdn/zones/nope/content")).Status);
    }

    [Fact]
    public async Task Subnet_IsNamedByZoneAndNetworkAndHoldsAddresses()
    {
        await ZoneAsync("simp", "simple", ("ipam", "pve"));
        await NetworkAsync("net1", "simp");
        (string, string) address = ("ip", "10.77.0.50");
        Assert.StartsWith("can't find any subnet for ip 10.77.0.50", (await Client.PostAsync($"{Root}/vnets/net1/ips", ("zone", "simp"), address)).Reason, StringComparison.Ordinal);
        Assert.Equal(400, (await Client.PostAsync($"{Root}/vnets/net1/subnets", ("subnet", "10.77.0.0/24"), ("type", "subnet"), ("gateway", "10.78.0.1"))).Status);
        Assert.Equal(200, (await Client.PostAsync($"{Root}/vnets/net1/subnets", ("subnet", "10.77.0.0/24"), ("type", "subnet"), ("gateway", "10.77.0.1"), ("dhcp-range", "start-address=10.77.0.30,end-address=10.77.0.40"))).Status);
        JsonNode subnet = (await DataAsync($"{Root}/vnets/net1/subnets"))[0]!;
        Assert.Equal(("simp-10.77.0.0-24", "10.77.0.0/24", "24", "10.77.0.30"), (subnet["id"]!.GetValue<string>(), subnet["cidr"]!.GetValue<string>(), subnet["mask"]!.GetValue<string>(), subnet["dhcp-range"]![0]!["start-address"]!.GetValue<string>()));
        Assert.Equal(200, (await Client.PostAsync($"{Root}/vnets/net1/ips", ("zone", "simp"), address, ("mac", "BC:24:11:00:00:50"))).Status);
        Assert.Equal((500, "IP '10.77.0.50' already exist"), Answer(await Client.PostAsync($"{Root}/vnets/net1/ips", ("zone", "simp"), address)));
        Assert.Equal(
            """[{"zone":"simp","vnet":"net1","subnet":"10.77.0.0/24","ip":"10.77.0.50","mac":"BC:24:11:00:00:50"},{"zone":"simp","vnet":"net1","subnet":"10.77.0.0/24","ip":"10.77.0.1","gateway":1}]""",
            (await DataAsync($"{Root}/ipams/pve/status")).ToJsonString());
        Assert.Equal((500, "delete sdn subnet object failed: cannot delete subnet '10.77.0.0/24', not empty"), Answer(await Client.DeleteAsync($"{Root}/vnets/net1/subnets/simp-10.77.0.0-24")));
        Assert.Equal(200, (await Client.DeleteAsync($"{Root}/vnets/net1/ips?zone=simp&ip=10.77.0.50")).Status);
        Assert.Equal(200, (await Client.DeleteAsync($"{Root}/vnets/net1/subnets/simp-10.77.0.0-24")).Status);
    }

    [Fact]
    public async Task Services_StandUntilAZoneNeedsThem()
    {
        Assert.Equal(200, (await Client.PostAsync($"{Root}/controllers", ("controller", "evpn1"), ("type", "evpn"), ("asn", "65000"), ("peers", "10.0.0.1"))).Status);
        await ZoneAsync("ev", "evpn", ("controller", "evpn1"), ("vrf-vxlan", "1000"));
        Assert.Equal((500, "delete sdn controller object failed: controller evpn1 is used by ev"), Answer(await Client.DeleteAsync($"{Root}/controllers/evpn1")));
        Assert.Equal("pve", (await DataAsync($"{Root}/ipams"))[0]!["ipam"]!.GetValue<string>());
        Assert.Equal(200, (await Client.PostAsync($"{Root}/ipams", ("ipam", "nb"), ("type", "netbox"), ("url", "http://127.0.0.1/api"), ("token", "t"))).Status);
        Assert.StartsWith("Currently only PVE IPAM is supported!", (await Client.GetAsync($"{Root}/ipams/nb/status")).Reason, StringComparison.Ordinal);
        Assert.Contains("router bgp 65000", (await DataAsync($"{Root}/dry-run?node=pve1"))["frr-diff"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Empty((await DataAsync("/nodes/pve1/sdn/zones/ev/ip-vrf")).AsArray());
    }

    [Fact]
    public async Task Fabrics_HoldNodesAndWaitLikeTheRest()
    {
        Assert.Equal((500, "fabric 'fab' does not exist in configuration"), Answer(await Client.GetAsync($"{Root}/fabrics/fabric/fab")));
        Assert.Equal(200, (await Client.PostAsync($"{Root}/fabrics/fabric", ("id", "fab"), ("protocol", "ospf"), ("ip_prefix", "10.9.0.0/24"), ("area", "0"))).Status);
        Assert.Equal(200, (await Client.PostAsync($"{Root}/fabrics/node/fab", ("node_id", "pve1"), ("protocol", "ospf"), ("ip", "10.9.0.1"))).Status);
        JsonNode all = await DataAsync($"{Root}/fabrics/all");
        Assert.Equal(("fab", "pve1"), (all["fabrics"]![0]!["id"]!.GetValue<string>(), all["nodes"]![0]!["node_id"]!.GetValue<string>()));
        Assert.Empty((await DataAsync($"{Root}/fabrics/fabric?running=1")).AsArray());
        await ApplyAsync();
        Assert.Single((await DataAsync($"{Root}/fabrics/node?running=1")).AsArray());
        Assert.Equal(200, (await Client.DeleteAsync($"{Root}/fabrics/fabric/fab")).Status);
        Assert.Empty((await DataAsync($"{Root}/fabrics/node")).AsArray());
    }

    [Fact]
    public async Task RoutePolicies_KeepTheirEntriesInOrder()
    {
        Assert.Equal(200, (await Client.PostAsync($"{Root}/prefix-lists", ("id", "pl1"))).Status);
        Assert.Equal(200, (await Client.PostAsync($"{Root}/prefix-lists/pl1/entries", ("action", "permit"), ("prefix", "10.0.0.0/8"), ("le", "24"))).Status);
        Assert.Equal(200, (await Client.PostAsync($"{Root}/prefix-lists/pl1/entries", ("action", "deny"), ("prefix", "10.1.0.0/16"), ("seq", "2"))).Status);
        Assert.Equal([2, 5], (await DataAsync($"{Root}/prefix-lists/pl1"))["entries"]!.AsArray().Select(static entry => entry!["seq"]!.GetValue<int>()));
        Assert.Equal(200, (await Client.DeleteAsync($"{Root}/prefix-lists/pl1/entries/2")).Status);
        Assert.Equal(500, (await Client.GetAsync($"{Root}/prefix-lists/pl1/entries/2")).Status);
        Assert.Equal(200, (await Client.PostAsync($"{Root}/route-maps/entries", ("route-map-id", "rm1"), ("action", "permit"), ("order", "10"))).Status);
        Assert.Equal("rm1", (await DataAsync($"{Root}/route-maps"))[0]!["id"]!.GetValue<string>());
        Assert.Equal(200, (await Client.PutAsync($"{Root}/route-maps/entries/rm1/entry/10", ("action", "deny"))).Status);
        Assert.Equal("deny", (await DataAsync($"{Root}/route-maps/entries/rm1/entry/10"))["action"]!.GetValue<string>());
        Assert.Empty((await DataAsync($"{Root}/route-maps?running=1")).AsArray());
    }

    [Fact]
    public async Task FirewallOfANetwork_IsThereOnceTheNetworkIsInForce()
    {
        await ZoneAsync("simp", "simple");
        await NetworkAsync("net1", "simp");
        (string, string)[] rule = [("type", "forward"), ("action", "ACCEPT")];
        Assert.StartsWith("invalid vnet specified", (await Client.PostAsync($"{Root}/vnets/net1/firewall/rules", rule)).Reason, StringComparison.Ordinal);
        await ApplyAsync();
        Assert.Equal(200, (await Client.PostAsync($"{Root}/vnets/net1/firewall/rules", rule)).Status);
        Assert.Single((await DataAsync($"{Root}/vnets/net1/firewall/rules")).AsArray());
    }

    private static string Sorted(JsonNode node, params string[] names)
    {
        JsonObject sorted = [];
        foreach (string name in names)
        {
            sorted[name] = node[name]?.DeepClone();
        }

        Assert.Equal(names.Order(StringComparer.Ordinal), node.AsObject().Select(static member => member.Key).Order(StringComparer.Ordinal));
        return sorted.ToJsonString();
    }

    private async Task ZoneAsync(string zone, string type, params (string, string)[] options)
    {
        TestReply reply = await Client.PostAsync($"{Root}/zones", [("zone", zone), ("type", type), .. options]);
        Assert.True(reply.Status == 200, reply.Text);
    }

    private async Task NetworkAsync(string network, string zone) => Assert.Equal(200, (await Client.PostAsync($"{Root}/vnets", ("vnet", network), ("zone", zone))).Status);

    private async Task ApplyAsync() => Assert.Equal("OK", (await RunAsync(Client.PutAsync(Root))).Exit);
}
