using System.Text.Json.Nodes;

namespace ProxSharp.Simulator.Tests;

/// <summary>Notification endpoints and matchers, names in the firewall, figures for metric servers.</summary>
public sealed class NotificationTests : SimulatedCluster
{
    private const string Root = "/cluster/notifications";

    [Fact]
    public async Task Builtin_IsThereAndComesBack()
    {
        JsonNode target = (await DataAsync($"{Root}/targets"))[0]!;
        Assert.Equal(("mail-to-root", "sendmail", "builtin"), (target["name"]!.GetValue<string>(), target["type"]!.GetValue<string>(), target["origin"]!.GetValue<string>()));
        Assert.Equal(200, (await Client.PutAsync($"{Root}/matchers/default-matcher", ("comment", "mine"))).Status);
        Assert.Equal(("modified-builtin", "mine"), await MatcherAsync());
        Assert.Equal(200, (await Client.DeleteAsync($"{Root}/matchers/default-matcher")).Status);
        Assert.Equal(("builtin", "Route all notifications to mail-to-root"), await MatcherAsync());

        async Task<(string, string)> MatcherAsync()
        {
            JsonNode matcher = Assert.Single((await DataAsync($"{Root}/matchers")).AsArray())!;
            return (matcher["origin"]!.GetValue<string>(), matcher["comment"]!.GetValue<string>());
        }
    }

    [Fact]
    public async Task Endpoint_ThatAMatcherNeeds_StaysAndNamesAreUnique()
    {
        (string, string)[] gotify = [("name", "push"), ("server", "https://push.example.test"), ("token", "t")];
        Assert.Equal(200, (await Client.PostAsync($"{Root}/endpoints/gotify", gotify)).Status);
        Assert.Equal((400, "Cannot create 'push', an entity with the same name already exists"), Answer(await Client.PostAsync($"{Root}/endpoints/gotify", gotify)));
        Assert.Equal((404, "endpoint 'nope' does not exist"), Answer(await Client.PostAsync($"{Root}/matchers", ("name", "all"), ("target", "nope"))));
        Assert.Equal(200, (await Client.PostAsync($"{Root}/matchers", ("name", "all"), ("target", "push"))).Status);
        Assert.Equal((400, "cannot delete 'push', referenced by: all"), Answer(await Client.DeleteAsync($"{Root}/endpoints/gotify/push")));
        Assert.Equal(200, (await Client.PostAsync($"{Root}/targets/push/test")).Status);
        Assert.Equal(200, (await Client.DeleteAsync($"{Root}/matchers/all")).Status);
        Assert.Equal(200, (await Client.DeleteAsync($"{Root}/endpoints/gotify/push")).Status);
        Assert.Contains((await DataAsync($"{Root}/matcher-field-values")).AsArray(), static value => value!["field"]!.GetValue<string>() == "hostname" && value["value"]!.GetValue<string>() == "pve2");
    }

    [Theory]
    [InlineData("/cluster/firewall")]
    [InlineData("/nodes/pve1/qemu/100/firewall")]
    public async Task FirewallNames_ChangeWithWhatIsInThem(string scope)
    {
        Assert.Equal(200, (await Client.PostAsync($"{scope}/ipset", ("name", "old"), ("comment", "c"))).Status);
        Assert.Equal(200, (await Client.PostAsync($"{scope}/ipset/old", ("cidr", "192.0.2.0/24"))).Status);
        Assert.Equal("address '192.0.2.0/24' already exists", (await Client.PostAsync($"{scope}/ipset/old", ("cidr", "192.0.2.0/24"))).Error("cidr"));
        Assert.Equal("IPSet 'old' already exists", (await Client.PostAsync($"{scope}/ipset", ("name", "old"))).Error("name"));
        Assert.Equal("IPSet 'nope' does not exist", (await Client.PostAsync($"{scope}/ipset", ("name", "new"), ("rename", "nope"))).Error("name"));
        Assert.Equal(200, (await Client.PostAsync($"{scope}/ipset", ("name", "new"), ("rename", "old"))).Status);
        Assert.Equal("192.0.2.0/24", (await DataAsync($"{scope}/ipset/new"))[0]!["cidr"]!.GetValue<string>());
        Assert.Equal(200, (await Client.PostAsync($"{scope}/ipset", ("name", "new"), ("rename", "new"), ("comment", "d"))).Status);
        Assert.Equal("d", Assert.Single((await DataAsync($"{scope}/ipset")).AsArray())!["comment"]!.GetValue<string>());

        Assert.Equal(200, (await Client.PostAsync($"{scope}/aliases", ("name", "host1"), ("cidr", "192.0.2.1"))).Status);
        Assert.Equal(200, (await Client.PutAsync($"{scope}/aliases/host1", ("cidr", "192.0.2.2"), ("rename", "host2"))).Status);
        Assert.Equal("192.0.2.2", (await DataAsync($"{scope}/aliases/host2"))["cidr"]!.GetValue<string>());
        Assert.Equal(500, (await Client.GetAsync($"{scope}/aliases/host1")).Status);
    }

    [Fact]
    public async Task SecurityGroup_KeepsItsRulesUnderItsNewName()
    {
        Assert.Equal(200, (await Client.PostAsync("/cluster/firewall/groups", ("group", "web"))).Status);
        Assert.Equal(200, (await Client.PostAsync("/cluster/firewall/groups/web", ("type", "in"), ("action", "ACCEPT"))).Status);
        Assert.Equal(200, (await Client.PostAsync("/cluster/firewall/groups", ("group", "www"), ("rename", "web"))).Status);
        Assert.Single((await DataAsync("/cluster/firewall/groups/www")).AsArray());
        Assert.Equal((500, "no such security group 'web'"), Answer(await Client.GetAsync("/cluster/firewall/groups/web")));
    }

    [Fact]
    public async Task Metrics_OfAllNodes_AreSamplesOfTheLastSeconds()
    {
        JsonArray now = (await DataAsync("/cluster/metrics/export"))["data"]!.AsArray();
        Assert.Equal(3, now.Count(static sample => sample!["metric"]!.GetValue<string>() == "mem_total" && sample["id"]!.GetValue<string>().StartsWith("node/", StringComparison.Ordinal)));
        Assert.All(now, static sample => Assert.Equal(1795381200, sample!["timestamp"]!.GetValue<long>()));
        JsonArray history = (await DataAsync("/cluster/metrics/export?history=1&local-only=1&start-time=1795381170"))["data"]!.AsArray();
        Assert.Equal([1795381170, 1795381180, 1795381190, 1795381200], history.Select(static sample => sample!["timestamp"]!.GetValue<long>()).Distinct());
        Assert.DoesNotContain(history, static sample => sample!["id"]!.GetValue<string>() == "node/pve2");
    }

    [Fact]
    public async Task Users_OfADirectory_ShowItsKindAndKeepTheirPasswordsThere()
    {
        Assert.Equal(200, (await Client.PostAsync("/access/domains", ("realm", "corp"), ("type", "ldap"), ("server1", "192.0.2.9"), ("base_dn", "dc=corp"), ("user_attr", "uid"))).Status);
        Assert.Equal(200, (await Client.PostAsync("/access/users", ("userid", "ann@corp"))).Status);
        Assert.Equal("ldap", (await DataAsync("/access/users")).AsArray().Single(static user => user!["userid"]!.GetValue<string>() == "ann@corp")!["realm-type"]!.GetValue<string>());
        Assert.Equal((500, "can't change password on auth server type 'ldap'"), Answer(await Client.PutAsync("/access/password", ("userid", "ann@corp"), ("password", "long-enough"))));
    }

    [Fact]
    public async Task Storage_WithAGeneratedKey_TellsItOnce()
    {
        (string, string)[] server = [("storage", "remote"), ("type", "pbs"), ("server", "192.0.2.7"), ("datastore", "main"), ("encryption-key", "autogen")];
        JsonNode made = (await Client.PostAsync("/storage", server)).Data!;
        Assert.Equal(32, Convert.FromBase64String(JsonNode.Parse(made["config"]!["encryption-key"]!.GetValue<string>())!["data"]!.GetValue<string>()).Length);
        Assert.False((await DataAsync("/storage/remote")).AsObject().ContainsKey("encryption-key"));
        Assert.Equal("main", (await DataAsync("/nodes/pve1/scan/pbs?server=192.0.2.7&username=a@pbs&password=secret"))[0]!["store"]!.GetValue<string>());
    }

    [Fact]
    public async Task Replication_AskedFor_RunsWithTheNextMinute()
    {
        Assert.Equal(200, (await Client.PostAsync("/cluster/replication", ("id", "106-0"), ("type", "local"), ("target", "pve2"), ("schedule", "sun 03:00"))).Status);
        Assert.Equal(200, (await Client.PostAsync("/nodes/pve1/replication/106-0/schedule_now")).Status);
        Simulator.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(1795381260, (await DataAsync("/nodes/pve1/replication/106-0/status"))["last_sync"]!.GetValue<long>());
    }
}
