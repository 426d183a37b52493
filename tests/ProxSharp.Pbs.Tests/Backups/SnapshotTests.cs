using System.Text;
using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Backups;
using ProxSharp.Tasks;
using ProxSharp.Testing;

namespace ProxSharp.Pbs.Tests.Backups;

/// <summary>Snapshots: lists, notes, protection, deletion, verification.</summary>
public sealed class SnapshotTests(PbsServer server) : IClassFixture<PbsServer>
{
    private const string Triple = "backup-id=100 backup-time=1714558272 backup-type=vm";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task List_OfTheRoot_IsNewestFirst(bool sync)
    {
        BackupSnapshotCollection snapshots = server.Filled.Snapshots;
        IReadOnlyList<BackupSnapshotInfo> all = sync ? snapshots.List(cancellationToken: Token) : await snapshots.ListAsync(cancellationToken: Token);
        Assert.Equal(all.OrderByDescending(static snapshot => snapshot.Path.Time).Select(static snapshot => snapshot.Path.Time), all.Select(static snapshot => snapshot.Path.Time));
        IReadOnlyList<BackupSnapshotInfo> machines = sync ? snapshots.List(BackupType.Vm, Token) : await snapshots.ListAsync(BackupType.Vm, Token);
        Assert.NotEmpty(machines);
        Assert.All(machines, static snapshot => Assert.True(snapshot.Path.Group.Type == BackupType.Vm && snapshot.IsComplete && snapshot.Files.Count > 0));
        Assert.True(machines.Count < all.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FindLatest_OfAGroup_IsTheFirstOfItsList(bool sync)
    {
        BackupGroupSnapshots snapshots = server.Filled.Groups["ct/200"].Snapshots;
        IReadOnlyList<BackupSnapshotInfo> all = sync ? snapshots.List(Token) : await snapshots.ListAsync(Token);
        BackupSnapshotInfo? latest = sync ? snapshots.FindLatest(Token) : await snapshots.FindLatestAsync(Token);
        Assert.Equal(all[0].Path, latest?.Path);
        Assert.Equal(all[0].Path, snapshots[all[0].Path.Time].Path);
        Assert.Equal(all[0].Path, snapshots[all[0].Path.TimeText].Path);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FindLatest_BackupThatRuns_IsPassedOver(bool sync)
    {
        using StubPbs stub = new("""
            [{"backup-type":"vm","backup-id":"100","backup-time":200,"files":[{"filename":"drive.img.fidx"}],"protected":false},
             {"backup-type":"vm","backup-id":"100","backup-time":100,"files":[{"filename":"drive.img.fidx","size":7,"crypt-mode":"encrypt"}],"size":7,"protected":true,"comment":"c",
              "fingerprint":"aa:bb","verification":{"state":"failed","upid":"UPID:vm:000046D1:00052608:00000023:6B035B83:verify:golden:golden@pbs!tok:"}}]
            """);
        BackupSnapshotInfo? latest = await stub.RunAsync(sync, () => stub.Group.Snapshots.FindLatest(Token), () => stub.Group.Snapshots.FindLatestAsync(Token));
        Assert.NotNull(latest);
        Assert.Equal((100L, true, "c", "aa:bb"), (latest.Path.Time.ToUnixTimeSeconds(), latest.IsProtected, latest.Comment, latest.KeyFingerprint));
        Assert.Equal((VerificationState.Failed, "verify"), (latest.Verification, latest.VerificationTask?.Type));
        Assert.Equal("GET /admin/datastore/store1/snapshots backup-id=100 backup-type=vm ns=a/b", stub.LastCall);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task NotesAndProtection_OfASnapshot_AreKept(bool sync)
    {
        BackupSnapshot snapshot = await OneAsync("ct/200");
        string notes = $"before the upgrade {sync}\nmore";
        await (sync ? Task.Run(() => snapshot.SetNotes(notes, Token), Token) : snapshot.SetNotesAsync(notes, Token));
        Assert.Equal(notes, sync ? snapshot.GetNotes(Token) : await snapshot.GetNotesAsync(Token));
        Assert.Equal(notes.Split('\n')[0], (await snapshot.Group.Snapshots.ListAsync(Token)).Single(entry => entry.Path == snapshot.Path).Comment);
        await (sync ? Task.Run(() => snapshot.SetProtection(true, Token), Token) : snapshot.SetProtectionAsync(true, Token));
        Assert.True(sync ? snapshot.IsProtected(Token) : await snapshot.IsProtectedAsync(Token));
        ProxmoxApiException refusal = await Assert.ThrowsAnyAsync<ProxmoxApiException>(() => sync ? Task.Run(() => snapshot.Delete(Token), Token) : snapshot.DeleteAsync(Token));
        Assert.Contains("protected", refusal.Message, StringComparison.Ordinal);
        await (sync ? Task.Run(() => snapshot.SetProtection(false, Token), Token) : snapshot.SetProtectionAsync(false, Token));
        Assert.False(sync ? snapshot.IsProtected(Token) : await snapshot.IsProtectedAsync(Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Delete_ASnapshot_LeavesTheOthers(bool sync)
    {
        BackupSnapshot snapshot = await OneAsync("host/laptop");
        int before = (await snapshot.Group.Snapshots.ListAsync(Token)).Count;
        await (sync ? Task.Run(() => snapshot.Delete(Token), Token) : snapshot.DeleteAsync(Token));
        IReadOnlyList<BackupSnapshotInfo> after = await snapshot.Group.Snapshots.ListAsync(Token);
        Assert.Equal(before - 1, after.Count);
        Assert.DoesNotContain(after, entry => entry.Path == snapshot.Path);
        await Assert.ThrowsAnyAsync<ProxmoxApiException>(() => snapshot.DeleteAsync(Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Verify_ASnapshot_LeavesAResult(bool sync)
    {
        BackupSnapshot snapshot = await OneAsync("vm/100");
        VerifyOptions again = new() { IgnoreVerified = false };
        PbsTask task = sync ? snapshot.Verify(again, Token) : await snapshot.VerifyAsync(again, Token);
        TaskResult result = sync ? task.WaitForCompletion(cancellationToken: Token) : await task.WaitForCompletionAsync(Token);
        Assert.True(result.Succeeded);
        BackupSnapshotInfo info = (await snapshot.Group.Snapshots.ListAsync(Token)).Single(entry => entry.Path == snapshot.Path);
        Assert.Equal((VerificationState.Ok, task.Upid), (info.Verification, info.VerificationTask));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ListFiles_OfASnapshot_AreThoseOfTheList(bool sync)
    {
        BackupSnapshot snapshot = await OneAsync("vm/100");
        IReadOnlyList<AdminDatastoreFilesItem> files = sync ? snapshot.ListFiles(Token) : await snapshot.ListFilesAsync(Token);
        BackupSnapshotInfo info = (await snapshot.Group.Snapshots.ListAsync(Token)).Single(entry => entry.Path == snapshot.Path);
        Assert.Equal(info.Files.Select(static file => file.Filename).Order(), files.Select(static file => file.Filename).Order());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Calls_InANamespace_NameIt(bool sync)
    {
        using StubPbs stub = new("false");
        BackupSnapshot snapshot = stub.Snapshot;
        await stub.RunAsync(sync, () => snapshot.SetNotes("n", Token), () => snapshot.SetNotesAsync("n", Token));
        Assert.Equal($"PUT /admin/datastore/store1/notes {Triple} notes=n ns=a/b", stub.LastCall);
        await stub.RunAsync(sync, () => snapshot.SetProtection(true, Token), () => snapshot.SetProtectionAsync(true, Token));
        Assert.Equal($"PUT /admin/datastore/store1/protected {Triple} ns=a/b protected=true", stub.LastCall);
        Assert.False(await stub.RunAsync(sync, () => snapshot.IsProtected(Token), () => snapshot.IsProtectedAsync(Token)));
        Assert.Equal($"GET /admin/datastore/store1/protected {Triple} ns=a/b", stub.LastCall);
        await stub.RunAsync(sync, () => snapshot.Delete(Token), () => snapshot.DeleteAsync(Token));
        Assert.Equal($"DELETE /admin/datastore/store1/snapshots {Triple} ns=a/b", stub.LastCall);
        BackupSnapshot root = stub.Store.Snapshots["vm/100/2024-05-01T10:11:12Z"];
        await stub.RunAsync(sync, () => root.Delete(Token), () => root.DeleteAsync(Token));
        Assert.Equal($"DELETE /admin/datastore/store1/snapshots {Triple}", stub.LastCall);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Acceptance", "18")]
    public async Task UploadLog_OfASnapshot_SendsBytesAndNamesItInTheQuery(bool sync)
    {
        using StubPbs stub = new("null");
        byte[] blob = [66, 171, 56, 7, 190, 131, 112, 161, 1, 2, 3, 4];
        await stub.RunAsync(sync, () => stub.Snapshot.UploadLog(new MemoryStream(blob), Token), () => stub.Snapshot.UploadLogAsync(new MemoryStream(blob), Token));
        Assert.Equal($"POST /admin/datastore/store1/upload-backup-log {Triple} ns=a/b", stub.LastCall);
        StubCall call = stub.Handler.Calls[^1];
        Assert.Equal(("application/octet-stream", "12"), (call.Headers["Content-Type"], call.Headers["Content-Length"]));
        Assert.Equal(blob, call.Body);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Downloads_OfFiles_GiveTheBytes(bool sync)
    {
        using StubPbs stub = new(static _ => StubHandler.Text(200, "OK", "content"));
        BackupSnapshot snapshot = stub.Snapshot;
        Assert.Equal("content", await ReadAsync(sync ? snapshot.Download("qemu-server.conf.blob", Token) : await snapshot.DownloadAsync("qemu-server.conf.blob", Token)));
        Assert.Equal($"GET /admin/datastore/store1/download {Triple} file-name=qemu-server.conf.blob ns=a/b", stub.LastCall);
        Assert.Equal("content", await ReadAsync(sync ? snapshot.DownloadDecoded("a.blob", Token) : await snapshot.DownloadDecodedAsync("a.blob", Token)));
        Assert.Equal($"GET /admin/datastore/store1/download-decoded {Triple} file-name=a.blob ns=a/b", stub.LastCall);
        ArchivePath path = ArchivePath.Parse("/root.pxar.didx/etc");
        Assert.Equal("content", await ReadAsync(sync ? snapshot.DownloadEntry(path, true, Token) : await snapshot.DownloadEntryAsync(path, true, Token)));
        Assert.Equal($"GET /admin/datastore/store1/pxar-file-download {Triple} filepath=cm9vdC5weGFyLmRpZHgvZXRj ns=a/b tar=true", stub.LastCall);
        Assert.Equal("content", await ReadAsync(sync ? snapshot.DownloadEntry(path, cancellationToken: Token) : await snapshot.DownloadEntryAsync(path, cancellationToken: Token)));
        Assert.Equal($"GET /admin/datastore/store1/pxar-file-download {Triple} filepath=cm9vdC5weGFyLmRpZHgvZXRj ns=a/b", stub.LastCall);
        Assert.All(stub.Handler.Calls, call => Assert.Equal(sync, call.IsSync));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task DownloadEntry_OfTheRoot_IsRefused(bool sync)
    {
        using StubPbs stub = new("null");
        await Assert.ThrowsAsync<ArgumentException>(async () => _ = sync ? stub.Snapshot.DownloadEntry(ArchivePath.Root, cancellationToken: Token) : await stub.Snapshot.DownloadEntryAsync(ArchivePath.Root, cancellationToken: Token));
        Assert.Empty(stub.Handler.Calls);
    }

    private async Task<BackupSnapshot> OneAsync(string group)
    {
        BackupGroup handle = server.Filled.Groups[group];
        return handle.Datastore.Snapshots[(await handle.Snapshots.ListAsync(Token))[0].Path];
    }

    private static async Task<string> ReadAsync(ApiDownload download)
    {
        await using (download)
        {
            using StreamReader reader = new(download.Content, Encoding.UTF8);
            return await reader.ReadToEndAsync(Token);
        }
    }
}
