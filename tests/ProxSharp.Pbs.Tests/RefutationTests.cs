using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using ProxSharp.Authentication;
using ProxSharp.Ids;
using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Backups;
using ProxSharp.Simulator.Faults;
using ProxSharp.Tasks;

namespace ProxSharp.Pbs.Tests;

/// <summary>What goes wrong in the field, with every handle: names that are none, objects that are not there, users without rights, and broken connections.</summary>
public sealed class RefutationTests
{
    private static readonly RetentionPolicy s_policy = new() { KeepLast = 1 };

    private static readonly Dictionary<string, Func<PbsClient, bool, Task>> s_missing = new(StringComparer.Ordinal)
    {
        ["status of a datastore"] = (pbs, sync) => Do(sync, () => pbs.Datastores["nosuch"].GetStatus(), () => pbs.Datastores["nosuch"].GetStatusAsync()),
        ["configuration of a datastore"] = (pbs, sync) => Do(sync, () => pbs.Datastores["nosuch"].GetConfig(), () => pbs.Datastores["nosuch"].GetConfigAsync()),
        ["change of a datastore"] = (pbs, sync) => Do(sync, () => pbs.Datastores["nosuch"].UpdateConfig(new()), () => pbs.Datastores["nosuch"].UpdateConfigAsync(new())),
        ["removal of a datastore"] = (pbs, sync) => Do(sync, () => pbs.Datastores["nosuch"].Delete(), () => pbs.Datastores["nosuch"].DeleteAsync()),
        ["garbage collection"] = (pbs, sync) => Do(sync, () => pbs.Datastores["nosuch"].CollectGarbage(), () => pbs.Datastores["nosuch"].CollectGarbageAsync()),
        ["groups"] = (pbs, sync) => Do(sync, () => pbs.Datastores["nosuch"].Groups.List(), () => pbs.Datastores["nosuch"].Groups.ListAsync()),
        ["snapshots"] = (pbs, sync) => Do(sync, () => _ = pbs.Datastores["nosuch"].ReadSnapshots().ToList(), async () => await pbs.Datastores["nosuch"].ReadSnapshotsAsync().ToListAsync()),
        ["pruning"] = (pbs, sync) => Do(sync, () => pbs.Datastores["nosuch"].Prune(s_policy), () => pbs.Datastores["nosuch"].PruneAsync(s_policy)),
        ["preview of pruning"] = (pbs, sync) => Do(sync, () => pbs.Datastores["nosuch"].PreviewPrune(s_policy), () => pbs.Datastores["nosuch"].PreviewPruneAsync(s_policy)),
        ["verification"] = (pbs, sync) => Do(sync, () => pbs.Datastores["nosuch"].RunVerification(), () => pbs.Datastores["nosuch"].RunVerificationAsync()),
        ["namespace"] = (pbs, sync) => Do(sync, () => Store(pbs).Namespaces["no/such"].Groups.List(), () => Store(pbs).Namespaces["no/such"].Groups.ListAsync()),
        ["removal of a namespace"] = (pbs, sync) => Do(sync, () => Store(pbs).Namespaces["no/such"].Delete(), () => Store(pbs).Namespaces["no/such"].DeleteAsync()),
        ["owner of a group"] = (pbs, sync) => Do(sync, () => Store(pbs).Groups["vm/999"].ChangeOwner("demo@pbs"), () => Store(pbs).Groups["vm/999"].ChangeOwnerAsync("demo@pbs")),
        ["new notes of a group"] = (pbs, sync) => Do(sync, () => Store(pbs).Groups["vm/999"].SetNotes("x"), () => Store(pbs).Groups["vm/999"].SetNotesAsync("x")),
        ["removal of a group"] = (pbs, sync) => Do(sync, () => Store(pbs).Groups["vm/999"].Delete(), () => Store(pbs).Groups["vm/999"].DeleteAsync()),
        ["notes of a snapshot"] = (pbs, sync) => Do(sync, () => Gone(pbs).GetNotes(), () => Gone(pbs).GetNotesAsync()),
        ["new notes of a snapshot"] = (pbs, sync) => Do(sync, () => Gone(pbs).SetNotes("x"), () => Gone(pbs).SetNotesAsync("x")),
        ["protection of a snapshot"] = (pbs, sync) => Do(sync, () => Gone(pbs).SetProtection(true), () => Gone(pbs).SetProtectionAsync(true)),
        ["removal of a snapshot"] = (pbs, sync) => Do(sync, () => Gone(pbs).Delete(), () => Gone(pbs).DeleteAsync()),
        ["files of a snapshot"] = (pbs, sync) => Do(sync, () => Gone(pbs).ListFiles(), () => Gone(pbs).ListFilesAsync()),
        ["entries of a snapshot"] = (pbs, sync) => Do(sync, () => Gone(pbs).ListEntries(), () => Gone(pbs).ListEntriesAsync()),
        ["file of a snapshot"] = (pbs, sync) => Do(sync, () => Gone(pbs).Download("index.json.blob"), () => Gone(pbs).DownloadAsync("index.json.blob")),
        ["missing file"] = (pbs, sync) => Do(sync, () => There(pbs).Download("nosuch.blob"), () => There(pbs).DownloadAsync("nosuch.blob")),
        ["missing file, decoded"] = (pbs, sync) => Do(sync, () => There(pbs).DownloadDecoded("nosuch.blob"), () => There(pbs).DownloadDecodedAsync("nosuch.blob")),
        ["missing entry"] = (pbs, sync) => Do(sync, () => Laptop(pbs).DownloadEntry(Lost), () => Laptop(pbs).DownloadEntryAsync(Lost)),
        ["missing folder"] = (pbs, sync) => Do(sync, () => Laptop(pbs).ListEntries(Lost), () => Laptop(pbs).ListEntriesAsync(Lost)),
        ["catalog of an image"] = (pbs, sync) => Do(sync, () => There(pbs).ListEntries(), () => There(pbs).ListEntriesAsync()),
        ["prune job"] = (pbs, sync) => Do(sync, () => pbs.PruneJobs.Get("nosuch"), () => pbs.PruneJobs.GetAsync("nosuch")),
        ["run of a prune job"] = (pbs, sync) => Do(sync, () => pbs.PruneJobs.RunNow("nosuch"), () => pbs.PruneJobs.RunNowAsync("nosuch")),
        ["run of a sync job"] = (pbs, sync) => Do(sync, () => pbs.SyncJobs.RunNow("nosuch"), () => pbs.SyncJobs.RunNowAsync("nosuch")),
        ["run of a verify job"] = (pbs, sync) => Do(sync, () => pbs.VerifyJobs.RunNow("nosuch"), () => pbs.VerifyJobs.RunNowAsync("nosuch")),
        ["remote"] = (pbs, sync) => Do(sync, () => pbs.Remotes.Get("nosuch"), () => pbs.Remotes.GetAsync("nosuch")),
        ["traffic control rule"] = (pbs, sync) => Do(sync, () => pbs.TrafficControl.Delete("nosuch"), () => pbs.TrafficControl.DeleteAsync("nosuch")),
        ["S3 endpoint"] = (pbs, sync) => Do(sync, () => pbs.S3Endpoints.Get("nosuch"), () => pbs.S3Endpoints.GetAsync("nosuch")),
        ["metric server"] = (pbs, sync) => Do(sync, () => pbs.Metrics.InfluxDbHttp.Get("nosuch"), () => pbs.Metrics.InfluxDbHttp.GetAsync("nosuch")),
        ["matcher"] = (pbs, sync) => Do(sync, () => pbs.Notifications.Matchers.Get("nosuch"), () => pbs.Notifications.Matchers.GetAsync("nosuch")),
        ["ACME account"] = (pbs, sync) => Do(sync, () => pbs.Acme.Account.Get("nosuch"), () => pbs.Acme.Account.GetAsync("nosuch")),
        ["user"] = (pbs, sync) => Do(sync, () => pbs.Access.Users.Get("nosuch@pbs"), () => pbs.Access.Users.GetAsync("nosuch@pbs")),
        ["API token"] = (pbs, sync) => Do(sync, () => pbs.Access.Users.Token.Get("demo@pbs", "nosuch"), () => pbs.Access.Users.Token.GetAsync("demo@pbs", "nosuch")),
        ["realm"] = (pbs, sync) => Do(sync, () => pbs.Access.Realms.Ldap.Get("nosuch"), () => pbs.Access.Realms.Ldap.GetAsync("nosuch")),
        ["tape drive"] = (pbs, sync) => Do(sync, () => pbs.Tape.Drives.Get("nosuch"), () => pbs.Tape.Drives.GetAsync("nosuch")),
        ["media pool"] = (pbs, sync) => Do(sync, () => pbs.Tape.MediaPools.Get("nosuch"), () => pbs.Tape.MediaPools.GetAsync("nosuch")),
        ["tape job"] = (pbs, sync) => Do(sync, () => pbs.Tape.Jobs.Get("nosuch"), () => pbs.Tape.Jobs.GetAsync("nosuch")),
    };

    private static readonly Dictionary<string, Func<PbsClient, bool, Task>> s_forbidden = new(StringComparer.Ordinal)
    {
        ["status"] = (pbs, sync) => Do(sync, () => Store(pbs).GetStatus(), () => Store(pbs).GetStatusAsync()),
        ["configuration"] = (pbs, sync) => Do(sync, () => Store(pbs).GetConfig(), () => Store(pbs).GetConfigAsync()),
        ["maintenance"] = (pbs, sync) => Do(sync, () => Store(pbs).SetMaintenance(MaintenanceType.Offline), () => Store(pbs).SetMaintenanceAsync(MaintenanceType.Offline)),
        ["new datastore"] = (pbs, sync) => Do(
            sync, () => pbs.Datastores.Create(new() { Name = "xyz", Path = "/srv/x" }), () => pbs.Datastores.CreateAsync(new() { Name = "xyz", Path = "/srv/x" })),
        ["garbage collection"] = (pbs, sync) => Do(sync, () => Store(pbs).RunGarbageCollection(), () => Store(pbs).RunGarbageCollectionAsync()),
        ["groups"] = (pbs, sync) => Do(sync, () => Store(pbs).Groups.List(), () => Store(pbs).Groups.ListAsync()),
        ["snapshots"] = (pbs, sync) => Do(sync, () => Store(pbs).Snapshots.List(), () => Store(pbs).Snapshots.ListAsync()),
        ["namespaces"] = (pbs, sync) => Do(sync, () => Store(pbs).Namespaces.List(), () => Store(pbs).Namespaces.ListAsync()),
        ["new namespace"] = (pbs, sync) => Do(sync, () => Store(pbs).Namespaces["a/b"].CreateWithParents(), () => Store(pbs).Namespaces["a/b"].CreateWithParentsAsync()),
        ["notes"] = (pbs, sync) => Do(sync, () => Store(pbs).Groups["vm/100"].GetNotes(), () => Store(pbs).Groups["vm/100"].GetNotesAsync()),
        ["files"] = (pbs, sync) => Do(sync, () => There(pbs).ListFiles(), () => There(pbs).ListFilesAsync()),
        ["download"] = (pbs, sync) => Do(sync, () => There(pbs).Download("index.json.blob"), () => There(pbs).DownloadAsync("index.json.blob")),
        ["pruning"] = (pbs, sync) => Do(sync, () => Store(pbs).Groups["vm/100"].Prune(s_policy), () => Store(pbs).Groups["vm/100"].PruneAsync(s_policy)),
        ["verification"] = (pbs, sync) => Do(sync, () => Store(pbs).RunVerification(), () => Store(pbs).RunVerificationAsync()),
        ["node"] = (pbs, sync) => Do(sync, () => pbs.Node.GetStatus(), () => pbs.Node.GetStatusAsync()),
        ["journal"] = (pbs, sync) => Do(sync, () => _ = pbs.Node.ReadJournal().ToList(), async () => await pbs.Node.ReadJournalAsync().ToListAsync()),
        ["reboot"] = (pbs, sync) => Do(sync, () => pbs.Node.Reboot(), () => pbs.Node.RebootAsync()),
        ["scan for drives"] = (pbs, sync) => Do(sync, () => pbs.Tape.Drives.Scan(), () => pbs.Tape.Drives.ScanAsync()),
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, bool> Missing() => Both(s_missing.Keys);

    public static TheoryData<string, bool> Forbidden() => Both(s_forbidden.Keys);

    [Theory]
    [MemberData(nameof(Missing))]
    public async Task Calls_OfWhatIsNotThere_AreNotFound(string what, bool sync)
    {
        await using SimulatedPbs server = await SimulatedPbs.StartAsync();
        ProxmoxNotFoundException missing = await Assert.ThrowsAsync<ProxmoxNotFoundException>(() => s_missing[what](server.Pbs, sync));
        Assert.DoesNotContain("older server", missing.Message, StringComparison.Ordinal);
        Assert.NotEmpty(missing.ServerMessage);
    }

    [Theory]
    [MemberData(nameof(Forbidden))]
    public async Task Calls_WithoutPrivileges_AreTypedAndChangeNothing(string what, bool sync)
    {
        await using SimulatedPbs server = await SimulatedPbs.StartAsync();
        PbsClient nobody = server.Connect(ProxmoxCredentials.ApiToken($"{SimulatedPbs.Nobody}!t", SimulatedPbs.TokenSecret));
        ProxmoxPermissionException refused = await Assert.ThrowsAsync<ProxmoxPermissionException>(() => s_forbidden[what](nobody, sync));
        Assert.False(refused.IsTransient);
        Assert.Equal(16, (await server.Store.ReadSnapshotsAsync(cancellationToken: Token).ToListAsync(Token)).Count);
    }

    [Fact]
    public async Task Refusals_WithoutAReason_TellWhatTheCallNeeds()
    {
        await using SimulatedPbs server = await SimulatedPbs.StartAsync();
        PbsClient nobody = server.Connect(ProxmoxCredentials.Password(SimulatedPbs.Nobody, SimulatedPbs.Password));
        ProxmoxPermissionException collection = await Assert.ThrowsAsync<ProxmoxPermissionException>(() => Store(nobody).CollectGarbageAsync(Token));
        Assert.Equal(("/datastore/store1", "Datastore.Modify"), (collection.PrivilegePath, collection.Privilege));
        Assert.Contains("The call needs Datastore.Modify on /datastore/store1;", collection.Message, StringComparison.Ordinal);
        ProxmoxPermissionException unlock = await Assert.ThrowsAsync<ProxmoxPermissionException>(() => nobody.Access.Users.UnlockTfaAsync("demo@pbs", Token));
        Assert.Equal("/access/users", unlock.PrivilegePath);
        ProxmoxPermissionException users = await Assert.ThrowsAsync<ProxmoxPermissionException>(() => nobody.Access.Users.CreateAsync(new() { UserId = "x@pbs" }, Token));
        Assert.Contains(" on /access/", users.Message, StringComparison.Ordinal);
        ProxmoxPermissionException nodes = await Assert.ThrowsAsync<ProxmoxPermissionException>(() => nobody.ListNodesAsync(Token));
        Assert.EndsWith("The call needs the caller to be root@pam, logged in with its password; no API token can make it.", nodes.Message, StringComparison.Ordinal);
        ProxmoxPermissionException groups = await Assert.ThrowsAsync<ProxmoxPermissionException>(() => Store(nobody).Groups.ListAsync(Token));
        Assert.Equal(("/datastore/store1", "Datastore.Audit"), (groups.PrivilegePath, groups.Privilege));
        Assert.Contains("or Datastore.Backup there for groups of one's own", groups.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ab")]
    [InlineData("a/b")]
    [InlineData("a:b")]
    [InlineData(@"a\x3ab")]
    [InlineData("ünïcode")]
    [InlineData("name\n")]
    [InlineData(" name")]
    [InlineData("..")]
    [InlineData("-name")]
    [InlineData("LONG")]
    public async Task Names_ThatAreNone_AreRefusedBeforeTheCall(string text)
    {
        string name = text == "LONG" ? new string('x', 300) : text;
        using StubPbs stub = new("null");
        Assert.Throws<FormatException>(() => stub.Pbs.Datastores[name]);
        Assert.Throws<FormatException>(() => stub.Store.Groups[$"vm/{(name == "ab" ? "" : name)}"]);
        Assert.Throws<FormatException>(() => stub.Store.Groups[$"{name}/100"]);
        Assert.Throws<FormatException>(() => stub.Store.Snapshots[$"vm/100/{name}"]);
        Func<Task>[] calls =
        [
            () => stub.Pbs.PruneJobs.RunNowAsync(name), () => stub.Pbs.SyncJobs.GetAsync(name), () => stub.Pbs.VerifyJobs.DeleteAsync(name), () => stub.Pbs.Remotes.GetAsync(name),
            () => stub.Pbs.TrafficControl.GetAsync(name), () => stub.Pbs.Tape.Jobs.RunNowAsync(name), () => stub.Pbs.Tape.Drives[name].GetStatusAsync(),
            () => stub.Pbs.Access.Users.GetAsync(name), () => stub.Group.ChangeOwnerAsync(name), () => stub.Store.PullAsync(name, "store1"), () => stub.Store.PullAsync(null, name),
            () => stub.Pbs.Datastores.CreateAsync(new() { Name = name, Path = "/srv/x" }),
        ];
        foreach (Func<Task> call in calls)
        {
            // The client's own check, or the path that would lead elsewhere.
            Exception refused = await Assert.ThrowsAnyAsync<Exception>(call);
            Assert.True(refused is ProxmoxValidationException or ArgumentException, refused.ToString());
        }

        Assert.Empty(stub.Handler.Calls);
    }

    [Fact]
    public async Task Handles_OfDefaultValues_SendNothing()
    {
        using StubPbs stub = new("null");
        Func<Task>[] calls =
        [
            () => stub.Pbs.Datastores[default(DatastoreName)].GetStatusAsync(cancellationToken: Token), () => stub.Pbs.Datastores[default(DatastoreName)].DeleteAsync(cancellationToken: Token),
            () => stub.Store.Groups[default(BackupGroupPath)].DeleteAsync(cancellationToken: Token), () => stub.Store.Snapshots[default(BackupSnapshotPath)].DeleteAsync(Token),
            () => stub.Pbs.Tasks[default(Upid)].StopAsync(Token), () => stub.Group.SetNotesAsync(null!, Token), () => stub.Snapshot.SetNotesAsync(null!, Token),
            () => stub.Group.ChangeOwnerAsync(null!, Token), () => stub.Store.UpdateConfigAsync(null!, Token), () => stub.Pbs.Datastores.CreateAsync(null!, Token),
            () => stub.Group.PruneAsync(null!, Token), () => stub.Store.PreviewPruneAsync(null!, null, Token), () => stub.Pbs.PruneJobs.RunNowAsync(null!, Token),
        ];
        foreach (Func<Task> call in calls)
        {
            Exception refused = await Assert.ThrowsAnyAsync<Exception>(call);
            Assert.True(refused is ProxmoxValidationException or ArgumentException, refused.ToString());
        }

        Assert.Empty(stub.Handler.Calls);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Calls_CancelledBeforehand_SendNothing(bool sync)
    {
        await using SimulatedPbs server = await SimulatedPbs.StartAsync();
        CancellationToken cancelled = new(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Do(sync, () => server.Store.GetStatus(cancellationToken: cancelled), () => server.Store.GetStatusAsync(cancellationToken: cancelled)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Do(sync, () => server.Store.CollectGarbage(cancelled), () => server.Store.CollectGarbageAsync(cancelled)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Do(
            sync, () => _ = server.Store.ReadSnapshots(cancellationToken: cancelled).ToList(), async () => await server.Store.ReadSnapshotsAsync(cancellationToken: cancelled).ToListAsync(Token)));
        Assert.Equal(0, server.Simulator.Traffic.RequestCount);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Calls_CancelledOnTheWay_EndAtOnce(bool sync)
    {
        await using SimulatedPbs server = await SimulatedPbs.StartAsync();
        using CancellationTokenSource cancel = new();
        server.Simulator.Faults.When(
            _ =>
            {
                cancel.Cancel();
                return true;
            },
            Fault.SlowReply(TimeSpan.FromMinutes(5)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Do(sync, () => server.Store.GetStatus(cancellationToken: cancel.Token), () => server.Store.GetStatusAsync(cancellationToken: cancel.Token)));
        Assert.Equal("store1", (await server.Store.GetConfigAsync(Token)).Settings.Name);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Connection_ThatBreaks_IsRepairedForReadsAndTypedForWrites(bool sync)
    {
        await using SimulatedPbs server = await SimulatedPbs.StartAsync();
        server.Simulator.Faults.Next(Fault.DropBeforeExecution);
        Assert.True((sync ? server.Store.GetStatus(cancellationToken: Token) : await server.Store.GetStatusAsync(cancellationToken: Token)).Total > 0);
        server.Simulator.Faults.Next(Fault.TruncatedBody);
        Assert.NotEmpty(sync ? server.Store.Groups.List(Token) : await server.Store.Groups.ListAsync(Token));
        server.Simulator.Faults.Next(Fault.DropAfterExecution);
        BackupSnapshot snapshot = There(server.Pbs);
        await Assert.ThrowsAnyAsync<ProxmoxException>(() => Do(sync, () => snapshot.SetProtection(true, Token), () => snapshot.SetProtectionAsync(true, Token)));
        Assert.True(await snapshot.IsProtectedAsync(Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ticket_ThatExpires_IsRenewedWithoutNotice(bool sync)
    {
        await using SimulatedPbs server = await SimulatedPbs.StartAsync();
        PbsClient pbs = server.Connect(ProxmoxCredentials.Password("demo@pbs", "demo-password"));
        Assert.NotEmpty(sync ? Store(pbs).Groups.List(Token) : await Store(pbs).Groups.ListAsync(Token));
        for (int i = 0; i < 3; i++)
        {
            server.Simulator.Faults.ExpireTickets();
            server.Simulator.Faults.ExpireTickets();
            await Do(sync, () => There(pbs).SetNotes($"note {i}", Token), () => There(pbs).SetNotesAsync($"note {i}", Token));
            Assert.Equal($"note {i}", sync ? There(pbs).GetNotes(Token) : await There(pbs).GetNotesAsync(Token));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SecondFactor_OfAUser_IsAskedForAndWrongOnesAreRefused(bool sync)
    {
        byte[] secret = [.. Enumerable.Range(0, 20).Select(static i => (byte)i)];
        await using SimulatedPbs server = await SimulatedPbs.StartAsync(more => more.AddUser("careful@pbs", SimulatedPbs.Password).Grant("/", "careful@pbs", "Audit").AddTotp("careful@pbs", secret));
        PbsClient right = server.Connect(ProxmoxCredentials.Password("careful@pbs", SimulatedPbs.Password, SecondFactor.FromCallback(_ => SecondFactorResponse.Totp(Code(secret)))));
        Assert.NotEmpty(sync ? right.Datastores.List(Token) : await right.Datastores.ListAsync(Token));
        PbsClient none = server.Connect(ProxmoxCredentials.Password("careful@pbs", SimulatedPbs.Password));
        await Assert.ThrowsAsync<ProxmoxAuthenticationException>(() => Do(sync, () => none.Datastores.List(Token), () => none.Datastores.ListAsync(Token)));
        PbsClient wrong = server.Connect(ProxmoxCredentials.Password("careful@pbs", SimulatedPbs.Password, SecondFactor.FromCallback(_ => SecondFactorResponse.Totp(Code([9, .. secret])))));
        await Assert.ThrowsAsync<ProxmoxAuthenticationException>(() => Do(sync, () => wrong.Datastores.List(Token), () => wrong.Datastores.ListAsync(Token)));
    }

    [Fact]
    public async Task Calls_InParallel_OfOneClientShareItsLogin()
    {
        await using SimulatedPbs server = await SimulatedPbs.StartAsync();
        PbsClient pbs = server.Connect(ProxmoxCredentials.Password("demo@pbs", "demo-password"));
        Task<int>[] reads = [.. Enumerable.Range(0, 40).Select(i => Task.Run(
            async () => i % 2 == 0 ? Store(pbs).Groups.List(Token).Count : (await Store(pbs).Groups.ListAsync(Token)).Count, Token))];
        Assert.All(await Task.WhenAll(reads), static count => Assert.Equal(3, count));
        Assert.Single(server.Simulator.Traffic.Requests, static request => request.Path.EndsWith("/access/ticket", StringComparison.Ordinal));
        TaskResult[] results = await Task.WhenAll((await Store(pbs).Groups.ListAsync(Token)).Select(group => Store(pbs).Groups[group.Path].VerifyAsync(null, Token).WaitForCompletionAsync(Token)));
        Assert.All(results, static result => Assert.True(result.Succeeded));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_ForATaskOfSomebodyElse_SaysThatItMayNotBeSeen(bool sync)
    {
        await using SimulatedPbs server = await SimulatedPbs.StartAsync();
        PbsTask task = await server.Store.CollectGarbageAsync(Token);
        PbsTask foreign = server.Connect(ProxmoxCredentials.ApiToken($"{SimulatedPbs.Nobody}!t", SimulatedPbs.TokenSecret)).Tasks[task.Upid];
        ProxmoxTaskWaitException failure = await Assert.ThrowsAsync<ProxmoxTaskWaitException>(
            () => Do(sync, () => foreign.WaitForCompletion(cancellationToken: Token), () => foreign.WaitForCompletionAsync(Token)));
        Assert.IsType<ProxmoxPermissionException>(failure.InnerException);
        Assert.Contains("may not look at it", failure.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ProxmoxPermissionException>(() => Do(sync, () => foreign.GetStatus(Token), () => foreign.GetStatusAsync(Token)));
        await Assert.ThrowsAsync<ProxmoxPermissionException>(() => Do(sync, () => foreign.GetLogTail(3, Token), () => foreign.GetLogTailAsync(3, Token)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_CancelledOrTimedOut_LeavesTheTaskRunning(bool sync)
    {
        await using SimulatedPbs server = await SimulatedPbs.StartAsync(taskDuration: TimeSpan.FromMinutes(5));
        PbsTask task = await server.Store.CollectGarbageAsync(Token);
        TaskWaitOptions brief = new() { Timeout = TimeSpan.FromMilliseconds(1) };
        ProxmoxTaskWaitException late = await Assert.ThrowsAsync<ProxmoxTaskWaitException>(
            () => Do(sync, () => task.WaitForCompletion(brief, Token), () => task.WaitForCompletionAsync(brief, Token)));
        Assert.True(late.TimedOut);
        using CancellationTokenSource cancel = new();
        server.Simulator.Faults.When(
            request =>
            {
                if (request.Path.Contains("/tasks", StringComparison.Ordinal))
                {
                    cancel.Cancel();
                }

                return false;
            },
            Fault.DropBeforeExecution);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Do(sync, () => task.WaitForCompletion(null, cancel.Token), () => task.WaitForCompletionAsync(null, cancel.Token)));
        Assert.True((await task.GetStatusAsync(Token)).IsRunning);
        await Do(sync, () => task.Stop(Token), () => task.StopAsync(Token));
        ProxmoxTaskFailedException stopped = await Assert.ThrowsAsync<ProxmoxTaskFailedException>(
            () => Do(sync, () => task.WaitForCompletion(cancellationToken: Token), () => task.WaitForCompletionAsync(Token)));
        Assert.NotEmpty(stopped.LogTail);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_TaskThatFails_HasTheEndOfItsLog(bool sync)
    {
        await using SimulatedPbs server = await SimulatedPbs.StartAsync();
        server.Simulator.Faults.FailTask(new TaskFault { Type = "garbage_collection", Text = "no space left on device" });
        PbsTask task = await server.Store.CollectGarbageAsync(Token);
        Assert.Equal("pbs", task.Upid.Node);
        ProxmoxTaskFailedException failure = await Assert.ThrowsAsync<ProxmoxTaskFailedException>(
            () => Do(sync, () => task.WaitForCompletion(cancellationToken: Token), () => task.WaitForCompletionAsync(Token)));
        Assert.Equal("no space left on device", failure.ExitStatus);
        Assert.Equal("TASK ERROR: no space left on device", failure.LogTail[^1]);
        Assert.Equal(TaskOutcome.Failed, (await task.GetStatusAsync(Token)).Outcome);
    }

    private static TheoryData<string, bool> Both(IEnumerable<string> names)
    {
        TheoryData<string, bool> data = [];
        foreach (string name in names)
        {
            data.Add(name, true);
            data.Add(name, false);
        }

        return data;
    }

    private static Datastore Store(PbsClient pbs) => pbs.Datastores["store1"];

    private static BackupSnapshot There(PbsClient pbs) => Store(pbs).Snapshots["vm/100/2026-01-01T02:00:00Z"];

    private static BackupSnapshot Laptop(PbsClient pbs) => Store(pbs).Snapshots["host/laptop/2026-01-01T03:00:00Z"];

    private static ArchivePath Lost => ArchivePath.Parse("root.pxar.didx/lost/file");

    private static BackupSnapshot Gone(PbsClient pbs) => Store(pbs).Snapshots["vm/100/2020-01-01T00:00:00Z"];

    private static string Code(byte[] secret)
    {
        Span<byte> counter = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 30);
#pragma warning disable CA5350 // One-time passwords are made this way.
        byte[] hash = HMACSHA1.HashData(secret, counter);
#pragma warning restore CA5350
        int code = (BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(hash[^1] & 15)) & int.MaxValue) % 1_000_000;
        return code.ToString("D6", CultureInfo.InvariantCulture);
    }

    private static Task Do(bool sync, Action syncBody, Func<Task> asyncBody) => sync ? Task.Run(syncBody) : asyncBody();
}
