using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Mcp.Tests;

/// <summary>Files inside backups that a cluster keeps on a backup server.</summary>
public sealed class BackupFilesTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task OfAContainer_AreListedAFolderAtATime(bool withBackup, bool named)
    {
        await using AgentSession session = await StartAsync(withBackup);
        string context = named ? ",\"context\":\"lab\"" : "";
        string backup = await BackUpAsync(session, 200);
        Assert.StartsWith("vault:backup/ct/200/", backup, StringComparison.Ordinal);

        Assert.Equal(["root.pxar.didx folder"], await ListAsync(session, backup, "/", context));
        Assert.Equal(["etc folder", "home folder", "srv folder", "var folder"], await ListAsync(session, backup, "/root.pxar.didx", context));
        Assert.Equal(["hostname file", "hosts file", "localtime link"], await ListAsync(session, backup, "root.pxar.didx/etc/", context));
    }

    [Fact]
    public async Task OfAMachine_AreBehindItsDiskAndPartition()
    {
        await using AgentSession session = await StartAsync(withBackup: false);
        string backup = await BackUpAsync(session, 106);
        Assert.Equal(["drive-scsi0.img.fidx archive"], await ListAsync(session, backup, "/"));
        Assert.Equal(["1 archive"], await ListAsync(session, backup, "/drive-scsi0.img.fidx/part"));
        JsonElement srv = await session.DoneAsync("backup_files", Arguments(backup, "/drive-scsi0.img.fidx/part/1/srv"));
        Assert.Equal(65_536, srv.GetProperty("rows")[0].GetProperty("size").GetInt64());

        // A command that gets files from a backup server is none for the cluster.
        Assert.False(srv.TryGetProperty("fetch", out _));
    }

    [Fact]
    public async Task WhatIsNotThere_IsAnErrorOfTheServer()
    {
        await using AgentSession session = await StartAsync(withBackup: false);
        string backup = await BackUpAsync(session, 200);
        Assert.Equal("server", await session.RefusedAsync("backup_files", Arguments(backup, "/root.pxar.didx/nowhere")));
        Assert.Equal("server", await session.RefusedAsync("backup_files", Arguments("vault:backup/ct/200/2020-01-01T00:00:00Z", "/")));
    }

    [Fact]
    public async Task ASnapshotOfABackupServer_WithoutOne_IsNotFound()
    {
        await using AgentSession session = await StartAsync(withBackup: false);
        Assert.Equal("not-found", await session.RefusedAsync("backup_files", Arguments("store1:vm/100/2026-01-01T02:00:00Z", "/")));
    }

    [Theory]
    [InlineData("store1:host/laptop")]
    [InlineData("store1:customers/acme/vm/7")]
    [InlineData("store1:host/laptop/2026-01-01 03:00")]
    [InlineData("vault:backup/ct/200")]
    public async Task AGroup_IsToldFromABackup(string backup)
    {
        await using AgentSession session = await StartAsync(withBackup: true);
        JsonElement failure = await session.FailureAsync("backup_files", Arguments(backup, "/"));
        Assert.Equal("usage", failure.GetProperty("error").GetString());
        Assert.Contains("names a group of backups", failure.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains("DATASTORE:[NS/]TYPE/ID/TIME", failure.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ANamespaceOfThatName_OnABackupServer_IsStillLookedInto()
    {
        await using AgentSession session = await StartAsync(withBackup: true);
        await session.FailureAsync("backup_files", Arguments("store1:backup/ct/101/2026-01-01T02:00:00Z", "/"));
        Assert.Contains(session.Pbs!.Traffic.Requests, static request => request.Path.EndsWith("/admin/datastore/store1/catalog", StringComparison.Ordinal));
    }

    private static Task<AgentSession> StartAsync(bool withBackup) => AgentSession.StartAsync(new SessionOptions
    {
        WithBackup = withBackup,
        Cluster = static cluster =>
        {
            DefaultCluster.Build(cluster);
            cluster.AddStorage("vault", "pbs");
        },
    });

    private static async Task<string> BackUpAsync(AgentSession session, int vmid)
    {
        string node = (await session.DoneAsync("guest_list", $$"""{"filter":"vmid={{vmid}}","fields":"node"}""")).GetProperty("rows")[0].GetProperty("node").GetString()!;
        ApiParameters parameters = new() { { "vmid", vmid }, { "storage", "vault" } };
        string upid = (await session.Other.Raw.PostAsync($"/nodes/{node}/vzdump", parameters)).Data.GetString()!;
        await session.DoneAsync("task_wait", JsonSerializer.Serialize(new { upid }));
        JsonElement list = await session.DoneAsync("backup_list", """{"context":"lab","datastore":"vault"}""");
        return Assert.Single(list.GetProperty("rows").EnumerateArray()).GetProperty("backup").GetString()!;
    }

    private static async Task<string[]> ListAsync(AgentSession session, string backup, string path, string context = "")
    {
        string arguments = $"{Arguments(backup, path)[..^1]}{context}}}";
        return
        [
            .. (await session.DoneAsync("backup_files", arguments)).GetProperty("rows").EnumerateArray()
                .Select(static row => $"{row.GetProperty("name").GetString()} {row.GetProperty("type").GetString()}"),
        ];
    }

    private static string Arguments(string backup, string path) => JsonSerializer.Serialize(new { backup, path });
}
