using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using ProxSharp.Authentication;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Errors;
using ProxSharp.Pbs;
using ProxSharp.Pve;

namespace ProxSharp.Cli.Tests;

public sealed class TaskWaiterTests
{
    private const string BackupUpid = "UPID:pve1:000A1B2C:01234567:00000001:6543210F:verify:store1:root@pam:";
    private const string Upid = "UPID:pve1:000A1B2C:01234567:6543210F:qmclone:9000:root@pam!ci:";

    [Theory]
    [InlineData(Upid)]
    [InlineData(BackupUpid)]
    public async Task Wait_LongLog_ReadsItPageByPageOnce(string upid)
    {
        string[] log = [.. Enumerable.Range(1, 1203).Select(static n => $"line {n}"), "TASK OK"];
        List<string> seen = [];

        string end = await WaitAsync(new TaskServer(log, "OK") { Upid = upid }, seen);

        Assert.Equal("OK", end);
        Assert.Equal(log, seen);
    }

    [Theory]
    [InlineData(Upid)]
    [InlineData(BackupUpid)]
    public async Task Wait_LogThatGrows_ShowsEachLineOnce(string upid)
    {
        string[] log = [.. Enumerable.Range(1, 12).Select(static n => $"line {n}"), "TASK OK"];
        TaskServer server = new(log, "OK") { Upid = upid, RunningAnswers = 3, LinesAtOnce = 4 };
        FakeTimeProvider time = new();
        List<string> seen = [];
        await using ServerSession session = Session(server, time);

        Task<string> waiting = new TaskWaiter(session, time, seen.Add).WaitAsync(upid, TestContext.Current.CancellationToken);
        while (!waiting.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        Assert.Equal("OK", await waiting);
        Assert.Equal(log, seen);
    }

    [Fact]
    public async Task Wait_Warnings_AreNoFailure() => Assert.Equal("WARNINGS: 2", await WaitAsync(new TaskServer(["TASK WARNINGS: 2"], "WARNINGS: 2"), []));

    [Fact]
    public async Task Wait_EmptyLog_ShowsNothing()
    {
        List<string> seen = [];

        await WaitAsync(new TaskServer([], "OK"), seen);

        Assert.Empty(seen);
    }

    [Fact]
    public async Task Wait_Failure_CarriesTheEndOfTheLog()
    {
        TaskServer server = new([.. Enumerable.Range(1, 30).Select(static n => $"line {n}")], "clone failed: no space");

        CliException failure = await Assert.ThrowsAsync<CliException>(() => WaitAsync(server, []));

        Assert.Equal(ExitCodes.TaskFailed, failure.Error.ExitCode);
        Assert.Equal("The task qmclone of 9000 on pve1 failed: clone failed: no space", failure.Error.Message);
        Assert.Equal(Upid, failure.Error.Upid);
        Assert.Equal(Enumerable.Range(21, 10).Select(static n => $"line {n}"), failure.Error.LogTail);
    }

    [Fact]
    public async Task Wait_RunningTask_AsksAgainAfterAPause()
    {
        TaskServer server = new(["TASK OK"], "OK") { RunningAnswers = 3 };
        FakeTimeProvider time = new();
        await using ServerSession session = Session(server, time);

        Task<string> waiting = new TaskWaiter(session, time, static _ => { }).WaitAsync(Upid, TestContext.Current.CancellationToken);
        while (!waiting.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        Assert.Equal("OK", await waiting);
        Assert.Equal(4, server.StatusCalls);
    }

    [Theory]
    [InlineData(Upid)]
    [InlineData(BackupUpid)]
    public async Task Wait_ServerThatDies_GivesUpAfterTwoMinutesAndSaysHowToGoOn(string upid)
    {
        TaskServer server = new(["TASK OK"], "OK") { Upid = upid, RunningAnswers = int.MaxValue, DiesAfter = 3 };
        FakeTimeProvider time = new();
        List<ProxmoxException> outages = [];
        await using ServerSession session = Session(server, time);
        TaskWaiter waiter = new(session, time, static _ => { }) { Outage = new Told(outages) };

        Task<string> waiting = waiter.WaitAsync(upid, TestContext.Current.CancellationToken);
        DateTimeOffset start = time.GetUtcNow();
        while (!waiting.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        CliError error = ErrorMapper.Map(await Assert.ThrowsAnyAsync<Exception>(() => waiting));
        Assert.Equal(ExitCodes.Connection, error.ExitCode);
        Assert.Contains("120 s", error.Message, StringComparison.Ordinal);
        string word = upid == Upid ? $"'{upid}'" : upid;
        Assert.Equal($"When the server answers again, wait on with: prox task wait {word}", error.Hint);
        Assert.Equal(upid, error.Upid);
        Assert.NotEmpty(outages);
        Assert.True(time.GetUtcNow() - start >= TimeSpan.FromMinutes(2));
    }

    [Fact]
    public async Task Wait_BackupServerThatIsAwayForAMinute_GoesOn()
    {
        TaskServer server = new(["TASK OK"], "OK") { Upid = BackupUpid, RunningAnswers = 5, DiesAfter = 3 };
        FakeTimeProvider time = new();
        await using ServerSession session = Session(server, time);

        Task<string> waiting = new TaskWaiter(session, time, static _ => { }).WaitAsync(BackupUpid, TestContext.Current.CancellationToken);
        for (DateTimeOffset start = time.GetUtcNow(); !waiting.IsCompleted; server.DiesAfter = time.GetUtcNow() - start > TimeSpan.FromMinutes(1) ? int.MaxValue : 3)
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        Assert.Equal("OK", await waiting);
    }

    [Theory]
    [InlineData(HttpStatusCode.BadRequest, "OK", "OK")]
    [InlineData(HttpStatusCode.InternalServerError, "OK", "OK")]
    [InlineData(HttpStatusCode.NotFound, "WARNINGS: 2", "WARNINGS: 2")]
    [InlineData(HttpStatusCode.BadRequest, "unknown", null)]
    [InlineData(HttpStatusCode.BadRequest, "", null)]
    public async Task Wait_BackupServerThatHasLostTheLog_EndsWithTheStatus(HttpStatusCode log, string exitStatus, string? expected)
    {
        TaskServer server = new([], exitStatus) { Upid = BackupUpid, RunningAnswers = 2, LogAnswer = log };
        FakeTimeProvider time = new();
        List<string> seen = [];
        await using ServerSession session = Session(server, time);

        Task<string> waiting = new TaskWaiter(session, time, seen.Add).WaitAsync(BackupUpid, TestContext.Current.CancellationToken);
        while (!waiting.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        if (expected is null)
        {
            Assert.Equal(ExitCodes.TaskFailed, (await Assert.ThrowsAsync<CliException>(() => waiting)).Error.ExitCode);
        }
        else
        {
            Assert.Equal(expected, await waiting);
        }

        Assert.StartsWith("(the rest of the log cannot be read: ", Assert.Single(seen), StringComparison.Ordinal);
        Assert.True(server.StatusCalls < 10);
    }

    [Fact]
    public void Map_WaitThatWasGivenUp_KeepsItsCauseAndTheTask()
    {
        ProxmoxPermissionException cause = new("refused") { Privilege = "Sys.Audit", PrivilegePath = "/nodes/pve1" };
        ProxmoxTaskWaitException given = new("Unable to wait", cause) { Upid = Ids.Upid.Parse(Upid) };

        CliError error = ErrorMapper.Map(given);

        Assert.Equal(ExitCodes.Authentication, error.ExitCode);
        Assert.Equal("Unable to wait", error.Message);
        Assert.Equal(Upid, error.Upid);
        Assert.Contains("Sys.Audit", error.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Upid, true)]
    [InlineData("UPID:pbs1:00001234:00ABCDEF:00000001:65432100:verify:store1:root@pam:", true)]
    [InlineData("local:iso/debian.iso", false)]
    [InlineData("UPID:", false)]
    [InlineData(null, false)]
    public void IsUpid_Text_IsRecognized(string? text, bool expected) => Assert.Equal(expected, TaskWaiter.IsUpid(text));

    private static async Task<string> WaitAsync(TaskServer server, List<string> seen)
    {
        await using ServerSession session = Session(server, TimeProvider.System);
        return await new TaskWaiter(session, TimeProvider.System, seen.Add).WaitAsync(server.Upid, TestContext.Current.CancellationToken);
    }

    private static ServerSession Session(TaskServer server, TimeProvider time)
    {
        ProxmoxProduct product = server.IsBackupServer ? ProxmoxProduct.BackupServer : ProxmoxProduct.VirtualEnvironment;
        ProxmoxEndpoint endpoint = ProxmoxEndpoint.Parse("pve1", product);
        ProxmoxClientOptions options = new() { Endpoints = [endpoint], Credentials = ProxmoxCredentials.None, Handler = _ => server, TimeProvider = time };
        return ServerSession.Over(
            new ServerContext { Product = product, Endpoints = [endpoint] }, server.IsBackupServer ? new PbsClient(options) : new PveClient(options));
    }

    /// <summary>Answers like a node that runs one task.</summary>
    private sealed class TaskServer(string[] log, string exitStatus) : HttpMessageHandler
    {
        public string Upid { get; init; } = TaskWaiterTests.Upid;

        public bool IsBackupServer => Upid == BackupUpid;

        public int RunningAnswers { get; init; }

        /// <summary>How many lines the log has more after each look at the status; null for all of them from the start.</summary>
        public int? LinesAtOnce { get; init; }

        public int StatusCalls { get; private set; }

        /// <summary>What is answered to whoever wants to read the log; null for the log.</summary>
        public HttpStatusCode? LogAnswer { get; init; }

        /// <summary>How many looks at the status are answered before nothing is any more.</summary>
        public int DiesAfter { get; set; } = int.MaxValue;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (StatusCalls >= DiesAfter)
            {
                throw new HttpRequestException(HttpRequestError.ConnectionError, "refused");
            }

            string path = Uri.UnescapeDataString(request.RequestUri!.AbsolutePath);
            if (LogAnswer is { } failure && path.EndsWith("/log", StringComparison.Ordinal))
            {
                return Task.FromResult(new HttpResponseMessage(failure) { ReasonPhrase = "unable to open file" });
            }

            string data = path.EndsWith("/status", StringComparison.Ordinal) ? Status() : Log(request.RequestUri.Query);
            Assert.StartsWith($"/api2/json/nodes/pve1/tasks/{Upid}/", path, StringComparison.Ordinal);
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent($"{{\"data\":{data}}}", Encoding.UTF8, "application/json") });
        }

        private string Status()
        {
            StatusCalls++;
            return StatusCalls <= RunningAnswers
                ? "{\"status\":\"running\"}"
                : $"{{\"status\":\"stopped\",\"exitstatus\":\"{exitStatus}\"}}";
        }

        private string Log(string query)
        {
            Dictionary<string, int> range = query.TrimStart('?').Split('&').Select(static pair => pair.Split('='))
                .ToDictionary(static pair => pair[0], static pair => int.Parse(pair[1], System.Globalization.CultureInfo.InvariantCulture));
            (int start, int limit) = (range["start"], range["limit"]);
            int written = LinesAtOnce is { } more ? Math.Min(log.Length, more * StatusCalls) : log.Length;

            // Proxmox: VE skips that many lines, the backup server begins with the line of that number.
            int skipped = IsBackupServer ? Math.Max(0, start - 1) : start;
            IEnumerable<string> lines = log.Take(written).Skip(skipped).Take(limit).Select((text, index) => $"{{\"n\":{skipped + index + 1},\"t\":\"{JsonEncodedText.Encode(text)}\"}}");
            return log.Length == 0 && start == 0 ? "[{\"n\":1,\"t\":\"no content\"}]" : $"[{string.Join(',', lines)}]";
        }
    }

    private sealed class Told(List<ProxmoxException> seen) : IProgress<ProxmoxException>
    {
        public void Report(ProxmoxException value) => seen.Add(value);
    }
}
