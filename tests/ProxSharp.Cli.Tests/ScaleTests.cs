using System.Diagnostics;
using System.Text;
using System.Text.Json;
using ProxSharp.Cli.Terminal;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

/// <summary>A cluster as large as they get, seen through narrow terminals and by readers that stop early.</summary>
public sealed class ScaleTests(ScaleTests.LargeSimulator cluster) : IClassFixture<ScaleTests.LargeSimulator>
{
    private const int Guests = 20_000;
    private const int Machines = 16_000;

    // Generous: the tests share the machine with others. Alone it takes a fraction of a second.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("vm list -o name", Machines)]
    [InlineData("vm list -o csv --no-header", Machines)]
    [InlineData("ct list -o name", Guests - Machines)]
    [InlineData("vm list @tag-web,status=running -o name", 2000)]
    [InlineData("vm list @pool-prod,-'*-000*' -o name", null)]
    [InlineData("vm list 100:199 -o name", 80)]
    [InlineData("vm list @node-pve7 --sort -mem -o name", null)]
    [InlineData("guest list --query \"length(@)\" -o json", null)]
    public async Task List_TwentyThousandGuests_IsWholeAndQuick(string line, int? expected)
    {
        using CliHarness cli = await cluster.UserAsync();
        long start = Stopwatch.GetTimestamp();

        string output = (await cli.LineAsync(line)).Succeeded();

        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, s_patience);
        int lines = output.Count(static c => c == '\n');
        Assert.True(expected is null ? lines > 0 : lines == expected, $"{lines} lines");
    }

    [Fact]
    public async Task DryRun_ManyGuestsThatAreLeftOut_AreToldTogether()
    {
        using CliHarness cli = await cluster.UserAsync();

        CliRun run = await cli.LineAsync("vm stop @all --dry-run");

        run.Succeeded();
        Assert.Contains("and others, named by -o json): it is stopped already, so nothing would be done.", run.Errors, StringComparison.Ordinal);
        Assert.InRange(run.Errors.Count(static c => c == '\n'), 1, 5);
    }

    [Fact]
    public async Task Export_ManyGuestsOfTwentyThousand_IsQuickAndDiffersNot()
    {
        using CliHarness cli = await cluster.UserAsync();
        string file = Path.GetTempFileName();
        try
        {
            long start = Stopwatch.GetTimestamp();

            await File.WriteAllTextAsync(
                file, (await cli.LineAsync("export guests --guests @tag-db")).Succeeded(), TestContext.Current.CancellationToken);
            CliRun diff = await cli.RunAsync("diff", "-f", file);

            Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, s_patience);
            Assert.Equal(0, diff.ExitCode);
            Assert.Equal(2000, File.ReadLines(file).Count(static line => line.Contains("- vmid:", StringComparison.Ordinal)));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Top_TwentyThousandGuests_ShowsTheBusiestAndSaysHowManyMore()
    {
        using CliHarness cli = await cluster.UserAsync();

        string text = (await cli.LineAsync("top")).Succeeded();

        Assert.Contains("32 of 32 nodes online", text, StringComparison.Ordinal);
        Assert.Contains("20000", text.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Complete_TwentyThousandGuests_OffersThoseThatFit()
    {
        using CliHarness cli = await cluster.UserAsync();

        string[] first = (await cli.RunAsync("complete", "--line", "prox vm start web-prod-0000")).Succeeded().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] again = (await cli.RunAsync("complete", "--line", "prox vm start 1001")).Succeeded().Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(["web-prod-00000\t100 on pve1, running"], first);
        Assert.All(again, static line => Assert.StartsWith("1001", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Start_OfAWholeTag_IsPlannedWithoutSendingAnything()
    {
        using CliHarness cli = await cluster.UserAsync();

        CliRun run = await cli.LineAsync("vm start @tag-db --dry-run");

        Assert.Contains("Nothing was sent", run.Errors + run.Output, StringComparison.Ordinal);
        Assert.Equal(0, run.ExitCode);
        Assert.DoesNotContain(cluster.Simulator.Traffic.Requests, static request => request.Method == "POST");
    }

    [Theory]
    [InlineData("vm list")]
    [InlineData("vm list -o json")]
    [InlineData("vm list -o jsonl")]
    [InlineData("vm list -o yaml")]
    public async Task List_ReaderStopsEarly_EndsWithOneLineAtMost(string line)
    {
        using CliHarness cli = await cluster.UserAsync();
        using MemoryStream errors = new();
        using StreamConsole console = new(new ClosingPipe(4096), errors);

        int exitCode = await new CliApp(console, cli.Environment, cli.Time).RunAsync([.. ShellWords.Split(line)], TestContext.Current.CancellationToken);

        string text = Encoding.UTF8.GetString(errors.ToArray());
        Assert.Equal(1, exitCode);
        Assert.Single(text.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm list", 40)]
    [InlineData("vm list", 20)]
    [InlineData("node list", 40)]
    [InlineData("storage list", 40)]
    [InlineData("vm chart 100", 40)]
    [InlineData("task list", 40)]
    [InlineData("pool list", 40)]
    [InlineData("doctor", 40)]
    public async Task Output_NarrowTerminal_KeepsWithinIt(string line, int width)
    {
        await using ScriptsCluster scripts = await ScriptsCluster.StartAsync();
        using CliHarness cli = await scripts.UserAsync(width);

        string text = (await cli.LineAsync(line)).Succeeded();

        // Commands to copy stay in one piece.
        Assert.All(
            Plain(text).Split('\n').Where(static row => !row.Contains("-> ", StringComparison.Ordinal)),
            row => Assert.True(TextCells.Width(row) <= width, $"{TextCells.Width(row)} cells: {row}"));
    }

    [Fact]
    public async Task List_NamesInAnyScript_LineUpAndComeBackUnchanged()
    {
        await using ScriptsCluster scripts = await ScriptsCluster.StartAsync();
        using CliHarness cli = await scripts.UserAsync(null);

        string[] rows = (await cli.LineAsync("vm list --fields name,node,vmid")).Succeeded().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] names = (await cli.LineAsync("vm list -o name --fields name")).Succeeded().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        using JsonDocument json = JsonDocument.Parse((await cli.LineAsync("vm list -o json --fields name")).Succeeded());

        int[] columns = [.. rows.Skip(1).Select(static row => TextCells.Width(row[..row.IndexOf("pve1", StringComparison.Ordinal)]))];
        Assert.Single(columns.Distinct());
        Assert.Equal(ScriptsCluster.Names, json.RootElement.GetProperty("data").EnumerateArray().Select(static item => item.GetProperty("name").GetString()!));
        Assert.Equal(ScriptsCluster.Names.Length, names.Length);
    }

    [Fact]
    public async Task Select_NamesInAnyScript_FindsThem()
    {
        await using ScriptsCluster scripts = await ScriptsCluster.StartAsync();
        using CliHarness cli = await scripts.UserAsync(null);

        foreach (string name in ScriptsCluster.Names)
        {
            Assert.Equal($"{100 + Array.IndexOf(ScriptsCluster.Names, name)}\n", (await cli.RunAsync("vm", "list", name, "-o", "name")).Succeeded());
            string offered = (await cli.RunAsync("complete", "--line", $"prox vm start {name[..1]}")).Succeeded();
            Assert.Contains(offered.Split('\n'), line => line.StartsWith(name + "\t", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("データベース-本番", 9, "データ...")]
    [InlineData("e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301", 5, "e\u0301e\u0301...")]
    [InlineData("👩‍👩‍👧‍👦family", 12, null)]
    [InlineData("👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 7, null)]
    [InlineData("שרת-ראשי", 20, "שרת-ראשי")]
    [InlineData("staging", 4, "sta.")]
    [InlineData("staging", 2, "s.")]
    [InlineData("staging", 1, "s")]
    public void Cut_AnyScript_KeepsWithinTheCellsAndWholeSigns(string text, int cells, string? expected)
    {
        string cut = TextCells.Cut(text, cells);

        Assert.InRange(TextCells.Width(cut), 1, cells);
        Assert.True(expected is null || cut == expected, cut);
        string kept = cut.TrimEnd('.');
        Assert.StartsWith(kept, text, StringComparison.Ordinal);

        // No half of a sign that is made of several is left at the end.
        Assert.DoesNotContain('\u200d', kept[Math.Max(0, kept.Length - 1)..]);
    }

    private static string Plain(string text) => System.Text.RegularExpressions.Regex.Replace(text, "\u001b\\[[0-9;?]*[A-Za-z]", "");

    /// <summary>A pipe whose reader takes so much and no more.</summary>
    private sealed class ClosingPipe(int capacity) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (Length + buffer.Length > capacity)
            {
                throw new IOException("Broken pipe");
            }

            base.Write(buffer);
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));
    }

    /// <summary>Twenty thousand guests on 32 nodes, for one test class.</summary>
    public sealed class LargeSimulator : IAsyncLifetime
    {
        private PveSimulator? _simulator;

        public PveSimulator Simulator => _simulator ?? throw new InvalidOperationException("The simulator has not been started.");

        public async ValueTask InitializeAsync() =>
            _simulator = await PveSimulator.StartAsync(new PveSimulatorOptions { Delays = false, Scenario = LargeCluster.Of(Guests, 32) });

        public ValueTask DisposeAsync() => Simulator.DisposeAsync();

        internal async Task<CliHarness> UserAsync()
        {
            CliHarness cli = new CliHarness().With("LAB_SECRET", DefaultCluster.TokenSecret);
            await ScriptsCluster.UseAsync(cli, Simulator);
            return cli;
        }
    }

    /// <summary>A small cluster whose guests have names that no administrator should give, and some do.</summary>
    private sealed class ScriptsCluster(PveSimulator simulator) : IAsyncDisposable
    {
        public static readonly string[] Names =
            ["データベース-本番-ウェブサーバー-その一", "שרת-ראשי", "خادم-الويب", "сервер-резервный", "👩‍👩‍👧‍👦-family", "cafe\u0301-au-lait", "ไทย-เซิร์ฟเวอร์", "plain"];

        public static async Task<ScriptsCluster> StartAsync() =>
            new(await PveSimulator.StartAsync(new PveSimulatorOptions { Delays = false, Scenario = Build }, TestContext.Current.CancellationToken));

        public static async Task UseAsync(CliHarness cli, PveSimulator simulator) => (await cli.RunAsync(
            "context", "add", "lab", simulator.Endpoint.GetLeftPart(UriPartial.Authority), "--token-id", DefaultCluster.TokenId, "--secret", "env:LAB_SECRET",
            "--fingerprint", simulator.Fingerprint, "--use")).Succeeded();

        public async Task<CliHarness> UserAsync(int? width)
        {
            CliHarness cli = new CliHarness { TerminalWidth = width }.With("LAB_SECRET", DefaultCluster.TokenSecret).With("TERM", "xterm-256color");
            await UseAsync(cli, simulator);
            return cli;
        }

        public ValueTask DisposeAsync() => simulator.DisposeAsync();

        private static void Build(ClusterBuilder cluster)
        {
            cluster.AddNode("pve1").AddStorage("local-lvm-with-a-long-name", "lvmthin").AddPool("production-with-a-long-name", "顧客に見えるもの");
            for (int i = 0; i < Names.Length; i++)
            {
                cluster.AddVm("pve1", 100 + i, Names[i], vm =>
                {
                    vm.IsRunning = true;
                    vm.Pool = "production-with-a-long-name";
                    vm.Options["tags"] = "one;two;three";
                });
            }

            cluster.AddUser(DefaultCluster.DemoUser, DefaultCluster.DemoPassword)
                .AddToken(DefaultCluster.DemoUser, "ci", DefaultCluster.TokenSecret)
                .Grant("/", DefaultCluster.DemoUser, "PVEAdmin")
                .Grant("/", DefaultCluster.TokenId, "PVEAdmin");
        }
    }
}
