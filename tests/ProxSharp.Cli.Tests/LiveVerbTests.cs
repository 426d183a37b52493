using System.Text.Json;
using ProxSharp.Cli.Charts;
using ProxSharp.Cli.Live;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>What shows how the cluster is: charts, events, the doctor, explanations, manual pages.</summary>
public sealed class LiveVerbTests(
    SimulatedCluster cluster, SimulatedBackupServer backup) : IClassFixture<SimulatedCluster>, IClassFixture<SimulatedBackupServer>
{
    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Draw_Chart_IsAsRecorded(bool plain)
    {
        ChartSeries series = Series("cpu", "fraction_as_percentage", static i => i is > 20 and < 24 ? null : (1 + Math.Sin(i / 5.0)) / 2.5);

        Snapshot.Match(plain ? "chart-plain" : "chart-braille", string.Join('\n', BrailleChart.Draw(series, 60, 6, plain)) + "\n");
    }

    [Fact]
    public void Draw_Svg_IsAsRecorded() =>
        Snapshot.Match(
            "chart-svg",
            SvgChart.Draw("VM 1 <web> & co", [Series("mem", "bytes", static i => i * 1e8), Series("load", null, static i => i % 7 == 0 ? null : i)]));

    [Fact]
    public void Draw_ChartWithoutValues_SaysSo() =>
        Assert.Contains("nothing recorded", BrailleChart.Draw(Series("cpu", null, static _ => null), 40, 4, plain: true)[0], StringComparison.Ordinal);

    [Theory]
    [InlineData("vm chart web-1", "cpu")]
    [InlineData("node chart pve1 --of cpu --timeframe day", "cpu")]
    [InlineData("storage chart local", "used")]
    public async Task Chart_OfACluster_DrawsLines(string line, string figure)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains($"{figure}  now ", (await cli.LineAsync(line)).Succeeded(), StringComparison.Ordinal);
        Assert.StartsWith("[", (await cli.LineAsync($"{line} -o json --query @")).Succeeded(), StringComparison.Ordinal);
        (await cli.LineAsync($"{line} --svg chart.svg")).Succeeded();
        Assert.StartsWith(
            "<svg ", await File.ReadAllTextAsync(Path.Combine(cli.Home, "chart.svg"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("There are:", (await cli.LineAsync($"{line.Split(" --", 2)[0]} --of nothing")).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Watch_TwoLooks_TellsTheDifference()
    {
        ClusterWatch watch = new();
        Assert.Empty(watch.Resources(Json("""[{"id":"qemu/1","type":"qemu","vmid":1,"name":"a","node":"n1","status":"stopped"},{"id":"node/n1","type":"node","node":"n1","status":"online"}]""")));
        Assert.Empty(watch.Tasks(Json("""[{"upid":"UPID:1","type":"x","node":"n1"}]""")));

        string[] resources =
        [
            .. watch.Resources(Json("""[{"id":"qemu/1","type":"qemu","vmid":1,"name":"a","node":"n2","status":"running"},{"id":"lxc/2","type":"lxc","vmid":2,"name":"b","node":"n1","status":"running"}]"""))
                .Select(static change => $"{change.Kind} {change.Text}"),
        ];
        string[] tasks =
        [
            .. watch.Tasks(Json("""[{"upid":"UPID:1","type":"x","node":"n1","endtime":2,"status":"OK"},{"upid":"UPID:2","type":"y","id":"1","node":"n1","starttime":3}]"""))
                .Select(static change => $"{change.Kind} {change.Text}"),
        ];

        Assert.Equal(
            [
                "guest.status VM 1 (a): status stopped -> running", "guest.node VM 1 (a): node n1 -> n2", "guest.created container 2 (b) appeared",
                "node.gone node n1 is gone",
            ], resources);
        Assert.Equal(["task.ended task x on n1 ended: OK", "task.started task y of 1 on n1 started"], tasks);

        // What began and ended between two looks are two events, and only the second one tells of the end.
        Change[] both = [.. watch.Tasks(Json("[{\"upid\":\"UPID:3\",\"type\":\"z\",\"node\":\"n1\",\"starttime\":4,\"endtime\":5,\"status\":\"OK\"}]"))];
        Assert.Equal(["task.started", "task.ended"], both.Select(static change => change.Kind));
        Assert.Equal([false, true], both.Select(static change => change.Details.ContainsKey("endtime") && change.Details.ContainsKey("status")));
    }

    [Fact]
    public void Watch_TasksOfOneSecond_ComeInTheOrderInWhichTheyBegan()
    {
        string Row(string start) => $$"""{"upid":"UPID:n1:00001000:{{start}}:65000000:qmstart:1:root@pam:","type":"qmstart","node":"n1","starttime":1694498816}""";
        ClusterWatch watch = new();
        Assert.Empty(watch.Tasks(Json("[]")));

        Assert.Equal(
            ["0000000A", "0000000B", "0000000C"],
            watch.Tasks(Json($"[{Row("0000000C")},{Row("0000000A")},{Row("0000000B")}]")).Select(static change => change.Subject.Split(':')[3]));
    }

    [Fact]
    public void Watch_TasksThatAreListedLate_AreNoNews()
    {
        const string All = """[{"upid":"UPID:1","type":"x","node":"n1","starttime":1},{"upid":"UPID:2","type":"y","node":"n1","starttime":2,"endtime":3,"status":"OK"}]""";
        ClusterWatch watch = new();
        Assert.Empty(watch.Tasks(Json(All)));

        // What a cluster lists that has just been started, then what it lists when its nodes have told.
        Assert.Empty(watch.Tasks(Json("[]")));
        Assert.Empty(watch.Tasks(Json(All)));
        Assert.Equal(["task.ended"], watch.Tasks(Json("""[{"upid":"UPID:1","type":"x","node":"n1","starttime":1,"endtime":4,"status":"OK"}]""")).Select(static change => change.Kind));
        Assert.Empty(watch.Tasks(Json(All)));
    }

    [Fact]
    public void Watch_TasksOfAnOutage_ComeInTheOrderInWhichTheyHappened()
    {
        ClusterWatch watch = new();
        Assert.Empty(watch.Tasks(Json("""[{"upid":"old","type":"vzdump","node":"n1","starttime":1}]""")));

        const string Later = """
            [{"upid":"b","type":"x","node":"n1","starttime":20,"endtime":30,"status":"OK"},{"upid":"c","type":"x","node":"n1","starttime":50},
            {"upid":"a","type":"x","node":"n1","starttime":10,"endtime":50,"status":"OK"},{"upid":"old","type":"vzdump","node":"n1","starttime":1,"endtime":25,"status":"OK"},
            {"upid":"short","type":"x","node":"n1","starttime":40,"endtime":40,"status":"OK"}]
            """;

        Assert.Equal(
            ["started a", "started b", "ended old", "ended b", "started short", "ended short", "ended a", "started c"],
            watch.Tasks(Json(Later)).Select(static change => $"{change.Kind["task.".Length..]} {change.Subject}"));
    }

    [Fact]
    public async Task Events_WhileAGuestStarts_TellsOfIt()
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();

        Task<CliRun> events = cli.LineAsync("events -o jsonl --kind guest.status --count 1 --interval 1");
        while (!events.IsCompleted)
        {
            // Whenever the events begin to watch, one of these changes comes after it.
            (await cli.LineAsync("vm start windows")).Succeeded();
            (await cli.LineAsync("vm stop windows")).Succeeded();
        }

        using JsonDocument change = JsonDocument.Parse((await events).Succeeded());
        Assert.Equal("guest.status", change.RootElement.GetProperty("kind").GetString());
        Assert.Equal(105, change.RootElement.GetProperty("vmid").GetInt32());
    }

    [Fact]
    public async Task Doctor_OnServers_FindsWhatIsThere()
    {
        using CliHarness cli = await cluster.UserAsync();
        string text = (await cli.LineAsync("doctor")).Succeeded();

        Assert.Contains("ok    server", text, StringComparison.Ordinal);
        Assert.Contains("has its quorum", text, StringComparison.Ordinal);
        Assert.Contains("start and stop guests", text, StringComparison.Ordinal);
        using JsonDocument findings = JsonDocument.Parse((await cli.LineAsync("doctor -o json")).Succeeded());
        Assert.Contains(findings.RootElement.GetProperty("data").EnumerateArray(), static finding => finding.GetProperty("area").GetString() == "clock");

        await backup.UseAsync(cli, "backup");
        Assert.Contains("% full", (await cli.LineAsync("doctor")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_WithoutAnAnswer_EndsWithTheCodeOfConnections()
    {
        using CliHarness cli = new CliHarness().With("NO_SECRET", "x");
        (await cli.LineAsync("context add nowhere https://127.0.0.1:1 --token-id root@pam!ci --secret env:NO_SECRET --use")).Succeeded();

        CliRun run = await cli.LineAsync("doctor");

        Assert.Equal(3, run.ExitCode);
        Assert.Contains("FAIL  server", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_CommandOrPath_DescribesIt()
    {
        using CliHarness cli = new();

        Snapshot.Match("explain-net", (await cli.LineAsync("explain vm set net0")).Succeeded());
        Assert.Contains("VM.PowerMgmt", (await cli.LineAsync("explain vm start")).Succeeded(), StringComparison.Ordinal);
        Assert.Contains("schedule", (await cli.LineAsync("explain /cluster/backup schedule")).Succeeded(), StringComparison.Ordinal);
        Assert.Contains("prune", (await cli.LineAsync("explain datastore prune -o yaml")).Succeeded(), StringComparison.Ordinal);
        Assert.Contains("Did you mean 'start'?", (await cli.LineAsync("explain vm stort")).FailedWith(2), StringComparison.Ordinal);
        Assert.Contains("Did you mean 'memory'?", (await cli.LineAsync("explain vm set memroy")).FailedWith(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("explain vm.net0.bridge")]
    [InlineData("explain vm net0 bridge")]
    [InlineData("explain vm set net0.bridge")]
    [InlineData("explain vm set -- --net0 bridge")]
    public async Task Explain_KeyInsideAValue_DescribesOnlyIt(string line)
    {
        using CliHarness cli = new();

        Snapshot.Match("explain-net-bridge", (await cli.LineAsync(line)).Succeeded());
    }

    [Fact]
    public async Task Explain_KeyInsideAValue_IsTheSameForPrograms()
    {
        using CliHarness cli = new();

        Assert.Equal(
            "1,65520,false,integer\n",
            (await cli.RunAsync("explain", "vm.net0.mtu", "--query", "[0].parameters[0].keys[].{a: minimum, b: maximum, c: required, d: type}", "-o", "csv", "--no-header")).Succeeded());
        Assert.Contains("\"meaning\":", (await cli.LineAsync("explain vm.scsi0.iothread -o json")).Succeeded(), StringComparison.Ordinal);
        Assert.Contains("hwaddr", (await cli.LineAsync("explain /nodes/{node}/lxc/{vmid}/config net0.hwaddr")).Succeeded(), StringComparison.Ordinal);
        Assert.Contains("written bridge=VALUE", (await cli.LineAsync("explain /nodes/{node}/qemu/{vmid}/config net0.bridge")).Succeeded(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("explain vm.net0.brigde", "'net0' has no key 'brigde'. Did you mean 'bridge'?")]
    [InlineData("explain vm.nte0", "Did you mean 'net0'?")]
    [InlineData("explain vm.net0.bridge.x", "'net0.bridge' has no keys: there is no 'x' in it")]
    [InlineData("explain vm.memory.curent", "Did you mean 'current'?")]
    [InlineData("explain vm.agent.foo", "'agent' has no key 'foo'")]
    [InlineData("explain vm.cores.x", "'cores' has no keys: there is no 'x' in it")]
    [InlineData("explain /nodes/{node}/qemu/{vmid}/config nte0", "Did you mean 'net0'?")]
    [InlineData("explain /nodes/{node}/qmeu", "Did you mean /nodes/{node}/qemu?")]
    [InlineData("explain vmm.net0", "Did you mean 'vm'?")]
    public async Task Explain_WrongName_SaysWhatWasMeant(string line, string hint)
    {
        using CliHarness cli = new();

        Assert.Contains(hint, (await cli.LineAsync(line)).FailedWith(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Man_Pages_AreWritten()
    {
        using CliHarness cli = new();

        (await cli.LineAsync("man --output-dir man")).Succeeded();

        string[] pages = Directory.GetFiles(Path.Combine(cli.Home, "man"));
        Assert.Contains(pages, static page => page.EndsWith("prox-vm.1", StringComparison.Ordinal));
        Assert.All(pages, static page => Assert.StartsWith(".TH ", File.ReadAllText(page), StringComparison.Ordinal));
        Assert.All(pages, static page => Assert.Single(File.ReadAllText(page).Split('\n'), static line => line == ".SH EXAMPLES"));
        Snapshot.Match("man-task", System.Text.RegularExpressions.Regex.Replace((await cli.LineAsync("man task")).Succeeded(), "\"prox [^\"]+\"", "\"prox\""));
    }

    /// <summary>A line of a terminal holds 66 letters of a paragraph; groff complains about words that it cannot break, and about codes that are no letters.</summary>
    [Fact]
    public async Task Man_LongWords_CanBeBroken()
    {
        using CliHarness cli = new();
        (await cli.LineAsync("man --output-dir man")).Succeeded();

        string[] pages = [.. Directory.GetFiles(Path.Combine(cli.Home, "man")).Select(File.ReadAllText)];

        Assert.All(pages, static page => Assert.Contains(".ad l\n", page, StringComparison.Ordinal));
        Assert.DoesNotContain(pages.SelectMany(static page => page), static letter => letter < ' ' && letter != '\n');
        Assert.DoesNotContain(
            pages.SelectMany(static page => page.Split((string[])["\n", " ", "\\:"], StringSplitOptions.None)),
            static part => part.Replace("\\e", "\\", StringComparison.Ordinal).Replace("\\-", "-", StringComparison.Ordinal).Length > 66);
    }

    [Theory]
    [InlineData("exit-codes")]
    [InlineData("output")]
    [InlineData("selectors")]
    [InlineData("options")]
    [InlineData("environment")]
    public async Task Help_Topic_IsAsRecorded(string topic)
    {
        using CliHarness cli = new();

        Snapshot.Match($"topic-{topic}", (await cli.LineAsync($"help {topic}")).Succeeded());
    }

    [Fact]
    public async Task Help_Command_IsThatOfTheCommand()
    {
        using CliHarness cli = new();

        Assert.Equal((await cli.LineAsync("vm start --help")).Output, (await cli.LineAsync("help vm start")).Succeeded());
        Assert.Contains("Did you mean 'selectors'?", (await cli.LineAsync("help selector")).FailedWith(2), StringComparison.Ordinal);
    }

    private static ChartSeries Series(string name, string? unit, Func<int, double?> value) =>
        new(name, unit, [.. Enumerable.Range(0, 60).Select(i => new ChartPoint(s_start.AddMinutes(i), value(i)))]);

    private static JsonElement Json(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
