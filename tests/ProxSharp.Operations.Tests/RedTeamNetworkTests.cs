using ProxSharp.Api;
using ProxSharp.Operations.Plans;
using ProxSharp.Pve;

namespace ProxSharp.Operations.Tests;

/// <summary>Protected guests that are reached through networks, the firewall and mapped devices.</summary>
public sealed class RedTeamNetworkTests
{
    private const string Most = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive","privileged"]}],"protect":{"tags":["prod"]},
         "limits":{"targetsPerPlan":20},"approval":{"destructive":"none","disruptive":"none","privileged":"none"}}
        """;

    [Theory]
    [InlineData("DELETE", "/cluster/sdn/vnets/blue", "")]
    [InlineData("PUT", "/cluster/sdn/vnets/blue", "alias=x")]
    [InlineData("POST", "/cluster/sdn/vnets/blue/subnets", "subnet=10.7.0.0/24 type=subnet")]
    [InlineData("PUT", "/cluster/sdn/vnets/blue/firewall/options", "enable=1")]
    [InlineData("POST", "/cluster/sdn/vnets/blue/firewall/rules", "type=forward action=DROP")]
    [InlineData("PUT", "/cluster/sdn/zones/lab", "mtu=1400")]
    [InlineData("DELETE", "/cluster/sdn/zones/lab", "")]
    [InlineData("PUT", "/cluster/sdn", "")]
    public async Task NetworkOfAProtectedGuest_IsNotChanged(string method, string path, string parameters)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await using PveClient root = cluster.OpenRoot();
        await MakeNetworkAsync(cluster, root);
        await ConnectAsync(root, 106, "blue");
        await ConnectAsync(root, 102, "bluer");
        await root.Raw.PutAsync("/cluster/sdn/vnets/blue", TextPlans.Parameters("alias=pending"));
        Assert.Equal(["guest 106", path], await TextPlans.TargetsAsync(cluster, method, path, parameters));
        await ConnectAsync(root, 102, "blue");
        await TextPlans.IsProtectedAsync(cluster, method, path, parameters, "guest 102");
    }

    [Fact]
    public async Task NetworkOfAnotherGuest_IsChangedAsPlanned_AndBack()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await using PveClient root = cluster.OpenRoot();
        await MakeNetworkAsync(cluster, root);
        await ConnectAsync(root, 106, "blue");
        Plan plan = await TextPlans.PlanAsync(cluster, "PUT", "/cluster/sdn/vnets/blue", "alias=office");
        Assert.Contains("PUT /cluster/sdn/vnets/blue", Assert.Single(plan.Undo).ToString(), StringComparison.Ordinal);
        ApplyResult done = await cluster.Guard.ApplyAsync(plan.Id);
        Assert.True(done.IsComplete, string.Join('\n', done.Steps));
        Plan next = await TextPlans.PlanAsync(cluster, "PUT", "/cluster/sdn/vnets/blue", "alias=lab");
        await ConnectAsync(root, 102, "blue");
        Assert.Equal("protected", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(next.Id)));
    }

    [Theory]
    [InlineData("PUT", "/cluster/sdn/vnets/blue", "alias=x")]
    [InlineData("PUT", "/cluster/sdn/zones/lab", "mtu=1400")]
    [InlineData("POST", "/cluster/sdn/vnets/blue/subnets", "subnet=10.7.0.0/24 type=subnet")]
    [InlineData("POST", "/cluster/sdn/controllers", "controller=evpn1 type=evpn asn=65000 peers=192.0.2.11")]
    [InlineData("PUT", "/nodes/pve1/network/vmbr0", "type=bridge comments=x")]
    public async Task PendingChange_IsAppliedForTheGuestsThatItReachesAlone(string method, string path, string parameters)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await using PveClient root = cluster.OpenRoot();
        await MakeNetworkAsync(cluster, root);
        await ConnectAsync(root, 102, "blue");
        await root.Raw.PostAsync("/cluster/sdn/zones", TextPlans.Parameters("zone=other type=simple"));
        await root.Raw.PostAsync("/cluster/sdn/vnets", TextPlans.Parameters("vnet=red zone=other"));

        // A network that is new reaches nobody, though a protected guest is on another one.
        Assert.Equal(["/cluster/sdn"], await TextPlans.TargetsAsync(cluster, "PUT", "/cluster/sdn", ""));
        ApiParameters change = TextPlans.Parameters(parameters);
        await (method == "PUT" ? root.Raw.PutAsync(path, change) : root.Raw.PostAsync(path, change));
        await TextPlans.IsProtectedAsync(cluster, "PUT", "/cluster/sdn", "", "guest 10");
    }

    [Fact]
    public async Task NodeWhoseInterfacesCannotBeRead_StopsTheApplying()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        cluster.Fail(static request => request.Path.EndsWith("/nodes/pve2/network", StringComparison.Ordinal));
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => TextPlans.PlanAsync(cluster, "PUT", "/cluster/sdn", ""));
        Assert.Contains("/nodes/pve2/network", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NetworkThatIsRemovedAndNotYetApplied_StillStandsForItsGuests()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await using PveClient root = cluster.OpenRoot();
        await MakeNetworkAsync(cluster, root);
        await ConnectAsync(root, 102, "blue");
        await root.Raw.DeleteAsync("/cluster/sdn/vnets/blue");
        await TextPlans.IsProtectedAsync(cluster, "PUT", "/cluster/sdn", "", "guest 102");
        Assert.Equal(["/cluster/sdn/rollback"], await TextPlans.TargetsAsync(cluster, "POST", "/cluster/sdn/rollback", ""));
    }

    [Fact]
    public async Task NetworkThatIsNew_StandsForNobody()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        Assert.Equal(["/cluster/sdn/zones"], await TextPlans.TargetsAsync(cluster, "POST", "/cluster/sdn/zones", "zone=lab type=simple"));
        Assert.Equal(["/cluster/sdn/vnets"], await TextPlans.TargetsAsync(cluster, "POST", "/cluster/sdn/vnets", "zone=lab vnet=blue"));
    }

    [Theory]
    [InlineData("PUT", "/nodes/pve1/network", "")]
    [InlineData("PUT", "/nodes/pve3/network", "")]
    [InlineData("PUT", "/nodes/localhost/network", "")]
    [InlineData("PUT", "/nodes/pve1/network/vmbr0", "type=bridge mtu=1400")]
    [InlineData("DELETE", "/nodes/pve1/network/vmbr0", "")]
    [InlineData("POST", "/nodes/pve1/network", "iface=bond0 type=bond slaves=eth0")]
    [InlineData("POST", "/nodes/pve1/network", "iface=vmbr9 type=bridge bridge_ports=eth0")]
    public async Task BridgeOfAProtectedGuest_IsNotChanged(string method, string path, string parameters)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await TextPlans.IsProtectedAsync(cluster, method, path, parameters, "guest 10");
    }

    [Fact]
    public async Task BridgeOfOthers_StandsForThem_AndForWhatIsBuiltOnIt()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await using PveClient root = cluster.OpenRoot();
        const string bridge = "/nodes/pve1/network/vmbr7";
        Assert.Equal(["/nodes/pve1/network"], await TextPlans.TargetsAsync(cluster, "POST", "/nodes/pve1/network", "iface=vmbr7 type=bridge"));
        Assert.Equal(["/nodes/pve1/network"], await TextPlans.TargetsAsync(cluster, "DELETE", "/nodes/pve1/network", ""));
        Assert.Equal(
            ["/nodes/pve1/network"],
            await TextPlans.TargetsAsync(cluster, "POST", "/nodes/pve1/network", "iface=office type=vlan vlan-raw-device=vmbr0 vlan-id=20"));
        await root.Raw.PostAsync("/nodes/pve1/network", TextPlans.Parameters("iface=vmbr7 type=bridge"));
        await root.Raw.PostAsync("/nodes/pve1/network", TextPlans.Parameters("iface=vmbr8 type=bridge bridge_ports=vmbr7.20"));
        await root.Raw.PostAsync("/cluster/sdn/zones", TextPlans.Parameters("zone=tags type=vlan bridge=vmbr7"));
        await root.Raw.PostAsync("/cluster/sdn/vnets", TextPlans.Parameters("vnet=red zone=tags tag=7"));
        Assert.Equal([bridge], await TextPlans.TargetsAsync(cluster, "DELETE", bridge, ""));
        await ConnectAsync(root, 106, "vmbr7");
        Assert.Equal(["guest 106", bridge], await TextPlans.TargetsAsync(cluster, "DELETE", bridge, ""));
        await ConnectAsync(root, 102, "vmbr8");
        await TextPlans.IsProtectedAsync(cluster, "DELETE", bridge, "", "guest 102");
        await ConnectAsync(root, 102, "red");
        await TextPlans.IsProtectedAsync(cluster, "DELETE", bridge, "", "guest 102");

        // The bridge of the same name on another node is another one.
        await ConnectAsync(root, 102, "vmbr9");
        await root.Raw.PutAsync("/nodes/pve3/qemu/103/config", new ApiParameters { { "net1", "virtio,bridge=vmbr7" } });
        Assert.Equal(["guest 106", bridge], await TextPlans.TargetsAsync(cluster, "DELETE", bridge, ""));
    }

    [Theory]
    [InlineData("/cluster/sdn/vnets", "PUT", "/cluster/sdn", "/cluster/sdn/vnets")]
    [InlineData("/qemu/105/config", "PUT", "/cluster/sdn", "guest 105")]
    [InlineData("/qemu/105/config", "PUT", "/nodes/pve3/network", "guest 105")]
    [InlineData("/qemu/105/firewall/rules", "DELETE", "/cluster/firewall/groups/web", "guest 105")]
    [InlineData("/qemu/105/config", "DELETE", "/cluster/mapping/usb/stick", "guest 105")]
    public async Task WhatCannotBeRead_LeavesNothingToChance(string unread, string method, string path, string named)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await using PveClient root = cluster.OpenRoot();
        await MakeNetworkAsync(cluster, root);
        await root.Raw.PostAsync("/cluster/firewall/groups", TextPlans.Parameters("group=web"));
        await root.Raw.PutAsync("/cluster/sdn/vnets/blue", TextPlans.Parameters("alias=pending"));
        cluster.Fail(request => request.Path.EndsWith(unread, StringComparison.Ordinal));
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => TextPlans.PlanAsync(cluster, method, path, ""));
        Assert.Equal("target", refusal.Reason);
        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PUT", "/cluster/firewall/options", "enable=1")]
    [InlineData("PUT", "/cluster/firewall/options", "policy_in=DROP")]
    [InlineData("PUT", "/nodes/pve3/firewall/options", "enable=0")]
    [InlineData("POST", "/cluster/firewall/rules", "type=forward action=DROP")]
    [InlineData("POST", "/nodes/pve1/firewall/rules", "type=forward action=DROP")]
    [InlineData("POST", "/cluster/firewall/ipset/blacklist", "cidr=10.0.0.0/8")]
    public async Task FirewallOfAllGuests_IsNotChanged(string method, string path, string parameters)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PostAsync("/cluster/firewall/ipset", TextPlans.Parameters("name=blacklist"));
        await TextPlans.IsProtectedAsync(cluster, method, path, parameters, "guest 10");
    }

    [Fact]
    public async Task FirewallOfTheHosts_StandsForNoGuest()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await using PveClient root = cluster.OpenRoot();
        Assert.Equal(["/cluster/firewall/rules"], await TextPlans.TargetsAsync(cluster, "POST", "/cluster/firewall/rules", "type=in action=ACCEPT"));
        await root.Raw.PostAsync("/cluster/firewall/rules", TextPlans.Parameters("type=in action=ACCEPT"));
        Assert.Equal(["/cluster/firewall/rules/0"], await TextPlans.TargetsAsync(cluster, "DELETE", "/cluster/firewall/rules/0", ""));
    }

    [Theory]
    [InlineData("type=group action=web", "POST", "/cluster/firewall/groups/web", "type=in action=DROP")]
    [InlineData("type=group action=web", "DELETE", "/cluster/firewall/groups/web/0", "")]
    [InlineData("type=group action=web", "DELETE", "/cluster/firewall/groups/web", "")]
    [InlineData("type=group action=web", "POST", "/cluster/firewall/groups", "group=www rename=web")]
    [InlineData("type=group action=web", "POST", "/cluster/firewall/ipset/office", "cidr=10.1.0.0/16")]
    [InlineData("type=group action=web", "PUT", "/cluster/firewall/aliases/gate", "cidr=10.2.0.1")]
    [InlineData("type=in action=ACCEPT source=+dc/office", "POST", "/cluster/firewall/ipset/office", "cidr=10.1.0.0/16")]
    [InlineData("type=in action=ACCEPT source=+office", "DELETE", "/cluster/firewall/ipset/office", "force=1")]
    [InlineData("type=out action=DROP dest=+dc/office", "POST", "/cluster/firewall/ipset", "name=rooms rename=office")]
    [InlineData("type=in action=ACCEPT source=+dc/office", "PUT", "/cluster/firewall/aliases/gate", "cidr=10.2.0.1")]
    [InlineData("type=in action=ACCEPT source=dc/gate", "PUT", "/cluster/firewall/aliases/gate", "cidr=10.2.0.1")]
    [InlineData("type=in action=ACCEPT source=gate", "DELETE", "/cluster/firewall/aliases/gate", "")]
    public async Task FirewallThatAProtectedGuestNames_IsNotChanged(string rule, string method, string path, string parameters)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await using PveClient root = cluster.OpenRoot();
        await MakeFirewallAsync(root);
        Assert.Equal([path], await TextPlans.TargetsAsync(cluster, method, path, parameters));
        await root.Raw.PostAsync("/nodes/pve1/qemu/106/firewall/rules", TextPlans.Parameters(rule));
        Assert.Equal(["guest 106", path], await TextPlans.TargetsAsync(cluster, method, path, parameters));
        await root.Raw.PostAsync("/nodes/pve1/qemu/102/firewall/rules", TextPlans.Parameters(rule));
        await TextPlans.IsProtectedAsync(cluster, method, path, parameters, "guest 102");
    }

    [Theory]
    [InlineData("/cluster/firewall/rules", "type=in action=DROP source=+dc/office", "type=forward action=DROP source=+dc/office")]
    [InlineData("/nodes/pve2/firewall/rules", "type=in action=DROP source=dc/gate", "type=forward action=DROP source=+dc/office")]
    [InlineData("/nodes/pve2/firewall/rules", "type=group action=web", "type=group action=through")]
    [InlineData("/cluster/sdn/vnets/blue/firewall/rules", "type=forward action=DROP", "type=forward action=DROP dest=dc/gate")]
    public async Task FirewallThatAForwardingRuleNames_IsForAllGuests(string rules, string other, string rule)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await using PveClient root = cluster.OpenRoot();
        await MakeNetworkAsync(cluster, root);
        await MakeFirewallAsync(root);
        await root.Raw.PostAsync("/cluster/firewall/groups", TextPlans.Parameters("group=through"));
        await root.Raw.PostAsync("/cluster/firewall/groups/through", TextPlans.Parameters("type=forward action=DROP source=+dc/office"));
        await root.Raw.PostAsync(rules, TextPlans.Parameters(other));
        const string alias = "/cluster/firewall/aliases/gate";
        Assert.Equal([alias], await TextPlans.TargetsAsync(cluster, "PUT", alias, "cidr=10.2.0.1"));
        await root.Raw.PostAsync(rules, TextPlans.Parameters(rule));
        await TextPlans.IsProtectedAsync(cluster, "PUT", alias, "cidr=10.2.0.1", "guest 10");
    }

    [Fact]
    public async Task ServerWithoutVirtualNetworks_HasNoneToReadOrToFear()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await using PveClient root = cluster.OpenRoot();
        await MakeFirewallAsync(root);
        await root.Raw.PostAsync("/nodes/pve1/network", TextPlans.Parameters("iface=vmbr7 type=bridge"));
        cluster.Lack(static request => request.Path.Contains("/sdn/", StringComparison.Ordinal));
        Assert.Equal(["/nodes/pve1/network/vmbr7"], await TextPlans.TargetsAsync(cluster, "DELETE", "/nodes/pve1/network/vmbr7", ""));
        Assert.Equal(["/cluster/firewall/aliases/gate"], await TextPlans.TargetsAsync(cluster, "DELETE", "/cluster/firewall/aliases/gate", ""));
    }

    [Fact]
    public async Task AliasInASetOfAProtectedGuest_IsNotChanged()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await using PveClient root = cluster.OpenRoot();
        await MakeFirewallAsync(root);
        await root.Raw.PostAsync("/nodes/pve1/qemu/102/firewall/ipset", TextPlans.Parameters("name=mine"));
        Assert.Equal(["/cluster/firewall/aliases/gate"], await TextPlans.TargetsAsync(cluster, "DELETE", "/cluster/firewall/aliases/gate", ""));
        await root.Raw.PostAsync("/nodes/pve1/qemu/102/firewall/ipset/mine", TextPlans.Parameters("cidr=dc/gate"));
        await TextPlans.IsProtectedAsync(cluster, "DELETE", "/cluster/firewall/aliases/gate", "", "guest 102");
    }

    [Fact]
    public async Task UndoOfAGroup_IsNotMadeOfTheGuestThatUsesIt()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PostAsync("/cluster/firewall/groups", TextPlans.Parameters("group=web comment=doors"));
        await root.Raw.PostAsync("/nodes/pve1/qemu/106/firewall/rules", TextPlans.Parameters("type=group action=web"));
        Plan plan = await TextPlans.PlanAsync(cluster, "DELETE", "/cluster/firewall/groups/web", "");
        Assert.Contains("guest 106", plan.Targets.Select(static target => target.Key));
        Assert.Equal("POST /cluster/firewall/groups group=web comment=doors", Assert.Single(plan.Undo).ToString());
    }

    [Theory]
    [InlineData("usb", "stick", "usb2", "mapping=stick", "mapping=sticky")]
    [InlineData("pci", "gpu", "hostpci0", "mapping=gpu,pcie=1", "mapping=gpu2")]
    [InlineData("dir", "share", "virtiofs0", "dirid=share,cache=auto", "dirid=shared")]
    [InlineData("dir", "share", "virtiofs0", "share", "shares")]
    public async Task DeviceOfAProtectedGuest_IsNotChanged(string kind, string id, string key, string value, string other)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await using PveClient root = cluster.OpenRoot();
        string map = kind switch
        {
            "usb" => "node=pve1,id=0951:1666,path=1-1",
            "pci" => "node=pve1,path=0000:01:00.0,id=10de:1eb8,iommugroup=14,subsystem-id=10de:12a2",
            _ => "node=pve1,path=/srv",
        };
        await root.Raw.PostAsync($"/cluster/mapping/{kind}", new ApiParameters { { "id", id }, { "map", map } });
        string path = $"/cluster/mapping/{kind}/{id}";
        await root.Raw.PutAsync("/nodes/pve1/qemu/106/config", new ApiParameters { { key, value } });
        await root.Raw.PutAsync("/nodes/pve1/qemu/102/config", new ApiParameters { { key, other } });
        Assert.Equal(["guest 106", path], await TextPlans.TargetsAsync(cluster, "DELETE", path, ""));
        await root.Raw.PutAsync("/nodes/pve1/qemu/102/config", new ApiParameters { { key, value } });
        await TextPlans.IsProtectedAsync(cluster, "DELETE", path, "", "guest 102");
        await TextPlans.IsProtectedAsync(cluster, "PUT", path, $"map={map}", "guest 102");
    }

    private static Task ConnectAsync(PveClient root, int vmid, string bridge) =>
        root.Raw.PutAsync($"/nodes/pve1/qemu/{vmid}/config", new ApiParameters { { "net1", $"virtio,bridge={bridge},firewall=1" } });

    private static async Task MakeNetworkAsync(GuardedCluster cluster, PveClient root)
    {
        await root.Raw.PostAsync("/cluster/sdn/zones", TextPlans.Parameters("zone=lab type=simple"));
        await root.Raw.PostAsync("/cluster/sdn/vnets", TextPlans.Parameters("vnet=blue zone=lab"));
        await cluster.DoneAsync(await root.Raw.PutAsync("/cluster/sdn"));
    }

    /// <summary>A group with a rule for a set, in which is an alias.</summary>
    private static async Task MakeFirewallAsync(PveClient root)
    {
        await root.Raw.PostAsync("/cluster/firewall/aliases", TextPlans.Parameters("name=gate cidr=10.2.0.9"));
        await root.Raw.PostAsync("/cluster/firewall/ipset", TextPlans.Parameters("name=office"));
        await root.Raw.PostAsync("/cluster/firewall/ipset/office", TextPlans.Parameters("cidr=dc/gate"));
        await root.Raw.PostAsync("/cluster/firewall/groups", TextPlans.Parameters("group=web"));
        await root.Raw.PostAsync("/cluster/firewall/groups/web", TextPlans.Parameters("type=in action=ACCEPT source=+dc/office"));
    }
}
