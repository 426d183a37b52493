using System.Globalization;
using System.Text.Json;
using ProxSharp.Cli.Live;
using ProxSharp.Cli.Terminal;
using ProxSharp.Cli.Tests.Backups;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>The frames of the live view and its keys.</summary>
public sealed class TopTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    private const string SmallCluster = """
        [{"id":"node/pve1","type":"node","node":"pve1","status":"online","cpu":0.25,"mem":34359738368,"maxmem":68719476736,"uptime":90061},
         {"id":"qemu/100","type":"qemu","vmid":100,"name":"web-1","node":"pve1","status":"running","cpu":0.5,"mem":1073741824,"maxmem":2147483648,"uptime":3600,"tags":"prod;front"},
         {"id":"qemu/101","type":"qemu","vmid":101,"name":"データベース","node":"pve1","status":"running","cpu":0.75,"mem":536870912,"maxmem":2147483648,"uptime":60},
         {"id":"qemu/102","type":"qemu","vmid":102,"name":"off","node":"pve1","status":"stopped","cpu":0,"mem":0,"maxmem":2147483648,"uptime":0},
         {"id":"qemu/900","type":"qemu","vmid":900,"name":"template","node":"pve1","status":"stopped","template":1}]
        """;

    // What a user without Sys.Audit and VM.Audit, or anybody of a node that is away, is told.
    private const string Unknowns = """
        [{"id":"node/pve1","type":"node","node":"pve1","status":"online"},
         {"id":"node/pve2","type":"node","node":"pve2","status":"offline","maxmem":null},
         {"id":"qemu/100","type":"qemu","vmid":100,"name":"web-1","node":"pve1","status":"unknown"}]
        """;

    [Fact]
    public async Task Top_AsJson_HoldsWhatTheScreenShows()
    {
        using CliHarness cli = await cluster.UserAsync();

        JsonElement look = await cli.JsonAsync("top --once");

        Assert.Contains(look.GetProperty("nodes").EnumerateArray(), static node => node.GetProperty("node").GetString() == "pve1");
        Assert.Contains(look.GetProperty("guests").EnumerateArray(), static guest => guest.GetProperty("name").GetString() == "web-1");
        Assert.Equal(JsonValueKind.Array, look.GetProperty("tasks").ValueKind);
        Assert.Equal("- web-1\n", (await cli.LineAsync("top --query \"guests[?vmid==`100`].name\" -o yaml")).Succeeded());
    }

    [Theory]
    [InlineData("top --once -o jsonl")]
    [InlineData("top --once -o csv")]
    [InlineData("top --once --fields name")]
    [InlineData("top --once --sort name")]
    public async Task Top_FormsOfOneList_NameTheCommandsThatHaveThem(string line)
    {
        using CliHarness cli = await cluster.UserAsync();

        CliRun run = await cli.LineAsync(line);

        run.FailedWithCode(2);
        Assert.Contains("prox node list, prox guest list, prox task list", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Draw_SmallCluster_IsAsRecorded()
    {
        TopState state = Looked(SmallCluster, """[{"upid":"UPID:a","type":"qmigrate","id":"100","node":"pve1","user":"root@pam"},{"upid":"UPID:b","type":"old","endtime":1}]""");

        Snapshot.Match("top", string.Join('\n', Screen(state, 120, null)) + "\n");
        Snapshot.Match("top-narrow", string.Join('\n', Screen(state, 40, 24)) + "\n");
    }

    [Fact]
    public void Draw_LargeCluster_LeavesRoomForGuests()
    {
        TopState state = Looked(Large(50, 20_000), Tasks(30));

        IReadOnlyList<string> lines = Screen(state, 100, 35);

        Snapshot.Match("top-large", string.Join('\n', lines) + "\n");
        Assert.Equal(35, lines.Count);
        Assert.StartsWith("lab  50 of 50 nodes online", lines[0], StringComparison.Ordinal);
        Assert.Contains("\u2026 and 40 more nodes", lines);
        Assert.StartsWith("pve50", lines[3], StringComparison.Ordinal);
        Assert.InRange(lines.Count(static line => line.Contains("  guest-", StringComparison.Ordinal)), 8, 35);
        Assert.Contains(lines, static line => line.EndsWith(" of 20000 guests", StringComparison.Ordinal));
    }

    [Fact]
    public void Draw_AnySize_FitsAndShowsAGuestWithItsFigures()
    {
        TopState state = Looked(Large(50, 200), Tasks(30));
        foreach (int width in new[] { 20, 30, 40, 60, 80, 100, 132, 200 })
        {
            for (int height = 1; height <= 60; height++)
            {
                IReadOnlyList<string> lines = Screen(state, width, height);
                Assert.InRange(lines.Count, 1, height);
                Assert.All(lines, line => Assert.InRange(TextCells.Width(line), 0, width));
                Assert.True(
                    height < 2 || lines.Any(static line => line.Contains("87.9", StringComparison.Ordinal) && line.Contains("512 MiB", StringComparison.Ordinal)),
                    $"{width} x {height}: no guest\n{string.Join('\n', lines)}");
            }
        }
    }

    [Fact]
    public void Draw_NarrowTerminal_CutsNoTitle()
    {
        TopState state = Looked(Large(3, 30), "[]");
        for (int width = 4; width <= 60; width++)
        {
            string[] words = [.. Screen(state, width, 24).Where(static line => line.Contains("NA", StringComparison.Ordinal) || line.StartsWith("NO", StringComparison.Ordinal))
                .SelectMany(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
            Assert.Contains("NAME", words);
            Assert.Contains("NODE", words);
            Assert.Empty(words.Except(["NAME", "NODE", "VMID", "CPU", "%", "MEMORY", "STATUS", "PAST", "UPTIME", "GUESTS"]));
        }

        Assert.Contains("NAME CPU %    MEMORY", Screen(state, 20, 24));
        Assert.Contains("gue.  87.9   512 MiB", Screen(state, 20, 24));
        Assert.Contains("NODE CPU %    MEMORY", Screen(state, 20, 24));
    }

    [Fact]
    public void Draw_StaleFigures_SaysSinceWhen()
    {
        TopState state = Looked(Large(3, 30), "[]");
        state.Lose(new Outage(new DateTimeOffset(2026, 1, 1, 12, 34, 56, TimeSpan.Zero), "no connection (Connection refused)"));
        for (int height = 1; height <= 30; height++)
        {
            IReadOnlyList<string> lines = Screen(state, 90, height);
            Assert.InRange(lines.Count, 1, height);
            Assert.Contains("Stale since 2026-01-01 12:34:56: no connection (Connection refused); trying again", lines);
            Assert.True(height < 2 || lines.Any(static line => line.Contains("  guest-", StringComparison.Ordinal)));
        }

        using JsonDocument look = JsonDocument.Parse("[]");
        state.Take(look.RootElement, look.RootElement);
        Assert.Null(state.Outage);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(120)]
    public void Draw_FiguresTheServerDoesNotTell_AreUnknown(int width)
    {
        string text = string.Join('\n', Screen(Looked(Unknowns, "[]"), width, 24));

        Assert.DoesNotContain("0.0", text, StringComparison.Ordinal);
        Assert.DoesNotContain("0 B", text, StringComparison.Ordinal);
        Assert.DoesNotContain("1 B", text, StringComparison.Ordinal);
        Assert.DoesNotContain("[", text, StringComparison.Ordinal);
        Assert.DoesNotContain("of -", text, StringComparison.Ordinal);
        Assert.Matches("(?m)^pve1 +- +- ", text);
        Assert.Matches("(?m)^ +100  web-1 .*- +-", text);
        Assert.True(width < 120 || text.Contains("offline", StringComparison.Ordinal));
    }

    [Fact]
    public void Press_ScrollingKeys_MoveTheGuestsAndStopAtTheEnds()
    {
        TopState state = Looked(Large(3, 100), "[]");
        Press(state, 'i');
        Assert.Equal("guest-000", First(state));

        Assert.Equal("guest-001", First(state, ConsoleKey.DownArrow));
        Assert.Equal("guest-000", First(state, ConsoleKey.UpArrow));
        Assert.Equal("guest-000", First(state, ConsoleKey.UpArrow));
        Press(state, 'j', 'j', 'k');
        Assert.Equal("guest-001", First(state));
        int page = Guests(Screen(state, 100, 30)).Count;
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"guest-{1 + page:000}"), First(state, ConsoleKey.PageDown));
        Assert.Equal("guest-001", First(state, ConsoleKey.PageUp));
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"guest-{100 - page:000}"), First(state, ConsoleKey.End));
        Assert.Equal("guest-099", Guests(Screen(state, 100, 30))[^1]);
        Assert.Contains("-100 of 100 guests", string.Join('\n', Screen(state, 100, 30)), StringComparison.Ordinal);
        Assert.Equal("guest-000", First(state, ConsoleKey.Home));
    }

    [Theory]
    [InlineData("WEB", "web-1")]
    [InlineData("front", "web-1")]
    [InlineData("102", "off")]
    [InlineData("prod pve1", "web-1")]
    [InlineData("データ", "データベース")]
    [InlineData("pve1", "データベース", "web-1", "off")]
    [InlineData("nothing")]
    public void Press_Filter_ShowsTheGuestsThatHaveTheWords(string typed, params string[] expected)
    {
        TopState state = Looked(SmallCluster, "[]");

        Press(state, ['/', .. typed, '\r']);

        IReadOnlyList<string> lines = Screen(state, 120, 30);
        string[] shown = [.. new[] { "データベース", "web-1", "off" }.Where(name => lines.Any(line => line.Contains($"  {name} ", StringComparison.Ordinal)))];
        Assert.Equal(expected, shown);
        Assert.StartsWith($"/{typed} (Esc ends it)", lines[^1], StringComparison.Ordinal);
        Assert.Equal(expected.Length == 0, lines.Any(static line => line.StartsWith("No guest has 'nothing'", StringComparison.Ordinal)));
    }

    [Fact]
    public void Press_WhileTyping_LettersAreNoKeys()
    {
        TopState state = Looked(SmallCluster, "[]");

        Press(state, '/', 'q', 'r', 'x', '\u007f');
        Assert.Equal(("qr", "cpu", false, false, true), (state.Filter, state.Sort, state.OnlyRunning, state.IsOver, state.IsTyping));
        Assert.Equal("/qr_  Enter keeps it, Esc ends it", Screen(state, 80, 24)[^1]);
        Press(state, '\u001b');
        Assert.Equal(("", false, false), (state.Filter, state.IsTyping, state.IsOver));

        Press(state, '/', 'o', '\r');
        Press(state, '\u001b');
        Assert.Equal(("", false), (state.Filter, state.IsOver));
        Press(state, '\u001b');
        Assert.True(state.IsOver);
    }

    [Theory]
    [InlineData("\U0002000b", "")]
    [InlineData("ae\u0301", "a")]
    [InlineData("\u30c7\u30fc", "\u30c7")]
    public void Press_Backspace_TakesAWholeSign(string typed, string left)
    {
        TopState state = Looked(SmallCluster, "[]");

        Press(state, ['/', .. typed, '\u007f']);
        Assert.Equal(left, state.Filter);
        Press(state, '\u007f', '\u007f');
        Assert.Equal(("", true), (state.Filter, state.IsTyping));
    }

    [Fact]
    public void Press_OtherKeys_SortLeaveOutAndEnd()
    {
        TopState state = Looked(SmallCluster, "[]");

        Press(state, 'n', 'r');
        Assert.False(state.Press('x'));
        Assert.DoesNotContain(Screen(state, 120, 30), static line => line.Contains("  off ", StringComparison.Ordinal));
        Assert.Contains("sorted by name", Screen(state, 120, 30)[0], StringComparison.Ordinal);
        Assert.Contains("r running only", Screen(state, 120, 30)[^1], StringComparison.Ordinal);
        Press(state, 'q');
        Assert.True(state.IsOver);
    }

    [Fact]
    public async Task Top_InAPipe_ShowsTheClusterOnce()
    {
        using CliHarness cli = await cluster.UserAsync();

        string text = (await cli.LineAsync("top")).Succeeded();

        Assert.DoesNotContain('\u001b', text);
        Assert.Contains("3 of 3 nodes online", text, StringComparison.Ordinal);
        Assert.Contains("web-1", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Top_AtATerminal_FiltersScrollsAndEnds()
    {
        using CliHarness cli = await cluster.UserAsync();
        using TestConsole console = new() { IsInputTerminal = true, IsOutputTerminal = true, Width = 80, Height = 14 };
        foreach (ConsoleKeyInfo key in new[]
        {
            Key('i', ConsoleKey.I), Key('\0', ConsoleKey.DownArrow), Key('/', ConsoleKey.Oem2), Key('w', ConsoleKey.W), Key('e', ConsoleKey.E),
            Key('b', ConsoleKey.B), Key('\r', ConsoleKey.Enter), Key('q', ConsoleKey.Q),
        })
        {
            console.Pressed.Enqueue(key);
        }

        int exitCode = await new CliApp(console, cli.Environment, cli.Time).RunAsync(["top", "--no-color"], TestContext.Current.CancellationToken);

        string[] frames = console.Output.Split("\e[H\e[2J");
        Assert.Equal(0, exitCode);
        Assert.Equal(9, frames.Length);
        Assert.All(frames.Skip(1), static frame => Assert.InRange(frame.Split("\r\n").Length, 1, 14));
        Assert.Contains("\r\n1-", frames[2], StringComparison.Ordinal);
        Assert.Contains("\r\n2-", frames[3], StringComparison.Ordinal);
        Assert.Contains("/web_", frames[7], StringComparison.Ordinal);
        Assert.Contains("/web (Esc ends it)", frames[8], StringComparison.Ordinal);
        Assert.Contains("web-1", frames[8], StringComparison.Ordinal);
        Assert.EndsWith("\e[?25h\e[?1049l", console.Output, StringComparison.Ordinal);
    }

    private static ConsoleKeyInfo Key(char sign, ConsoleKey key) => new(sign, key, shift: false, alt: false, control: false);

    private static void Press(TopState state, params char[] signs) => Assert.All(signs, sign => Assert.True(state.Press(sign)));

    private static string First(TopState state, ConsoleKey? key = null)
    {
        Assert.True(key is null || state.Press('\0', key.Value));
        return Guests(Screen(state, 100, 30))[0];
    }

    private static List<string> Guests(IReadOnlyList<string> lines) =>
        [.. lines.Where(static line => line.Contains("  guest-", StringComparison.Ordinal)).Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1])];

    private static IReadOnlyList<string> Screen(TopState state, int width, int? height) =>
        TopScreen.Draw(state, "lab", width, height, new Ansi(enabled: false), plain: false, TimeProvider.System);

    private static TopState Looked(string resources, string tasks)
    {
        using JsonDocument items = JsonDocument.Parse(resources);
        using JsonDocument running = JsonDocument.Parse(tasks);
        TopState state = new();
        state.Take(items.RootElement.Clone(), running.RootElement.Clone());
        state.Take(items.RootElement.Clone(), running.RootElement.Clone());
        return state;
    }

    // Node 50 is the busiest, and all guests use the same memory; the busiest guest uses 87.9 %.
    private static string Large(int nodes, int guests) => JsonSerializer.Serialize(
        Enumerable.Range(1, nodes)
            .Select(i => new Dictionary<string, object>
            {
                ["id"] = $"node/pve{i}",
                ["type"] = "node",
                ["node"] = $"pve{i}",
                ["status"] = "online",
                ["cpu"] = i / 100.0,
                ["mem"] = 1L << 35,
                ["maxmem"] = 1L << 36,
                ["uptime"] = 86400 * i,
            })
            .Concat(Enumerable.Range(0, guests).Select(i => new Dictionary<string, object>
            {
                ["id"] = $"qemu/{100 + i}",
                ["type"] = "qemu",
                ["vmid"] = 100 + i,
                ["name"] = string.Create(CultureInfo.InvariantCulture, $"guest-{i:000}"),
                ["node"] = $"pve{(i % nodes) + 1}",
                ["status"] = "running",
                ["cpu"] = 0.879 - (i / 100_000.0),
                ["mem"] = 1L << 29,
                ["maxmem"] = 1L << 30,
                ["uptime"] = 3600,
            })));

    private static string Tasks(int count) => JsonSerializer.Serialize(Enumerable.Range(0, count).Select(static i => new Dictionary<string, object>
    {
        ["upid"] = $"UPID:{i}",
        ["type"] = "vzdump",
        ["id"] = $"{100 + i}",
        ["node"] = "pve1",
        ["user"] = "root@pam",
    }));
}
