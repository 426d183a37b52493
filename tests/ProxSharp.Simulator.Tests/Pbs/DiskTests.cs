using System.Text.Json.Nodes;

namespace ProxSharp.Simulator.Tests.Pbs;

/// <summary>The disks of a simulated backup server, and what is made of them.</summary>
public sealed class DiskTests : StillBackupServer
{
    private const string Root = "/nodes/localhost/disks";

    [Fact]
    public async Task Directory_WithADatastore_TakesADiskUntilBothAreGone()
    {
        Assert.Equal(200, (await Client.PostAsync($"{Root}/directory", ("name", "backup1"), ("disk", "sdb"), ("filesystem", "xfs"), ("add-datastore", "true"))).Status);
        Assert.Empty(await ListAsync("directory"));
        Time.Advance(TimeSpan.FromMinutes(1));

        JsonNode made = Assert.Single(await ListAsync("directory"))!;
        Assert.Equal(("backup1", "/mnt/datastore/backup1", "xfs"), (Text(made, "name"), Text(made, "path"), Text(made, "filesystem")));
        Assert.Equal("filesystem", await UseOfAsync("sdb"));
        Assert.Equal("/mnt/datastore/backup1", Text((await Client.GetAsync("/config/datastore/backup1")).Data!, "path"));
        Assert.Equal(200, (await Client.GetAsync("/admin/datastore/backup1/status")).Status);

        Assert.Contains("already in use", (await Client.PostAsync($"{Root}/directory", ("name", "other"), ("disk", "sdb"))).Text, StringComparison.Ordinal);
        Assert.Contains("already exists", (await Client.PostAsync($"{Root}/directory", ("name", "backup1"), ("disk", "sdc"))).Text, StringComparison.Ordinal);
        Assert.Contains("required by datastore", (await Client.DeleteAsync($"{Root}/directory/backup1")).Text, StringComparison.Ordinal);

        Assert.Equal(200, (await Client.DeleteAsync("/config/datastore/backup1")).Status);
        Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(200, (await Client.DeleteAsync($"{Root}/directory/backup1")).Status);
        Assert.Empty(await ListAsync("directory"));
        Assert.Equal("unused", await UseOfAsync("sdb"));
    }

    [Fact]
    public async Task Pool_IsMadeOfEnoughDisks()
    {
        Assert.Contains("at least 2 disks", (await Client.PostAsync($"{Root}/zfs", ("name", "tank"), ("devices", "sdc"), ("raidlevel", "mirror"))).Text, StringComparison.Ordinal);
        Assert.Equal(400, (await Client.PostAsync($"{Root}/zfs", ("name", "tank"), ("devices", "sdc,sdc"), ("raidlevel", "mirror"))).Status);
        Assert.Equal(200, (await Client.PostAsync($"{Root}/zfs", ("name", "tank"), ("devices", "sdb,sdc"), ("raidlevel", "mirror"))).Status);
        Time.Advance(TimeSpan.FromMinutes(1));

        JsonNode pool = Assert.Single(await ListAsync("zfs"))!;
        Assert.Equal(("tank", "ONLINE", 4L << 40), (Text(pool, "name"), Text(pool, "health"), pool["size"]!.GetValue<long>()));
        JsonNode tree = (await Client.GetAsync($"{Root}/zfs/tank")).Data!;
        Assert.Equal("/dev/sdc", Text(tree["children"]![0]!["children"]![0]!["children"]![1]!, "name"));
        Assert.Equal("zfs", await UseOfAsync("sdc"));
        Assert.Equal(["sdb", "sdc"], (await Client.GetAsync($"{Root}/list?usage-type=zfs")).Data!.AsArray().Select(static disk => Text(disk!, "name")));
        Assert.Equal(400, (await Client.GetAsync($"{Root}/zfs/other")).Status);
    }

    [Fact]
    public async Task Disk_IsInitializedWipedAndTold()
    {
        Assert.Equal(200, (await Client.PostAsync($"{Root}/initgpt", ("disk", "sdd"))).Status);
        Time.Advance(TimeSpan.FromMinutes(1));
        Assert.True((await DiskAsync("sdd"))["gpt"]!.GetValue<bool>());
        Assert.Equal(200, (await Client.PutAsync($"{Root}/wipedisk", ("disk", "sdd"))).Status);
        Time.Advance(TimeSpan.FromMinutes(1));
        Assert.False((await DiskAsync("sdd"))["gpt"]!.GetValue<bool>());
        Assert.Equal(400, (await Client.PutAsync($"{Root}/wipedisk", ("disk", "sda1"))).Status);
        Assert.Equal(400, (await Client.PostAsync($"{Root}/initgpt", ("disk", "sda"))).Status);

        Assert.Equal("passed", Text((await Client.GetAsync($"{Root}/smart?disk=sda")).Data!, "status"));
        Assert.Equal("No such device (os error 19)", (await Client.GetAsync($"{Root}/smart?disk=vdb")).Text);
        JsonNode system = (await Client.GetAsync($"{Root}/list?include-partitions=true&skipsmart=true")).Data!.AsArray().Single(static disk => Text(disk!, "name") == "sda")!;
        Assert.Equal(("sda1", "unknown"), (Text(system["partitions"]![0]!, "name"), Text(system, "status")));
    }

    private async Task<JsonArray> ListAsync(string kind) => (await Client.GetAsync($"{Root}/{kind}")).Data!.AsArray();

    private async Task<JsonNode> DiskAsync(string name) => (await ListAsync("list")).Single(disk => Text(disk!, "name") == name)!;

    private async Task<string> UseOfAsync(string name) => Text(await DiskAsync(name), "used");

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();
}
