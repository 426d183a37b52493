using System.Collections;
using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Backups;
using ProxSharp.Testing;

namespace ProxSharp.Pbs.Tests.Domain;

/// <summary>Every method that only calls an endpoint, with answers that no endpoint should give: a result or a typed error, and nothing else.</summary>
public sealed class OddAnswerTests
{
    private static readonly RetentionPolicy s_policy = new() { KeepLast = 1 };

    private static readonly string[] s_answers =
    [
        "null", "[]", "{}", "\"\"", "\"text\"", "5", "true", "[null]", "[[]]", "[{}]", "[5,\"x\"]", """{"x":null}""", """{"upid":5,"store":[],"files":{},"n":"x","size":"-1"}""",
        """[{"backup-type":"vm","backup-id":"1","backup-time":9223372036854775807,"last-backup":9223372036854775807,"keep":true,"time":9223372036854775807,"mtime":9223372036854775807,"filepath":"Lw=="}]""",
        """[{"backup-type":"vm","backup-id":"1","backup-time":-9223372036854775808,"last-backup":-1,"keep":true,"time":-9223372036854775808,"mtime":-9223372036854775808,"filepath":"Lw=="}]""",
        """[{"upid":"UPID:vm:000046D1:00052608:00000024:6B035B84:prune:golden:golden@pbs!tok:","status":"OK","endtime":9223372036854775807,"starttime":9223372036854775807}]""",
        """{"status":"stopped","exitstatus":"OK","endtime":9223372036854775807,"starttime":-9223372036854775808}""",
        """[{"upid":5,"store":[],"files":{},"backup-time":"soon","backup-type":"tape","n":-1}]""", "99999999999999999999999999",
    ];

    private static readonly (int Status, string Text)[] s_failures =
    [
        (400, ""), (400, "plain text, and no JSON"), (400, "{\"data\":null}"), (401, "authentication failed - invalid credentials"), (403, "permission check failed"),
        (404, "Path '/api2/json/x' not found."), (500, "broken\nin two lines"), (502, "<html><body>Bad Gateway</body></html>"), (503, ""),
    ];

    /// <summary>Methods that do more than call an endpoint: on the synchronous path and on the other.</summary>
    private static readonly Dictionary<string, (Func<StubPbs, object?> Sync, Func<StubPbs, Task<object?>> Async)> s_handWritten = new(StringComparer.Ordinal)
    {
        ["groups"] = (static stub => stub.Store.Groups.List(), static async stub => await stub.Store.Groups.ListAsync()),
        ["snapshots"] = (static stub => stub.Store.Snapshots.List(), static async stub => await stub.Store.Snapshots.ListAsync()),
        ["snapshots of a group"] = (static stub => stub.Group.Snapshots.FindLatest(), static async stub => await stub.Group.Snapshots.FindLatestAsync()),
        ["stream of snapshots"] = (static stub => stub.Store.ReadSnapshots().ToList(), static async stub => await stub.Store.ReadSnapshotsAsync().ToListAsync()),
        ["namespaces"] = (static stub => stub.Store.Namespaces.List(), static async stub => await stub.Store.Namespaces.ListAsync()),
        ["preview"] = (static stub => stub.Group.PreviewPrune(s_policy), static async stub => await stub.Group.PreviewPruneAsync(s_policy)),
        ["preview of all"] = (static stub => stub.Store.PreviewPrune(s_policy), static async stub => await stub.Store.PreviewPruneAsync(s_policy)),
        ["prune"] = (static stub => stub.Group.Prune(s_policy), static async stub => await stub.Group.PruneAsync(s_policy)),
        ["prune task"] = (static stub => stub.Group.StartPrune(s_policy), static async stub => await stub.Group.StartPruneAsync(s_policy)),
        ["status"] = (static stub => stub.Store.GetStatus(verbose: true), static async stub => await stub.Store.GetStatusAsync(verbose: true)),
        ["usage"] = (static stub => stub.Store.GetUsage(), static async stub => await stub.Store.GetUsageAsync()),
        ["configuration"] = (static stub => stub.Store.GetConfig(), static async stub => await stub.Store.GetConfigAsync()),
        ["maintenance"] = (static stub => stub.Store.GetMaintenance(), static async stub => await stub.Store.GetMaintenanceAsync()),
        ["metrics of a datastore"] = (static stub => stub.Store.GetRrd(RrdTimeframe.Hour), static async stub => await stub.Store.GetRrdAsync(RrdTimeframe.Hour)),
        ["metrics of the node"] = (static stub => stub.Pbs.Node.GetRrd(RrdTimeframe.Hour), static async stub => await stub.Pbs.Node.GetRrdAsync(RrdTimeframe.Hour)),
        ["entries"] = (static stub => stub.Snapshot.ListEntries(), static async stub => await stub.Snapshot.ListEntriesAsync()),
        ["files"] = (static stub => stub.Snapshot.ListFiles(), static async stub => await stub.Snapshot.ListFilesAsync()),
        ["notes"] = (static stub => stub.Snapshot.GetNotes(), static async stub => await stub.Snapshot.GetNotesAsync()),
        ["protection"] = (static stub => stub.Snapshot.IsProtected(), static async stub => await stub.Snapshot.IsProtectedAsync()),
        ["removal of a group"] = (static stub => stub.Group.Delete(), static async stub => await stub.Group.DeleteAsync()),
        ["verification"] = (static stub => stub.Group.Verify(), static async stub => await stub.Group.VerifyAsync()),
        ["pull"] = (static stub => stub.Store.Pull(null, "offsite"), static async stub => await stub.Store.PullAsync(null, "offsite")),
        ["states of jobs"] = (static stub => stub.Pbs.SyncJobs.ListStates(), static async stub => await stub.Pbs.SyncJobs.ListStatesAsync()),
        ["permissions"] = (static stub => stub.Pbs.Access.Can("/", ["Sys.Audit"]), static async stub => await stub.Pbs.Access.CanAsync("/", ["Sys.Audit"])),
        ["tasks"] = (static stub => stub.Pbs.Tasks.List().Take(3).ToList(), static async stub => await stub.Pbs.Tasks.ListAsync().Take(3).ToListAsync()),
        ["state of a task"] = (static stub => stub.Pbs.Tasks[StubPbs.TaskId].GetStatus(), static async stub => await stub.Pbs.Tasks[StubPbs.TaskId].GetStatusAsync()),
        ["end of a log"] = (static stub => stub.Pbs.Tasks[StubPbs.TaskId].GetLogTail(), static async stub => await stub.Pbs.Tasks[StubPbs.TaskId].GetLogTailAsync()),
        ["log"] = (static stub => stub.Pbs.Tasks[StubPbs.TaskId].ReadLog().Take(3).ToList(), static async stub => await stub.Pbs.Tasks[StubPbs.TaskId].ReadLogAsync().Take(3).ToListAsync()),
        ["journal"] = (static stub => stub.Pbs.Node.ReadJournal().ToList(), static async stub => await stub.Pbs.Node.ReadJournalAsync().ToListAsync()),
        ["system log"] = (static stub => stub.Pbs.Node.ReadSyslog().ToList(), static async stub => await stub.Pbs.Node.ReadSyslogAsync().ToListAsync()),
        ["console"] = (static stub => stub.Pbs.Node.CreateTerminalTicket(), static async stub => await stub.Pbs.Node.CreateTerminalTicketAsync()),
    };

    public static TheoryData<string> HandWritten() => [.. s_handWritten.Keys];

    public static TheoryData<string> Calls() => [.. DomainCall.All.Keys];

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Call_AnyAnswer_IsAResultOrAProtocolError(string name)
    {
        DomainCall call = DomainCall.All[name];
        foreach (string answer in s_answers)
        {
            using StubPbs stub = new(_ => StubPbs.Data(answer), validate: false);
            foreach (bool sync in (bool[])[true, false])
            {
                Exception? failure = await Record.ExceptionAsync(async () => Walk(await call.InvokeAsync(stub.Pbs, sync)));
                Assert.True(failure is null or ProxmoxProtocolException, $"{answer}: {failure}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(HandWritten))]
    public async Task HandWritten_AnyAnswer_IsAResultOrAProtocolError(string name)
    {
        (Func<StubPbs, object?> sync, Func<StubPbs, Task<object?>> async) = s_handWritten[name];
        foreach (string answer in s_answers)
        {
            using StubPbs stub = new(_ => StubPbs.Data(answer), validate: false);
            Exception? first = Record.Exception(() => Walk(sync(stub)));
            Exception? second = await Record.ExceptionAsync(async () => Walk(await async(stub)));
            Assert.True(first is null or ProxmoxProtocolException, $"{answer}: {first}");
            Assert.Equal(first?.Message, second?.Message);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("not JSON")]
    [InlineData("{")]
    [InlineData("{\"data\":")]
    [InlineData("[]")]
    [InlineData("{\"data\":[{]}")]
    [InlineData("<html></html>")]
    public async Task Call_BodyThatIsNoEnvelope_IsAProtocolErrorOrNothing(string body)
    {
        foreach (DomainCall call in DomainCall.All.Values)
        {
            using StubPbs stub = new(_ => StubHandler.Json(body), validate: false);
            foreach (bool sync in (bool[])[true, false])
            {
                Exception? failure = await Record.ExceptionAsync(() => call.InvokeAsync(stub.Pbs, sync));
                Assert.True(failure is null or ProxmoxException, $"{call.Name}: {failure}");
            }
        }
    }

    [Fact]
    public async Task Call_Failures_AreTypedAndTellVerbAndPath()
    {
        foreach (DomainCall call in DomainCall.All.Values)
        {
            foreach ((int status, string text) in s_failures)
            {
                using StubPbs stub = new(_ => StubPbs.Failure(status, text), validate: false);
                foreach (bool sync in (bool[])[true, false])
                {
                    ProxmoxApiException failure = await Assert.ThrowsAnyAsync<ProxmoxApiException>(() => call.InvokeAsync(stub.Pbs, sync));
                    Assert.Equal(status, (int)failure.StatusCode);
                    Assert.StartsWith("Unable to ", failure.Message, StringComparison.Ordinal);
                    Assert.DoesNotContain('\n', failure.Message);
                }

                if (status >= 500)
                {
                    break; // Reads are repeated, which takes its time.
                }
            }
        }
    }

    // Reads whatever is computed late.
    private static void Walk(object? result)
    {
        if (result is IEnumerable items and not string)
        {
            foreach (object? item in items)
            {
                _ = item?.ToString();
            }
        }

        _ = result?.ToString();
    }
}
