using ProxSharp.Authentication;
using ProxSharp.Ids;
using ProxSharp.Pbs.Backups;

namespace ProxSharp.Pbs.Tests.Backups;

/// <summary>What goes through all namespaces of a datastore: streams of snapshots with filters, previews of pruning with reasons.</summary>
public sealed class WalkTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadSnapshots_WithFilters_GivesThoseThatFitInAllNamespaces(bool sync)
    {
        await using SimulatedPbs server = await SimulatedPbs.StartAsync();
        await server.Store.Snapshots["vm/100/2026-01-02T02:00:00Z"].SetProtectionAsync(true, Token);
        Assert.Equal(16, (await ReadAsync(null)).Count);
        Assert.Equal(["vm/100/2026-01-02T02:00:00Z"], await ReadAsync(new() { IsProtected = true }));
        Assert.Equal(15, (await ReadAsync(new() { IsProtected = false })).Count);
        Assert.Equal(6, (await ReadAsync(new() { Type = BackupType.Vm })).Count);
        Assert.Equal(["customers/acme vm/7/2026-01-01T02:00:00Z"], await ReadAsync(new() { Id = "7" }));
        Assert.Empty(await ReadAsync(new() { Id = "7", MaxDepth = 1 }));
        Assert.Equal(5, (await ReadAsync(new() { Owner = "demo@pbs!ci" })).Count);
        DateTimeOffset third = new(2026, 1, 3, 0, 0, 0, TimeSpan.Zero);
        Assert.Equal(9, (await ReadAsync(new() { Since = third })).Count);
        Assert.Equal(3, (await ReadAsync(new() { Since = third, Until = third.AddDays(1) })).Count);
        Assert.Equal((16, 0), ((await ReadAsync(new() { IsComplete = true })).Count, (await ReadAsync(new() { IsComplete = false })).Count));
        Assert.Equal((0, 16), ((await ReadAsync(new() { IsVerified = true })).Count, (await ReadAsync(new() { IsEncrypted = false })).Count));

        async Task<List<string>> ReadAsync(BackupSnapshotFilter? filter)
        {
            List<BackupSnapshotInfo> found = [];
            if (sync)
            {
                found.AddRange(server.Store.ReadSnapshots(filter, Token));
            }
            else
            {
                await foreach (BackupSnapshotInfo snapshot in server.Store.ReadSnapshotsAsync(filter, Token))
                {
                    found.Add(snapshot);
                }
            }

            return [.. found.Select(static snapshot => $"{snapshot.Namespace} {snapshot.Path}".TrimStart())];
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadSnapshots_StoppedEarly_AsksForNoMoreNamespaces(bool sync)
    {
        using StubPbs stub = Nested(static _ => StubPbs.Data("""[{"backup-type":"vm","backup-id":"1","backup-time":5,"files":[]}]"""));
        BackupSnapshotInfo first = await stub.RunAsync(
            sync, () => stub.Store.ReadSnapshots(cancellationToken: Token).First(), async () => await stub.Store.ReadSnapshotsAsync(cancellationToken: Token).FirstAsync(Token));
        Assert.Equal("vm/1/1970-01-01T00:00:05Z", first.ToString());
        Assert.Equal(2, stub.Handler.Calls.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadSnapshots_NamespacesThatAreClosedOrGone_ArePassedOver(bool sync)
    {
        using StubPbs stub = Nested(static call => call.Target.Contains("ns=b", StringComparison.Ordinal) ? StubPbs.Failure(403, "permission check failed")
            : call.Target.Contains("ns=a", StringComparison.Ordinal) ? StubPbs.Failure(404, "namespace not found")
            : StubPbs.Data("""[{"backup-type":"vm","backup-id":"1","backup-time":5,"files":[]}]"""));
        Assert.Single(await stub.RunAsync(
            sync, () => stub.Store.ReadSnapshots(cancellationToken: Token).ToList(), async () => await stub.Store.ReadSnapshotsAsync(cancellationToken: Token).ToListAsync(Token)));
        Assert.Equal(4, stub.Handler.Calls.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Walks_WhereEveryNamespaceIsClosed_AreRefused(bool sync)
    {
        using StubPbs stub = Nested(static _ => StubPbs.Failure(403, "permission check failed"));
        RetentionPolicy policy = new() { KeepLast = 1 };
        await Assert.ThrowsAsync<ProxmoxPermissionException>(() => stub.RunAsync(
            sync, () => stub.Store.ReadSnapshots(cancellationToken: Token).ToList(), async () => await stub.Store.ReadSnapshotsAsync(cancellationToken: Token).ToListAsync(Token)));
        await Assert.ThrowsAsync<ProxmoxPermissionException>(() => stub.RunAsync(
            sync, () => stub.Store.PreviewPrune(policy, null, Token), () => stub.Store.PreviewPruneAsync(policy, null, Token)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadSnapshots_WithoutPrivileges_IsAPermissionError(bool sync)
    {
        await using SimulatedPbs server = await SimulatedPbs.StartAsync();
        Datastore store = server.Connect(ProxmoxCredentials.Password(SimulatedPbs.Nobody, SimulatedPbs.Password)).Datastores["store1"];
        await Assert.ThrowsAsync<ProxmoxPermissionException>(
            async () => _ = sync ? store.ReadSnapshots(cancellationToken: Token).ToList() : await store.ReadSnapshotsAsync(cancellationToken: Token).ToListAsync(Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task PreviewPrune_Decisions_TellTheRuleThatKeeps(bool sync)
    {
        await using SimulatedPbs server = await SimulatedPbs.StartAsync();
        BackupGroup group = server.Store.Groups["vm/100"];
        await server.Store.Snapshots["vm/100/2026-01-01T02:00:00Z"].SetProtectionAsync(true, Token);
        RetentionPolicy policy = new() { KeepLast = 1, KeepDaily = 1, KeepWeekly = 1 };
        IReadOnlyList<PruneDecision> plan = sync ? group.PreviewPrune(policy, Token) : await group.PreviewPruneAsync(policy, Token);

        // 5 January 2026 is a Monday: the weekly one is the newest of the week before.
        Assert.Equal(
            [
                "keep vm/100/2026-01-05T02:00:00Z (last)", "keep vm/100/2026-01-04T02:00:00Z (daily)", "remove vm/100/2026-01-03T02:00:00Z",
                "remove vm/100/2026-01-02T02:00:00Z", "keep vm/100/2026-01-01T02:00:00Z (protected)",
            ],
            plan.Select(static decision => decision.ToString()));
        Assert.Equal(
            [PruneReason.KeepLast, PruneReason.KeepDaily, PruneReason.NotKept, PruneReason.NotKept, PruneReason.Protected], plan.Select(static decision => decision.Reason));
    }

    [Theory]
    [InlineData("KeepHourly", "2026-01-05T04:00:00Z,2026-01-05T03:59:59Z,2026-01-05T03:00:00Z", "keep,keep,remove")]
    [InlineData("KeepDaily", "2026-01-05T04:00:00Z,2026-01-04T23:00:00Z,2026-01-04T01:00:00Z", "keep,keep,remove")]
    [InlineData("KeepWeekly", "2026-01-05T04:00:00Z,2026-01-04T23:00:00Z,2025-12-29T01:00:00Z", "keep,keep,remove")]
    [InlineData("KeepMonthly", "2026-01-05T04:00:00Z,2026-01-01T00:00:00Z,2025-12-31T23:59:59Z", "keep,remove,keep")]
    [InlineData("KeepYearly", "2026-01-05T04:00:00Z,2026-01-01T00:00:00Z,2025-12-31T23:59:59Z", "keep,remove,keep")]
    public void Explain_EachRule_CountsItsOwnPeriods(string rule, string times, string decisions)
    {
        RetentionPolicy policy = rule switch
        {
            "KeepHourly" => new() { KeepHourly = 2 },
            "KeepDaily" => new() { KeepDaily = 2 },
            "KeepWeekly" => new() { KeepWeekly = 2 },
            "KeepMonthly" => new() { KeepMonthly = 2 },
            _ => new() { KeepYearly = 2 },
        };
        PruneReason reason = Enum.Parse<PruneReason>(rule);
        IReadOnlyList<PruneDecision> explained = PruneReasons.Explain(
            [.. times.Split(',').Zip(decisions.Split(','), static (time, word) => new PruneDecision(default, BackupSnapshotPath.Parse($"vm/1/{time}"), word == "keep", false))], policy);
        Assert.All(explained, decision => Assert.Equal(decision.Keep ? reason : PruneReason.NotKept, decision.Reason));
    }

    [Theory]
    [InlineData("2026-01-05T23:30:00Z", "2026-01-05T22:30:00Z", "Europe/Berlin", true)]
    [InlineData("2026-01-05T23:30:00Z", "2026-01-05T22:30:00Z", null, false)]
    [InlineData("2026-01-05T04:30:00Z", "2026-01-05T05:30:00Z", "America/New_York", true)]
    public void Explain_DaysOfTheServersZone_AreCountedThere(string one, string other, string? zone, bool areTwoDays)
    {
        RetentionPolicy policy = new() { KeepDaily = 2, TimeZone = zone is null ? null : TimeZoneInfo.FindSystemTimeZoneById(zone) };
        PruneDecision[] kept = [.. new[] { one, other }.OrderDescending(StringComparer.Ordinal).Select(static time => new PruneDecision(
            default, BackupSnapshotPath.Parse($"vm/1/{time}"), Keep: true, IsProtected: false))];

        IReadOnlyList<PruneDecision> explained = PruneReasons.Explain(kept, policy);

        // In a zone where both are of one day the second one would go: then the reasons are not known.
        Assert.All(explained, decision => Assert.Equal(areTwoDays ? PruneReason.KeepDaily : PruneReason.Unknown, decision.Reason));
    }

    [Fact]
    public void Explain_RemovedByAnEarlierRule_IsNotKeptByALaterOne()
    {
        (string Time, bool Keep)[] snapshots = [("2026-01-03T12:30:00Z", true), ("2026-01-03T12:10:00Z", false), ("2025-12-20T09:00:00Z", true), ("2025-12-20T08:00:00Z", false)];
        IReadOnlyList<PruneDecision> explained = PruneReasons.Explain(
            [.. snapshots.Select(static one => new PruneDecision(default, BackupSnapshotPath.Parse($"vm/1/{one.Time}"), one.Keep, false))], new() { KeepHourly = 1, KeepWeekly = 3 });
        Assert.Equal(
            [PruneReason.KeepHourly, PruneReason.NotKept, PruneReason.KeepWeekly, PruneReason.NotKept], explained.Select(static decision => decision.Reason));
    }

    [Fact]
    public void Explain_ServerThatDecidesOtherwise_LeavesReasonsOpen()
    {
        PruneDecision kept = new(default, BackupSnapshotPath.Parse("vm/1/2026-01-05T04:00:00Z"), Keep: false, IsProtected: false);
        PruneDecision old = new(default, BackupSnapshotPath.Parse("vm/1/2026-01-04T04:00:00Z"), Keep: true, IsProtected: true);
        IReadOnlyList<PruneDecision> explained = PruneReasons.Explain([kept, old], new() { KeepLast = 1 });
        Assert.Equal([PruneReason.Unknown, PruneReason.Protected], explained.Select(static decision => decision.Reason));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CreateWithParents_NothingThere_CreatesEveryLevel(bool sync)
    {
        await using SimulatedPbs server = await SimulatedPbs.StartAsync();
        DatastoreNamespace deep = server.Store.Namespaces["one/two/three"];
        await Assert.ThrowsAsync<ProxmoxNotFoundException>(() => deep.CreateAsync(Token));
        for (int i = 0; i < 2; i++)
        {
            await (sync ? Task.Run(() => deep.CreateWithParents(Token), Token) : deep.CreateWithParentsAsync(Token));
        }

        Assert.Equal(
            ["one", "one/two", "one/two/three"],
            (await server.Store.Namespaces.ListAsync(BackupNamespace.Parse("one"), cancellationToken: Token)).Select(static ns => ns.Namespace.ToString()).Order(StringComparer.Ordinal));
        DatastoreNamespace lost = server.Pbs.Datastores["nosuch"].Namespaces["one/two"];
        await Assert.ThrowsAsync<ProxmoxNotFoundException>(() => sync ? Task.Run(() => lost.CreateWithParents(Token), Token) : lost.CreateWithParentsAsync(Token));
        DatastoreNamespace root = server.Store.Namespaces[""];
        await Assert.ThrowsAsync<InvalidOperationException>(() => sync ? Task.Run(() => root.CreateWithParents(Token), Token) : root.CreateWithParentsAsync(Token));
    }

    /// <summary>A server with the root and two namespaces, whose lists of snapshots and groups come from a function.</summary>
    private static StubPbs Nested(Func<Testing.StubCall, HttpResponseMessage> lists) => new(call =>
        call.Target.Contains("/namespace", StringComparison.Ordinal) ? StubPbs.Data("""[{"ns":""},{"ns":"a"},{"ns":"b"}]""") : lists(call));
}
