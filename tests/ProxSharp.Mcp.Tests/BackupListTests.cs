using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Mcp.Tests;

/// <summary>Whose backups are listed: guests by number, by kind and number and by name; who is not there is told.</summary>
public sealed class BackupListTests
{
    [Theory]
    [InlineData("106", 1)]
    [InlineData("vm/106", 1)]
    [InlineData("qemu/106", 1)]
    [InlineData("staging", 1)]
    [InlineData("Staging", 1)]
    [InlineData("web-1", 0)]
    [InlineData("vm/100", 0)]
    public async Task OfACluster_AGuestThatIsThere_GivesItsArchives(string guest, int expected)
    {
        await using AgentSession session = await BackedUpAsync();
        Assert.Equal(expected, (await session.DoneAsync("backup_list", JsonSerializer.Serialize(new { guest }))).GetProperty("total").GetInt32());
    }

    [Theory]
    [InlineData("ct/106", "not-found", "There is no backup of 'ct/106' in lab")]
    [InlineData("stagin", "not-found", "guest_list shows the guests")]
    [InlineData("4711", "not-found", "no guest like that")]
    [InlineData("host/laptop", "usage", "lab has backups of guests alone")]
    [InlineData("vm/staging", "usage", "write its number, its name, vm/100, ct/101, or host/NAME")]
    [InlineData("vms/106", "usage", "write its number")]
    [InlineData("vm/", "usage", "write its number")]
    public async Task OfACluster_WhoIsNotThere_IsAnError(string guest, string code, string expected)
    {
        await using AgentSession session = await BackedUpAsync();
        JsonElement failure = await session.FailureAsync("backup_list", JsonSerializer.Serialize(new { guest }));
        Assert.Equal(code, failure.GetProperty("error").GetString());
        Assert.Contains(expected, failure.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OfACluster_StorageThatIsNotThere_IsAnError()
    {
        await using AgentSession session = await BackedUpAsync();
        Assert.Equal("not-found", await session.RefusedAsync("backup_list", """{"datastore":"nowhere"}"""));
        Assert.Equal(1, (await session.DoneAsync("backup_list", """{"datastore":"local"}""")).GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task OfACluster_WithAStorageThatIsDisabled_NamesItAndCallsNobodyUnprotected()
    {
        await using AgentSession session = await BackedUpAsync();
        Assert.False((await session.DoneAsync("backup_list")).TryGetProperty("missing", out _));
        await session.Other.Raw.PutAsync("/storage/local", new ApiParameters { { "disable", true } });
        JsonElement none = await session.DoneAsync("backup_list", """{"guest":"106"}""");
        Assert.Equal(0, none.GetProperty("total").GetInt32());
        Assert.Equal(["storage local: disabled"], Missing(none));
        JsonElement audit = await session.DoneAsync("backup_audit", """{"filter":"what~106"}""");
        Assert.Contains("storage local: disabled", Missing(audit));
        Assert.StartsWith(
            "no backup on those of the cluster's own storages that could be read",
            Assert.Single(audit.GetProperty("rows").EnumerateArray()).GetProperty("problem").GetString(),
            StringComparison.Ordinal);
        Assert.Equal("not-found", await session.RefusedAsync("backup_list", """{"datastore":"local"}"""));
    }

    [Fact]
    public async Task OfACluster_WithANodeThatIsDown_NamesItsOwnStoragesAlone()
    {
        await using AgentSession session = await BackedUpAsync();
        session.Pve.Faults.KillNode("pve3");
        Assert.Equal(["storage local on pve3: unknown"], Missing(await session.DoneAsync("backup_list", """{"guest":"web-1"}""")));
    }

    [Fact]
    public async Task Audit_NamesDisksThatBackupsLeaveOut_AndTakesNoBackupOfAnEarlierGuestForOne()
    {
        // Its number is younger than the backup that is made of it here, as that of a guest which was made anew.
        static void Build(ClusterBuilder cluster)
        {
            DefaultCluster.Build(cluster);
            cluster.AddVm("pve1", 777, "new-one", static guest => guest.Options["meta"] = "creation-qemu=10.1.2,ctime=4102444800");
        }

        await using AgentSession session = await BackedUpAsync(new SessionOptions { Cluster = Build }, 106, 777);
        async Task<string> ProblemAsync(int vmid)
        {
            JsonElement audit = await session.DoneAsync("backup_audit", $$"""{"filter":"what~{{vmid}}","all":true}""");
            return Assert.Single(audit.GetProperty("rows").EnumerateArray()).TryGetProperty("problem", out JsonElement problem) ? problem.GetString()! : "";
        }

        Assert.StartsWith(
            "no backup on the cluster's own storages: those of the number are of an earlier guest", await ProblemAsync(777), StringComparison.Ordinal);
        Assert.DoesNotContain("leave out", await ProblemAsync(106), StringComparison.Ordinal);
        await session.Other.Raw.PutAsync("/nodes/pve1/qemu/106/config", new ApiParameters { { "scsi1", "local-lvm:1,backup=0" } });
        Assert.Contains("backups leave out scsi1", await ProblemAsync(106), StringComparison.Ordinal);
    }

    private static IEnumerable<string?> Missing(JsonElement answer) => answer.GetProperty("missing").EnumerateArray().Select(static line => line.GetString());

    [Theory]
    [InlineData("ct/100")]
    [InlineData("nobody")]
    [InlineData("4711")]
    public async Task OfABackupServer_WhoIsNotThere_IsAnError(string guest)
    {
        await using AgentSession session = await AgentSession.StartAsync(new SessionOptions { WithBackup = true });
        Assert.Equal("not-found", await session.RefusedAsync("backup_list", JsonSerializer.Serialize(new { guest })));
    }

    [Fact]
    public async Task WithoutAContext_None_NamesWhatWasNotLookedAt()
    {
        await using AgentSession session = await AgentSession.StartAsync(new SessionOptions { WithBackup = true });
        JsonElement answer = await session.DoneAsync("backup_list", """{"guest":"vm/106"}""");
        Assert.Equal(0, answer.GetProperty("total").GetInt32());
        Assert.Equal("read: backup; not looked at: lab (the storages of the cluster); choose one with context", answer.GetProperty("note").GetString());
        Assert.False((await session.DoneAsync("backup_list", """{"guest":"vm/106","context":"lab"}""")).TryGetProperty("note", out _));
    }

    [Fact]
    public async Task OfABackupServer_DatastoreThatIsNotThere_IsAnError()
    {
        await using AgentSession session = await AgentSession.StartAsync(new SessionOptions { WithBackup = true });
        JsonElement failure = await session.FailureAsync("backup_list", """{"context":"backup","datastore":"nope"}""");
        Assert.Equal("not-found", failure.GetProperty("error").GetString());
        string message = failure.GetProperty("message").GetString()!;
        Assert.StartsWith("backup has no datastore 'nope' that is to be seen; there are: ", message, StringComparison.Ordinal);
        Assert.Contains("store1", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_OfAnArchiveOnAStorageThatIsNoBackupServer_SaysWhichBackupsHoldThem()
    {
        await using AgentSession session = await BackedUpAsync();
        JsonElement failure = await session.FailureAsync("backup_files", """{"backup":"local:backup/vzdump-qemu-106-2026_01_01-00_00_00.vma.zst"}""");
        Assert.Equal("no-files", failure.GetProperty("error").GetString());
        Assert.Contains("'local' is a storage of type dir, and only backups on backup servers", failure.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_OfAMachine_SaysThatThereAreImages()
    {
        await using AgentSession session = await AgentSession.StartAsync(new SessionOptions { WithBackup = true });
        JsonElement failure = await session.FailureAsync("backup_files", """{"backup":"store1:vm/100/2026-01-01T02:00:00Z"}""");
        Assert.Equal("no-files", failure.GetProperty("error").GetString());
        Assert.Contains("has no list of files: it holds drive-", failure.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.NotEqual("no-files", await session.RefusedAsync("backup_files", """{"backup":"store1:vm/100/2020-01-01T02:00:00Z"}"""));
    }

    private static Task<AgentSession> BackedUpAsync() => BackedUpAsync(new SessionOptions(), 106);

    private static async Task<AgentSession> BackedUpAsync(SessionOptions options, params int[] guests)
    {
        AgentSession session = await AgentSession.StartAsync(options);
        foreach (int vmid in guests)
        {
            ApiParameters parameters = new() { { "vmid", vmid }, { "storage", "local" } };
            string upid = (await session.Other.Raw.PostAsync("/nodes/pve1/vzdump", parameters)).Data.GetString()!;
            await session.DoneAsync("task_wait", JsonSerializer.Serialize(new { upid }));
        }

        return session;
    }
}
