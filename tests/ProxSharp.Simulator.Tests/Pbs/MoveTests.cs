using System.Text.Json.Nodes;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Simulator.Tests.Pbs;

/// <summary>Groups and namespaces that are moved or removed.</summary>
public sealed class MoveTests : StillBackupServer
{
    [Fact]
    public async Task MoveGroup_ToANamespace_TakesSnapshotsOwnerAndNotesAlong()
    {
        await Client.PutAsync($"{Store}/group-notes", ("backup-type", "vm"), ("backup-id", "100"), ("notes", "keep me"));

        Assert.Equal("OK", await RunAsync(Group("vm", "100", target: "customers")));

        Assert.DoesNotContain(await GroupsAsync(""), static group => group["backup-id"]!.GetValue<string>() == "100");
        JsonNode moved = Assert.Single(await GroupsAsync("customers"));
        Assert.Equal((5, "demo@pbs", "keep me"), (moved["backup-count"]!.GetValue<int>(), moved["owner"]!.GetValue<string>(), moved["comment"]!.GetValue<string>()));
        Assert.Equal("OK", await RunAsync(Client.PostAsync($"{Store}/verify", ("ns", "customers"))));
    }

    [Theory]
    [InlineData("vm", "100", "", "", 400, "source and target namespace must be different")]
    [InlineData("vm", "999", "", "customers", 400, "backup group 'vm/999' does not exist in root namespace")]
    [InlineData("vm", "100", "", "nosuch", 404, "namespace not found")]
    [InlineData("vm", "100", "nosuch", "customers", 404, "namespace not found")]
    public async Task MoveGroup_ThatCannotWork_IsRefusedAtOnce(string type, string id, string from, string target, int status, string text)
    {
        TestReply reply = await Group(type, id, from, target);

        Assert.Equal((status, text), (reply.Status, reply.Text));
    }

    [Fact]
    public async Task MoveGroup_ToWhereOneExists_MergesOnlyInOrderAndOnRequest()
    {
        await BackUpAsync("host", "laptop", "customers");

        TestReply refused = await Group("host", "laptop", "customers", "", merges: false);
        TestReply disordered = await Group("host", "laptop", "", "customers");

        Assert.Equal((400, "backup group 'host/laptop' already exists in root namespace"), (refused.Status, refused.Text));
        Assert.Contains("is not newer than", disordered.Text, StringComparison.Ordinal);
        Assert.Equal("OK", await RunAsync(Group("host", "laptop", "customers", "")));
        Assert.Equal(6, Assert.Single(await GroupsAsync(""), static group => group["backup-type"]!.GetValue<string>() == "host")["backup-count"]!.GetValue<int>());
    }

    [Fact]
    public async Task MoveGroup_OfAnotherOwnersGroup_DoesNotMerge()
    {
        Assert.Equal("OK", await RunAsync(Group("vm", "100", target: "customers")));
        await BackUpAsync("vm", "100", "");

        TestReply reply = await Group("vm", "100", target: "customers");

        Assert.Equal((400, "cannot merge group 'vm/100' - owner check failed (demo@pbs!ci != demo@pbs)"), (reply.Status, reply.Text));
    }

    [Fact]
    public async Task MoveGroup_WhileABackupOrARestoreRuns_IsRefused()
    {
        await using BackupWire writer = await BackupWire.BeginAsync(Simulator, "laptop", Time.GetUtcNow().ToUnixTimeSeconds());
        await using BackupWire reader = await BackupWire.OpenAsync(Simulator, "backup-type=vm&backup-id=100&backup-time=1767232800&store=store1", BackupWire.Reader);

        Assert.Contains("possible running backup", (await Group("host", "laptop", target: "customers")).Text, StringComparison.Ordinal);
        Assert.Contains("possibly running or in use", (await Group("vm", "100", target: "customers")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MoveNamespace_ToAnotherPlace_TakesAllBelowAlong()
    {
        Assert.Equal("OK", await RunAsync(Namespace("customers", "clients")));

        Assert.Equal(["", "clients", "clients/acme"], await NamespacesAsync());
        Assert.Single(await GroupsAsync("clients/acme"));
    }

    [Theory]
    [InlineData("", "clients", 400, "Cannot move root namespace!")]
    [InlineData("customers", "customers", 400, "cannot move namespace 'customers' into itself")]
    [InlineData("customers", "customers/acme/x", 400, "cannot move namespace 'customers' into itself")]
    [InlineData("customers", "no/such", 404, "namespace not found")]
    [InlineData("nosuch", "clients", 404, "namespace not found")]
    public async Task MoveNamespace_ThatCannotWork_IsRefusedAtOnce(string from, string target, int status, string text)
    {
        TestReply reply = await Namespace(from, target);

        Assert.Equal((status, text), (reply.Status, reply.Text));
        Assert.Equal(["", "customers", "customers/acme"], await NamespacesAsync());
    }

    [Fact]
    public async Task MoveNamespace_TooDeep_IsRefused()
    {
        string parent = "";
        foreach (string name in (string[])["a1", "a2", "a3", "a4", "a5", "a6", "a7"])
        {
            await Client.PostAsync($"{Store}/namespace", parent.Length == 0 ? [("name", name)] : [("name", name), ("parent", parent)]);
            parent = parent.Length == 0 ? name : $"{parent}/{name}";
        }

        TestReply reply = await Namespace("customers", parent + "/x");

        Assert.Equal((400, "namespace to deep, 8 > max 7"), (reply.Status, reply.Text));
    }

    [Fact]
    public async Task DeleteNamespace_OfTheRoot_IsRefused()
    {
        TestReply reply = await Client.DeleteAsync($"{Store}/namespace?ns=&delete-groups=true");

        Assert.Equal((400, "Cannot create/delete root namespace!"), (reply.Status, reply.Text));
        Assert.NotEmpty(await GroupsAsync(""));
    }

    [Fact]
    public async Task DeleteNamespace_WhileABackupRunsInIt_LeavesItsGroup()
    {
        await using BackupWire wire = await BackupWire.BeginAsync(Simulator, "laptop", extra: "&ns=customers");

        TestReply reply = await Client.DeleteAsync($"{Store}/namespace?ns=customers&delete-groups=true");

        Assert.Equal(400, reply.Status);
        Assert.Contains("possible running backup", reply.Text, StringComparison.Ordinal);
        Assert.Contains("customers", await NamespacesAsync());
        await wire.FinishAsync("""{"backup-type":"host","backup-id":"laptop","backup-time":1700000000,"files":[]}""");
        Assert.Single(await GroupsAsync("customers"));
    }

    [Fact]
    public async Task DeleteNamespace_NotEmpty_NeedsToBeTold()
    {
        Assert.Equal("only partially deleted due to existing groups but `delete-groups` not true", (await Client.DeleteAsync($"{Store}/namespace?ns=customers")).Text);
        Assert.Equal(200, (await Client.DeleteAsync($"{Store}/namespace?ns=customers&delete-groups=true")).Status);
        Assert.Equal([""], await NamespacesAsync());
    }

    private async Task BackUpAsync(string type, string id, string ns)
    {
        long now = Time.GetUtcNow().ToUnixTimeSeconds();
        string query = FormattableString.Invariant($"backup-type={type}&backup-id={id}&backup-time={now}&store=store1") + (ns.Length == 0 ? "" : $"&ns={ns}");
        await using (BackupWire wire = await BackupWire.OpenAsync(Simulator, query))
        {
            await wire.FinishAsync($$"""{"backup-type":"{{type}}","backup-id":"{{id}}","backup-time":{{now}},"files":[]}""");
        }

        await Wait.UntilAsync(async () => (await Client.GetAsync($"{Store}/active-operations")).Data!["write"]!.GetValue<int>() == 0);
    }

    private Task<TestReply> Group(string type, string id, string from = "", string target = "", bool? merges = null)
    {
        List<(string, string)> fields = [("backup-type", type), ("backup-id", id)];
        AddNamespace(fields, "ns", from);
        AddNamespace(fields, "target-ns", target);
        if (merges is { } flag)
        {
            fields.Add(("merge-group", flag ? "true" : "false"));
        }

        return Client.PostAsync($"{Store}/move-group", [.. fields]);
    }

    private static void AddNamespace(List<(string, string)> fields, string name, string ns)
    {
        if (ns.Length > 0)
        {
            fields.Add((name, ns));
        }
    }

    private Task<TestReply> Namespace(string from, string target) => Client.PostAsync($"{Store}/move-namespace", ("ns", from), ("target-ns", target));

    private async Task<IReadOnlyList<JsonNode>> GroupsAsync(string ns) =>
        [.. (await Client.GetAsync($"{Store}/groups{(ns.Length == 0 ? "" : $"?ns={ns}")}")).Data!.AsArray().Select(static group => group!)];

    private async Task<IReadOnlyList<string>> NamespacesAsync() =>
        [.. (await Client.GetAsync($"{Store}/namespace")).Data!.AsArray().Select(static entry => entry!["ns"]!.GetValue<string>())];

    private async Task<string> RunAsync(Task<TestReply> call)
    {
        TestReply started = await call;
        Assert.True(started.Status == 200, started.Text);
        Time.Advance(TimeSpan.FromSeconds(10));
        return (await Client.GetAsync($"/nodes/localhost/tasks/{Uri.EscapeDataString(started.Data!.GetValue<string>())}/status")).Data!["exitstatus"]!.GetValue<string>();
    }
}
