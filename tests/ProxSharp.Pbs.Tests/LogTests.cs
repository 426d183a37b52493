using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Monitoring;
using ProxSharp.Pbs.Tests.Tasks;

namespace ProxSharp.Pbs.Tests;

/// <summary>The journal and the system log of the machine, line by line.</summary>
public sealed class LogTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadJournal_Following_GoesOnFromTheLastCursor(bool sync)
    {
        string[] pages =
        [
            """["s=1;i=1","Nov 22 21:15:48 pbs systemd[1]: first","s=1;i=2"]""", """["s=1;i=2"]""",
            """["s=1;i=2","Nov 22 21:15:50 pbs proxmox-backup-proxy[7]: s=odd;i=but a line","s=1;i=3"]""",
        ];
        int page = 0;
        using StubPbs stub = new(_ => StubPbs.Data(pages[page++]), time: new JumpingClock());
        JournalOptions options = new() { Follow = true };
        List<string> lines = await stub.RunAsync(
            sync, () => stub.Pbs.Node.ReadJournal(options, Token).Take(2).ToList(), async () => await stub.Pbs.Node.ReadJournalAsync(options, Token).Take(2).ToListAsync(Token));
        Assert.Equal(["Nov 22 21:15:48 pbs systemd[1]: first", "Nov 22 21:15:50 pbs proxmox-backup-proxy[7]: s=odd;i=but a line"], lines);
        Assert.Equal(
            ["GET /nodes/localhost/journal lastentries=100", "GET /nodes/localhost/journal startcursor=s=1;i=2", "GET /nodes/localhost/journal startcursor=s=1;i=2"],
            stub.Handler.Calls.Select(StubPbs.Describe));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadJournal_FollowingTheSimulator_HasEveryLineOnce(bool sync)
    {
        await using SimulatedPbs server = await SimulatedPbs.StartAsync();
        JournalOptions options = new() { Follow = true, Interval = TimeSpan.FromMilliseconds(1) };
        List<string> lines = [];
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        PbsTask[] tasks = new PbsTask[3];
        int started = 0;
        if (sync)
        {
            foreach (string line in server.Pbs.Node.ReadJournal(options, stop.Token).TakeWhile(_ => started < tasks.Length))
            {
                lines.Add(line);
                tasks[started++] = server.Store.CollectGarbage(Token);
                tasks[started - 1].WaitForCompletion(cancellationToken: Token);
            }
        }
        else
        {
            await foreach (string line in server.Pbs.Node.ReadJournalAsync(options, stop.Token).TakeWhile(_ => started < tasks.Length))
            {
                lines.Add(line);
                tasks[started++] = await server.Store.CollectGarbageAsync(Token);
                await tasks[started - 1].WaitForCompletionAsync(Token);
            }
        }

        Assert.Contains("multi-user.target", lines[0], StringComparison.Ordinal);
        Assert.Contains("proxmox-backup-proxy[", lines[1], StringComparison.Ordinal);
        Assert.Equal(3, lines.Distinct(StringComparer.Ordinal).Count());
        NodesSyslogItem[] log = [.. server.Pbs.Node.ReadSyslog(cancellationToken: Token)];
        Assert.Equal(1 + (2 * tasks.Length), log.Length);
        Assert.Equal(log.Length, log.DistinctBy(static line => line.N).Count());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadJournal_BetweenTimes_ReadsOnce(bool sync)
    {
        using StubPbs stub = new("""["s=1;i=1","one","two","s=1;i=2"]""");
        JournalOptions options = new() { Since = DateTimeOffset.FromUnixTimeSeconds(5), Until = DateTimeOffset.FromUnixTimeSeconds(9), Last = 7 };
        Assert.Equal(["one", "two"], await stub.RunAsync(
            sync, () => stub.Pbs.Node.ReadJournal(options, Token).ToList(), async () => await stub.Pbs.Node.ReadJournalAsync(options, Token).ToListAsync(Token)));
        Assert.Equal("GET /nodes/localhost/journal lastentries=7 since=5 until=9", stub.LastCall);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadJournal_FollowingAServerWithoutCursors_IsAProtocolError(bool sync)
    {
        using StubPbs stub = new("""["only a line"]""");
        JournalOptions options = new() { Follow = true };
        await Assert.ThrowsAsync<ProxmoxProtocolException>(() => stub.RunAsync(
            sync, () => stub.Pbs.Node.ReadJournal(options, Token).ToList(), async () => await stub.Pbs.Node.ReadJournalAsync(options, Token).ToListAsync(Token)));
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 1)]
    [InlineData(true, 0)]
    [InlineData(false, 0)]
    public async Task ReadSyslog_LongLog_HasEveryLineOnceHoweverTheServerCounts(bool sync, int firstNumber)
    {
        using StubPbs stub = new(call =>
        {
            // A server that counts from 1 sends the line "start" again; one that counts from 0 skips that many.
            int start = int.Parse(call.Target.Split("start=")[1].Split('&')[0], System.Globalization.CultureInfo.InvariantCulture);
            int from = firstNumber == 1 ? Math.Max(start, 1) : start + 1;
            return StubPbs.Data($"[{string.Join(',', Enumerable.Range(from, Math.Max(0, Math.Min(500, 1200 - from + 1))).Select(static n => $$"""{"n":{{n}},"t":"line {{n}}"}"""))}]");
        });
        List<NodesSyslogItem> lines = await stub.RunAsync(
            sync, () => stub.Pbs.Node.ReadSyslog("sshd", Token).ToList(), async () => await stub.Pbs.Node.ReadSyslogAsync("sshd", Token).ToListAsync(Token));
        Assert.Equal(Enumerable.Range(1, 1200).Select(static n => (long)n), lines.Select(static line => line.N));
        Assert.StartsWith("GET /nodes/localhost/syslog limit=500 service=sshd start=", stub.LastCall, StringComparison.Ordinal);
    }
}
