using System.Text.Json.Nodes;

namespace ProxSharp.Simulator.Tests.Pbs;

/// <summary>What a simulated backup server tells of itself: services, packages, notifications, authorities.</summary>
public sealed class ServerFactTests : StillBackupServer
{
    [Fact]
    public async Task Service_StopsAndStartsAgain()
    {
        const string Cron = "/nodes/localhost/services/cron";
        Assert.Equal("running", Text((await Client.GetAsync($"{Cron}/state")).Data!, "state"));
        Assert.Equal(200, (await Client.PostAsync($"{Cron}/stop")).Status);
        Time.Advance(TimeSpan.FromMinutes(1));
        JsonArray services = (await Client.GetAsync("/nodes/localhost/services")).Data!.AsArray();
        Assert.Equal("dead", Text(services.Single(static service => Text(service!, "service") == "cron")!, "state"));
        Assert.Equal(8, services.Count(static service => Text(service!, "state") == "running"));
        Assert.Equal(200, (await Client.PostAsync($"{Cron}/start")).Status);
        Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("running", Text((await Client.GetAsync($"{Cron}/state")).Data!, "state"));
        Assert.Equal("unknown service name 'other'", (await Client.PostAsync("/nodes/localhost/services/other/start")).Text);
        Assert.Equal("invalid service cmd 'proxmox-backup stop'", (await Client.PostAsync("/nodes/localhost/services/proxmox-backup/stop")).Text);
    }

    [Fact]
    public async Task Packages_HaveTheVersionOfTheServer()
    {
        string version = Text((await Client.GetAsync("/version")).Data!, "version");
        JsonArray packages = (await Client.GetAsync("/nodes/localhost/apt/versions")).Data!.AsArray();

        Assert.Contains(packages, package => Text(package!, "Package") == "proxmox-backup-server" && Text(package!, "Version").StartsWith(version, StringComparison.Ordinal));
        Assert.Empty((await Client.GetAsync("/nodes/localhost/apt/update")).Data!.AsArray());
        Assert.Equal(32, Text((await Client.GetAsync("/nodes/localhost/identity")).Data!, "pbs-instance-id").Length);
    }

    [Theory]
    [InlineData("hour", 60, 60)]
    [InlineData("decade", 604_800, 520)]
    public async Task Rrd_OfDatastoreAndNode_EndsNowWithWhatThereIs(string timeframe, int step, int count)
    {
        JsonNode status = (await Client.GetAsync($"{Store}/status")).Data!;
        JsonArray store = (await Client.GetAsync($"{Store}/rrd?timeframe={timeframe}&cf=AVERAGE")).Data!.AsArray();
        JsonArray node = (await Client.GetAsync($"/nodes/localhost/rrd?timeframe={timeframe}&cf=MAX")).Data!.AsArray();

        Assert.Equal([count, count], [store.Count, node.Count]);
        long last = (long)store[^1]!["time"]!;
        Assert.InRange(Time.GetUtcNow().ToUnixTimeSeconds() - last, step, (2 * step) - 1);
        Assert.Equal(step, last - (long)store[^2]!["time"]!);
        Assert.Equal((double)status["total"]!, (double)store[^1]!["total"]!);
        Assert.InRange((double)store[^1]!["used"]!, (double)status["used"]! * 0.9, (double)status["used"]! * 1.1);
        Assert.InRange((double)node[^1]!["cpu"]!, 0.01, 0.2);
    }

    [Fact]
    public async Task MatcherFields_HaveTheValuesThatThereAre()
    {
        await Client.PostAsync("/config/prune", ("id", "tidy"), ("store", "store1"), ("schedule", "daily"), ("comment", "every day"));
        await Client.PostAsync("/config/notifications/matchers", ("name", "mine"), ("target", "mail-to-root"));

        JsonArray values = (await Client.GetAsync("/config/notifications/matcher-field-values")).Data!.AsArray();

        Assert.Equal(["offsite", "store1"], values.Where(static value => Text(value!, "field") == "datastore").Select(static value => Text(value!, "value")));
        Assert.Equal("every day", Text(values.Single(static value => Text(value!, "field") == "job-id")!, "comment"));
        Assert.Equal("user-created", Text((await Client.GetAsync("/config/notifications/matchers/mine")).Data!, "origin"));
    }

    [Fact]
    public async Task AcmePlugin_IsShownByItsNameAndInClear()
    {
        Assert.Equal(200, (await Client.PostAsync("/config/acme/plugins", ("id", "dns1"), ("type", "dns"), ("api", "cf"), ("data", "Q0ZfVG9rZW49eA"))).Status);

        JsonNode one = (await Client.GetAsync("/config/acme/plugins/dns1")).Data!;
        JsonNode listed = Assert.Single((await Client.GetAsync("/config/acme/plugins")).Data!.AsArray())!;
        Assert.Equal(("dns1", "CF_Token=x"), (Text(one, "plugin"), Text(one, "data")));
        Assert.Equal(("dns1", "CF_Token=x"), (Text(listed, "plugin"), Text(listed, "data")));
        Assert.Equal("https://ca.example.test/terms", (await Client.GetAsync("/config/acme/tos?directory=https%3A%2F%2Fca.example.test%2Fdirectory")).Data!.GetValue<string>());
        Assert.Contains("cf", (await Client.GetAsync("/config/acme/challenge-schema")).Data!.AsArray().Select(static way => Text(way!, "id")));
    }

    [Fact]
    public async Task AcmePlugin_WithSettingsThatAreNoBase64_IsRefused()
    {
        TestReply refused = await Client.PostAsync("/config/acme/plugins", ("id", "dns1"), ("type", "dns"), ("api", "cf"), ("data", "CF_Token=x"));
        Assert.Equal(400, refused.Status);
        Assert.Contains("'data'", refused.Text, StringComparison.Ordinal);
        Assert.Empty((await Client.GetAsync("/config/acme/plugins")).Data!.AsArray());
    }

    [Theory]
    [InlineData("cidr", "10.0.0.1/99")]
    [InlineData("cidr", "10.0.0.1/0")]
    [InlineData("cidr", "banana")]
    [InlineData("cidr6", "fe80::1/200")]
    public async Task Network_WithAnAddressThatIsNone_IsRefused(string name, string value)
    {
        TestReply refused = await Client.PostAsync("/nodes/localhost/network", ("iface", "vmbr9"), ("type", "bridge"), (name, value));
        Assert.Equal(400, refused.Status);
        Assert.Contains($"'{name}'", refused.Text, StringComparison.Ordinal);
        Assert.Equal(400, (await Client.PutAsync("/nodes/localhost/network/eth0", (name, value))).Status);

        Assert.Equal(200, (await Client.PostAsync("/nodes/localhost/network", ("iface", "vmbr9"), ("type", "bridge"), ("cidr", "10.0.0.1/24"), ("cidr6", "fe80::1/64"))).Status);
        Assert.Equal("vmbr9", Text((await Client.GetAsync("/nodes/localhost/network/vmbr9")).Data!, "name"));
    }

    [Theory]
    [InlineData("Mars/Olympus")]
    [InlineData("../../etc/passwd")]
    [InlineData("W. Europe Standard Time")]
    public async Task TimeZone_ThatIsNone_IsRefused(string zone)
    {
        TestReply refused = await Client.PutAsync("/nodes/localhost/time", ("timezone", zone));
        Assert.Equal(400, refused.Status);
        Assert.Contains("'timezone'", refused.Text, StringComparison.Ordinal);
        Assert.Equal("Etc/UTC", Text((await Client.GetAsync("/nodes/localhost/time")).Data!, "timezone"));
    }

    [Fact]
    public async Task Packages_AfterTheListsWereRead_HaveUpdates()
    {
        Assert.Equal(200, (await Client.PostAsync("/nodes/localhost/apt/update")).Status);
        Time.Advance(TimeSpan.FromMinutes(1));
        JsonArray updates = (await Client.GetAsync("/nodes/localhost/apt/update")).Data!.AsArray();
        Assert.NotEmpty(updates);
        Assert.All(updates, static update => Assert.NotEqual(Text(update!, "OldVersion"), Text(update!, "Version")));
        JsonArray installed = (await Client.GetAsync("/nodes/localhost/apt/versions")).Data!.AsArray();
        Assert.Equal(2, installed.Count(static package => package!["ExtraInfo"] is not null));
        string report = (await Client.GetAsync("/nodes/localhost/report")).Data!.GetValue<string>();
        Assert.Contains("store1: /mnt/datastore/store1", report, StringComparison.Ordinal);
        Assert.Contains("/dev/sdb", report, StringComparison.Ordinal);
    }

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();
}
