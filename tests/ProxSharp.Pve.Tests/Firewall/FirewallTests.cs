using ProxSharp.Authentication;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Firewall;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Testing;

namespace ProxSharp.Pve.Tests.Firewall;

/// <summary>Firewalls of every scope against the simulator, and what goes over the wire.</summary>
public sealed class FirewallTests(PveCluster cluster) : IClassFixture<PveCluster>, IAsyncDisposable
{
    private static readonly FirewallRule s_ssh = new() { Type = FirewallRuleType.In, Action = "ACCEPT", Protocol = "tcp", DestinationPort = "22", Comment = "ssh", LogLevel = FirewallLogLevel.Nolog };
    private static readonly FirewallRule s_dns = new() { Type = FirewallRuleType.Out, Action = "DROP", Macro = "DNS", IsEnabled = false };
    private static readonly FirewallRule s_web = new() { Type = FirewallRuleType.In, Action = "ACCEPT", Macro = "Web", Source = "10.0.0.0/8" };

    // The token of the simulated cluster administers guests only.
    private readonly PveClient _pve = new(cluster.Options with { Credentials = ProxmoxCredentials.Password("root@pam", DefaultCluster.RootPassword) });

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<bool, string> Scopes()
    {
        TheoryData<bool, string> data = [];
        foreach (string scope in (string[])["cluster", "node", "vm", "ct", "group"])
        {
            data.Add(true, scope);
            data.Add(false, scope);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Scopes))]
    public async Task Rules_OfAnyScope_AreAddedChangedMovedAndDeleted(bool sync, string scope)
    {
        FirewallRules rules = await RulesAsync(scope, sync);
        await AddAsync(rules, s_ssh, 0, sync);
        await AddAsync(rules, s_dns, 0, sync);
        await AddAsync(rules, s_web, 2, sync);
        IReadOnlyList<FirewallRule> list = await ListAsync(rules, sync);
        Assert.Equal(["DNS", "22", "Web"], list.Select(static rule => rule.Macro ?? rule.DestinationPort));
        Assert.Equal([0, 1, 2], list.Select(static rule => rule.Position!.Value));
        Assert.Equal([false, true, true], list.Select(static rule => rule.IsEnabled));

        FirewallRule changed = list[1] with { Comment = null, DestinationPort = "2222" };
        await DoAsync(sync, () => rules.Update(changed, Token), () => rules.UpdateAsync(changed, Token));
        FirewallRule read = sync ? rules.Get(1, Token) : await rules.GetAsync(1, Token);
        Assert.Equal((null, "2222", "tcp", "ACCEPT"), (read.Comment, read.DestinationPort, read.Protocol, read.Action));

        await DoAsync(sync, () => rules.Move(0, 2, null, Token), () => rules.MoveAsync(0, 2, null, Token));
        await DoAsync(sync, () => rules.Move(1, 0, null, Token), () => rules.MoveAsync(1, 0, null, Token));
        await DoAsync(sync, () => rules.Enable(2, null, Token), () => rules.EnableAsync(2, null, Token));
        await DoAsync(sync, () => rules.Disable(0, null, Token), () => rules.DisableAsync(0, null, Token));
        list = await ListAsync(rules, sync);
        Assert.Equal(["(off) Web", " 2222", " DNS"], list.Select(static rule => $"{(rule.IsEnabled ? "" : "(off)")} {rule.Macro ?? rule.DestinationPort}"));

        Digest stale = Digest.Parse(new string('0', 40));
        await Assert.ThrowsAsync<ProxmoxConflictException>(() => DoAsync(sync, () => rules.Delete(0, stale, Token), () => rules.DeleteAsync(0, stale, Token)));
        for (int left = 3; left > 0; left--)
        {
            await DoAsync(sync, () => rules.Delete(0, null, Token), () => rules.DeleteAsync(0, null, Token));
        }

        Assert.Empty(await ListAsync(rules, sync));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Rules_PositionThatDoesNotExist_IsAnError(bool sync)
    {
        FirewallRules rules = _pve.Cluster.Firewall.Rules;
        ProxmoxApiException exception = await Assert.ThrowsAsync<ProxmoxNotFoundException>(async () => _ = sync ? rules.Get(77, Token) : await rules.GetAsync(77, Token));
        Assert.Equal("no rule at position 77", exception.ServerMessage);
        await Assert.ThrowsAsync<ArgumentException>(() => DoAsync(sync, () => rules.Update(s_ssh, Token), () => rules.UpdateAsync(s_ssh, Token)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Add_ServerThatAlwaysPutsRulesOnTop_MovesTheRule(bool sync)
    {
        using StubCluster stub = new(static call => StubCluster.Data(call.Method == "GET"
            ? """[{"pos":0,"type":"in","action":"ACCEPT","macro":"Web","source":"10.0.0.0/8","enable":1,"digest":"1111111111111111111111111111111111111111"},{"pos":1,"type":"in","action":"DROP","enable":1},{"pos":2,"type":"out","action":"DROP","enable":1}]"""
            : "null"));
        await AddAsync(stub.Vm.Firewall.Rules, s_web, 99, sync);
        Assert.Equal(["POST", "GET", "PUT"], stub.Handler.Calls.Select(static call => call.Method));
        Assert.Equal("type=in&action=ACCEPT&enable=1&macro=Web&source=10.0.0.0%2F8&pos=99", stub.Handler.Calls[0].BodyText);
        Assert.EndsWith("/firewall/rules/0", stub.Handler.Calls[2].Target, StringComparison.Ordinal);
        Assert.Equal("digest=1111111111111111111111111111111111111111&moveto=3", stub.Handler.Calls[2].BodyText);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Update_RuleThatWasRead_SendsItsDigestAndRemovesWhatIsNull(bool sync)
    {
        using StubCluster stub = new(static _ => StubCluster.Data("null"));
        FirewallRule rule = s_ssh with { Position = 4, Digest = Digest.Parse(new string('a', 40)), IpVersion = 4 };
        FirewallRules rules = stub.Container.Firewall.Rules;
        await DoAsync(sync, () => rules.Update(rule, Token), () => rules.UpdateAsync(rule, Token));
        StubCall call = Assert.Single(stub.Handler.Calls);
        Assert.Equal("/nodes/pve1/lxc/200/firewall/rules/4", StubCluster.PathOf(call));
        Assert.Equal($"digest={new string('a', 40)}&type=in&action=ACCEPT&enable=1&proto=tcp&dport=22&log=nolog&comment=ssh&delete=macro%2Csource%2Cdest%2Csport%2Cicmp-type%2Ciface", call.BodyText);
        Assert.Equal("4: in ACCEPT proto=tcp dport=22 log=nolog comment=ssh", rule.ToString());
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public async Task AliasesAndSets_OfClusterAndGuest_AreManaged(bool sync, bool ofGuest)
    {
        GuestFirewall guest = _pve.Nodes["pve1"].Vms[sync ? 100 : 102].Firewall;
        ClusterFirewall whole = _pve.Cluster.Firewall;
        FirewallAliases aliases = ofGuest ? guest.Aliases : whole.Aliases;
        FirewallIpSets sets = ofGuest ? guest.IpSets : whole.IpSets;
        FirewallAlias alias = new() { Name = sync ? "al-s" : "al-a", Cidr = "10.1.0.0/16", Comment = "office" };
        await DoAsync(sync, () => aliases.Create(alias, Token), () => aliases.CreateAsync(alias, Token));
        FirewallAlias read = sync ? aliases.Get(alias.Name, Token) : await aliases.GetAsync(alias.Name, Token);
        Assert.Equal(("10.1.0.0/16", "office"), (read.Cidr, read.Comment));
        FirewallAlias changed = read with { Cidr = "10.2.0.0/16" };
        await DoAsync(sync, () => aliases.Update(changed, null, Token), () => aliases.UpdateAsync(changed, null, Token));
        Assert.Contains("10.2.0.0/16", (sync ? aliases.List(Token) : await aliases.ListAsync(Token)).Select(static item => item.Cidr));

        string name = sync ? "set-s" : "set-a";
        await DoAsync(sync, () => sets.Create(name, "c", Token), () => sets.CreateAsync(name, "c", Token));
        FirewallIpSet set = sets[name];
        FirewallIpSetEntry entry = new() { Cidr = "10.0.0.0/8", IsExcluded = true, Comment = "e" };
        await DoAsync(sync, () => set.Add(entry, Token), () => set.AddAsync(entry, Token));
        await DoAsync(sync, () => set.Add("10.2.0.1", Token), () => set.AddAsync("10.2.0.1", Token));
        Assert.Equal([("10.0.0.0/8", true), ("10.2.0.1", false)], (sync ? set.List(Token) : await set.ListAsync(Token)).Select(static item => (item.Cidr, item.IsExcluded)));
        FirewallIpSetEntry one = sync ? set.Get("10.0.0.0/8", Token) : await set.GetAsync("10.0.0.0/8", Token);
        FirewallIpSetEntry plain = one with { IsExcluded = false };
        await DoAsync(sync, () => set.Update(plain, Token), () => set.UpdateAsync(plain, Token));
        Assert.False((sync ? set.Get("10.0.0.0/8", Token) : await set.GetAsync("10.0.0.0/8", Token)).IsExcluded);
        await DoAsync(sync, () => set.Remove("10.2.0.1", null, Token), () => set.RemoveAsync("10.2.0.1", null, Token));
        await Assert.ThrowsAsync<ProxmoxApiException>(() => DoAsync(sync, () => sets.Delete(name, false, Token), () => sets.DeleteAsync(name, false, Token)));
        await DoAsync(sync, () => sets.Delete(name, true, Token), () => sets.DeleteAsync(name, true, Token));
        await DoAsync(sync, () => aliases.Delete(alias.Name, null, Token), () => aliases.DeleteAsync(alias.Name, null, Token));
        Assert.DoesNotContain(name, (sync ? sets.List(Token) : await sets.ListAsync(Token)).Select(static item => item.Name));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Options_OfEachScope_AreReadAndChanged(bool sync)
    {
        ClusterFirewall whole = _pve.Cluster.Firewall;
        ClusterFirewallOptionsUpdateRequest on = new() { Enable = 1, PolicyIn = FirewallPolicy.DROP };
        await DoAsync(sync, () => whole.UpdateOptions(on, Token), () => whole.UpdateOptionsAsync(on, Token));
        Assert.Equal(FirewallPolicy.DROP, (sync ? whole.GetOptions(Token) : await whole.GetOptionsAsync(Token)).PolicyIn);

        NodeFirewall node = _pve.Nodes["pve1"].Firewall;
        NodesFirewallOptionsUpdateRequest smurfs = new() { Nosmurfs = sync };
        await DoAsync(sync, () => node.UpdateOptions(smurfs, Token), () => node.UpdateOptionsAsync(smurfs, Token));
        Assert.Equal(sync, (sync ? node.GetOptions(Token) : await node.GetOptionsAsync(Token)).Nosmurfs);

        GuestFirewall guest = _pve.Nodes["pve1"].Containers[200].Firewall;
        GuestFirewallOptionsUpdate filter = new() { Enable = true, IpFilter = sync, PolicyOut = FirewallPolicy.REJECT };
        await DoAsync(sync, () => guest.UpdateOptions(filter, Token), () => guest.UpdateOptionsAsync(filter, Token));
        FirewallOptionsResult read = sync ? guest.GetOptions(Token) : await guest.GetOptionsAsync(Token);
        Assert.Equal((true, sync, FirewallPolicy.REJECT), (read.Enable, read.IpFilter, read.PolicyOut));
        GuestFirewallOptionsUpdate back = new() { Delete = ["policy_out", "ipfilter"], Digest = read.Digest };
        await DoAsync(sync, () => guest.UpdateOptions(back, Token), () => guest.UpdateOptionsAsync(back, Token));
        Assert.Null((sync ? guest.GetOptions(Token) : await guest.GetOptionsAsync(Token)).PolicyOut);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Vnet_RulesAndOptions_GoToItsPaths(bool sync)
    {
        using StubCluster stub = new(static call => StubCluster.Data(call.Method == "GET" ? """{"enable":1,"policy_forward":"DROP"}""" : "null"));
        VnetFirewall firewall = stub.Pve.Cluster.VnetFirewall("net1");
        FirewallRule rule = new() { Type = FirewallRuleType.Forward, Action = "ACCEPT", Protocol = "tcp", DestinationPort = "80" };
        await AddAsync(firewall.Rules, rule, 0, sync);
        Assert.True((sync ? firewall.GetOptions(Token) : await firewall.GetOptionsAsync(Token)).Enable);
        ClusterSdnVnetsFirewallOptionsUpdateRequest off = new() { Enable = false };
        await DoAsync(sync, () => firewall.UpdateOptions(off, Token), () => firewall.UpdateOptionsAsync(off, Token));
        Assert.Equal(
            ["POST /cluster/sdn/vnets/net1/firewall/rules", "GET /cluster/sdn/vnets/net1/firewall/options", "PUT /cluster/sdn/vnets/net1/firewall/options"],
            stub.Handler.Calls.Select(static call => $"{call.Method} {StubCluster.PathOf(call)}"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Lists_MacrosReferencesAndLogs_AreRead(bool sync)
    {
        ClusterFirewall whole = _pve.Cluster.Firewall;
        Assert.NotEmpty(sync ? whole.ListMacros(Token) : await whole.ListMacrosAsync(Token));
        Assert.NotNull(sync ? whole.ListReferences(FirewallRefType.Alias, Token) : await whole.ListReferencesAsync(FirewallRefType.Alias, Token));
        GuestFirewall guest = _pve.Nodes["pve1"].Vms[100].Firewall;
        Assert.NotNull(sync ? guest.ListReferences(null, Token) : await guest.ListReferencesAsync(null, Token));

        using StubCluster stub = new(static _ => StubHandler.Json("""{"data":[{"n":1,"t":"0 5 - DROP"},{"n":2,"t":"x"}],"total":2}"""));
        FirewallLogOptions options = new() { Start = 0, Limit = 2, Since = DateTimeOffset.FromUnixTimeSeconds(1795385430) };
        var lines = sync ? stub.Vm.Firewall.ListLog(options, Token) : await stub.Vm.Firewall.ListLogAsync(options, Token);
        Assert.Equal((2, "0 5 - DROP"), (lines.Count, lines[0].Text));
        Assert.EndsWith("/nodes/pve1/qemu/100/firewall/log?limit=2&since=1795385430&start=0", stub.Handler.Calls[0].Target, StringComparison.Ordinal);
        Assert.Equal(2, (sync ? stub.Pve.Nodes["pve1"].Firewall.ListLog(null, Token) : await stub.Pve.Nodes["pve1"].Firewall.ListLogAsync(null, Token)).Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Groups_AreCreatedListedAndDeleted(bool sync)
    {
        FirewallGroups groups = _pve.Cluster.Firewall.Groups;
        string name = sync ? "grp-s" : "grp-a";
        await DoAsync(sync, () => groups.Create(name, "web servers", Token), () => groups.CreateAsync(name, "web servers", Token));
        Assert.Contains((name, "web servers"), (sync ? groups.List(Token) : await groups.ListAsync(Token)).Select(static group => (group.Name, group.Comment)));
        await DoAsync(sync, () => groups.Delete(name, Token), () => groups.DeleteAsync(name, Token));
        Assert.DoesNotContain(name, (sync ? groups.List(Token) : await groups.ListAsync(Token)).Select(static group => group.Name));

        using StubCluster stub = new(static _ => StubCluster.Data("null"));
        groups = stub.Pve.Cluster.Firewall.Groups;
        await DoAsync(sync, () => groups.Update("old", "new", null, Token), () => groups.UpdateAsync("old", "new", null, Token));
        FirewallIpSets sets = stub.Pve.Cluster.Firewall.IpSets;
        await DoAsync(sync, () => sets.Update("old", "old", "words", Token), () => sets.UpdateAsync("old", "old", "words", Token));
        Assert.Equal(["group=new&rename=old", "name=old&rename=old&comment=words"], stub.Handler.Calls.Select(static call => call.BodyText));
    }

    public ValueTask DisposeAsync() => _pve.DisposeAsync();

    private static Task DoAsync(bool sync, Action call, Func<Task> callAsync)
    {
        if (!sync)
        {
            return callAsync();
        }

        try
        {
            call();
            return Task.CompletedTask;
        }
        catch (Exception exception)
        {
            return Task.FromException(exception);
        }
    }

    private static Task AddAsync(FirewallRules rules, FirewallRule rule, int position, bool sync) =>
        DoAsync(sync, () => rules.Add(rule, position, Token), () => rules.AddAsync(rule, position, Token));

    private static async Task<IReadOnlyList<FirewallRule>> ListAsync(FirewallRules rules, bool sync) => sync ? rules.List(Token) : await rules.ListAsync(Token);

    private async Task<FirewallRules> RulesAsync(string scope, bool sync)
    {
        Node node = _pve.Nodes["pve1"];
        if (scope == "group")
        {
            string name = sync ? "rules-s" : "rules-a";
            await _pve.Cluster.Firewall.Groups.CreateAsync(name, null, Token);
            return _pve.Cluster.Firewall.Groups[name].Rules;
        }

        return scope switch
        {
            "cluster" => _pve.Cluster.Firewall.Rules,
            "node" => node.Firewall.Rules,
            "vm" => node.Vms[100].Firewall.Rules,
            _ => node.Containers[200].Firewall.Rules,
        };
    }
}
