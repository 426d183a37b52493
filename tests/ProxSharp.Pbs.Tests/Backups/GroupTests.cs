using ProxSharp.Ids;
using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Backups;

namespace ProxSharp.Pbs.Tests.Backups;

/// <summary>Backup groups.</summary>
public sealed class GroupTests(PbsServer server) : IClassFixture<PbsServer>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task List_OfTheRoot_HasNoGroupsOfNamespaces(bool sync)
    {
        IReadOnlyList<BackupGroupInfo> groups = sync ? server.Filled.Groups.List(Token) : await server.Filled.Groups.ListAsync(Token);
        Assert.Equal(["ct/200", "host/laptop", "vm/100"], groups.Select(static group => group.ToString()));
        Assert.All(groups, static group => Assert.True(group.Namespace.IsRoot && group.BackupCount > 0 && group.LastBackup > DateTimeOffset.UnixEpoch && group.Files.Count > 0));
        Assert.Equal("demo@pbs", groups[0].Owner);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task List_OfANamespace_HasItsOwn(bool sync)
    {
        DatastoreNamespace ns = server.Filled.Namespaces["customers/acme"];
        BackupGroupInfo group = Assert.Single(sync ? ns.Groups.List(Token) : await ns.Groups.ListAsync(Token));
        Assert.Equal(("vm/7", "customers/acme"), (group.Path.ToString(), group.Namespace.ToString()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Notes_OfAGroup_AreKept(bool sync)
    {
        BackupGroup group = server.Filled.Groups["ct/200"];
        string notes = $"mail server\nsecond line {sync} äöü";
        await (sync ? Task.Run(() => group.SetNotes(notes, Token), Token) : group.SetNotesAsync(notes, Token));
        Assert.Equal(notes, sync ? group.GetNotes(Token) : await group.GetNotesAsync(Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Calls_InANamespace_NameIt(bool sync)
    {
        using StubPbs stub = new("null");
        BackupGroup group = stub.Group;
        await stub.RunAsync(sync, () => group.SetNotes("n", Token), () => group.SetNotesAsync("n", Token));
        Assert.Equal("PUT /admin/datastore/store1/group-notes backup-id=100 backup-type=vm notes=n ns=a/b", stub.LastCall);
        await stub.RunAsync(sync, () => group.ChangeOwner("ci@pbs!t", Token), () => group.ChangeOwnerAsync("ci@pbs!t", Token));
        Assert.Equal("POST /admin/datastore/store1/change-owner backup-id=100 backup-type=vm new-owner=ci@pbs!t ns=a/b", stub.LastCall);
        Assert.Null(await stub.RunAsync(sync, () => group.Delete(null, Token), () => group.DeleteAsync(null, Token)));
        Assert.Equal("DELETE /admin/datastore/store1/groups backup-id=100 backup-type=vm ns=a/b", stub.LastCall);
        BackupGroup root = stub.Store.Groups["ct/7"];
        await stub.RunAsync(sync, () => root.Delete(false, Token), () => root.DeleteAsync(false, Token));
        Assert.Equal("DELETE /admin/datastore/store1/groups backup-id=7 backup-type=ct error-on-protected=false", stub.LastCall);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task MoveToAndVerify_OfAGroup_StartTasks(bool sync)
    {
        using StubPbs stub = new($"\"{StubPbs.TaskId.Replace(@"\", @"\\", StringComparison.Ordinal)}\"");
        await stub.RunAsync(sync, () => stub.Group.MoveTo(default, true, Token), () => stub.Group.MoveToAsync(default, true, Token));
        Assert.Equal("POST /admin/datastore/store1/move-group backup-id=100 backup-type=vm merge-group=true ns=a/b", stub.LastCall);
        VerifyOptions options = new() { IgnoreVerified = false, MaxDepth = 3, ReadThreads = 2, VerifyThreads = 4 };
        await stub.RunAsync(sync, () => stub.Group.Verify(options, Token), () => stub.Group.VerifyAsync(options, Token));
        Assert.Equal("POST /admin/datastore/store1/verify backup-id=100 backup-type=vm ignore-verified=false ns=a/b read-threads=2 verify-threads=4", stub.LastCall);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task List_KindsThatAreUnknown_AreLeftOut(bool sync)
    {
        using StubPbs stub = new("""
            [{"backup-type":"pod","backup-id":"1","last-backup":5,"backup-count":1,"files":[]},
             {"backup-type":"vm","backup-id":"9","last-backup":0,"backup-count":0,"files":["a.blob"],"comment":"c"}]
            """);
        BackupGroupInfo group = Assert.Single(await stub.RunAsync(sync, () => stub.Store.Groups.List(Token), () => stub.Store.Groups.ListAsync(Token)));
        Assert.Equal((BackupType.Vm, "9", null, 0L, "c"), (group.Path.Type, group.Path.Id, group.LastBackup, group.BackupCount, group.Comment));
        Assert.Equal("GET /admin/datastore/store1/groups", stub.LastCall);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ChangeOwner_OfAGroup_ShowsInTheList(bool sync)
    {
        Datastore store = server.Filled;
        BackupGroup group = sync ? store.Groups["host/laptop"] : server.Pbs.Datastores["offsite"].Groups["vm/100"];
        await (sync ? Task.Run(() => group.ChangeOwner("demo@pbs", Token), Token) : group.ChangeOwnerAsync("demo@pbs!ci", Token));
        Assert.Equal(sync ? "demo@pbs" : "demo@pbs!ci", (await group.Datastore.Groups.ListAsync(Token)).Single(entry => entry.Path == group.Path).Owner);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Delete_NewServer_TellsWhatWasRemoved(bool sync)
    {
        using StubPbs stub = new("""{"protected-snapshots":1,"removed-groups":0,"removed-snapshots":4}""");
        AdminDatastoreGroupsDeleteResult? result = await stub.RunAsync(sync, () => stub.Group.Delete(false, Token), () => stub.Group.DeleteAsync(false, Token));
        Assert.Equal((1L, 0L, 4L), (result?.ProtectedSnapshots, result?.RemovedGroups, result?.RemovedSnapshots));
    }
}
