using ProxSharp.Pve.Monitoring;
using ProxSharp.Testing;

namespace ProxSharp.Pve.Tests.Monitoring;

/// <summary>Logs of nodes and of the cluster.</summary>
public sealed class LogTests(PveCluster cluster) : IClassFixture<PveCluster>
{
    private const string First = "s=4f;i=1;b=aa;m=1;t=1;x=1";
    private const string Second = "s=4f;i=9;b=aa;m=9;t=9;x=9";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ListLog_OfTheCluster_IsTyped(bool sync)
    {
        using StubCluster stub = new(static _ => StubCluster.Data(
            """[{"uid":"198","user":"root@pam","tag":"pvedaemon","pid":7925,"node":"pve1","msg":"successful auth for user 'auditor@pve'","pri":6,"time":1795381538,"id":"198:pve1"}]"""));
        ClusterLogEntry entry = Assert.Single(sync ? stub.Pve.Cluster.ListLog(5, Token) : await stub.Pve.Cluster.ListLogAsync(5, Token));
        Assert.Equal(
            ("198:pve1", "pve1", "root@pam", "pvedaemon", 7925L, 6, "successful auth for user 'auditor@pve'", DateTimeOffset.FromUnixTimeSeconds(1795381538)),
            (entry.Id, entry.Node, entry.User, entry.Program, entry.ProcessId, entry.Priority, entry.Message, entry.Time));
        Assert.EndsWith("/cluster/log?max=5", stub.Handler.Calls[0].Target, StringComparison.Ordinal);
        Assert.NotNull(sync ? cluster.Pve.Cluster.ListLog(null, Token) : await cluster.Pve.Cluster.ListLogAsync(null, Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadJournal_Followed_GoesOnAtTheCursor(bool sync)
    {
        int calls = 0;
        using StubCluster stub = new(
            _ => StubCluster.Data(Interlocked.Increment(ref calls) switch
            {
                1 => $$"""["{{First}}","one","two","{{First}}"]""",
                2 => "[]",
                _ => $$"""["{{First}}","three s=x;i=y","{{Second}}"]""",
            }),
            new LeapingTime());
        JournalOptions options = new() { Follow = true, Last = 2, Unit = "pvedaemon" };
        List<string> lines = [];
        if (sync)
        {
            lines.AddRange(stub.Pve.Nodes["pve1"].ReadJournal(options, Token).Take(3));
        }
        else
        {
            await foreach (string line in stub.Pve.Nodes["pve1"].ReadJournalAsync(options, Token))
            {
                lines.Add(line);
                if (lines.Count == 3)
                {
                    break;
                }
            }
        }

        Assert.Equal(["one", "two", "three s=x;i=y"], lines);
        Assert.Equal(["2"], StubCluster.Values(stub.Handler.Calls[0], "lastentries"));
        Assert.Equal([First], StubCluster.Values(stub.Handler.Calls[2], "startcursor"));
        Assert.All(stub.Handler.Calls, static call => Assert.Equal(["pvedaemon"], StubCluster.Values(call, "unit")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadSyslog_LongLog_IsReadPageByPage(bool sync)
    {
        using StubCluster stub = new(static call =>
        {
            int start = int.Parse(StubCluster.Values(call, "start")[0], System.Globalization.CultureInfo.InvariantCulture);
            IEnumerable<string> lines = Enumerable.Range(start + 1, Math.Min(500, 1200 - start)).Select(static number => $$"""{"n":{{number}},"t":"line {{number}}"}""");
            return StubHandler.Json($$"""{"data":[{{string.Join(',', lines)}}],"total":1200}""");
        });
        Node node = stub.Pve.Nodes["pve1"];
        List<LogLine> lines = [];
        if (sync)
        {
            lines.AddRange(node.ReadSyslog("pvedaemon", Token));
        }
        else
        {
            await foreach (LogLine line in node.ReadSyslogAsync("pvedaemon", Token))
            {
                lines.Add(line);
            }
        }

        Assert.Equal(Enumerable.Range(1, 1200).Select(static number => new LogLine(number, $"line {number}")), lines);
        Assert.Equal(3, stub.Handler.Calls.Count);
    }
}
