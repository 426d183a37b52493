using System.CommandLine;
using Microsoft.Extensions.Time.Testing;
using ProxSharp.Backup;
using ProxSharp.Backup.Files;
using ProxSharp.Cli.Backups;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests.Backups;

/// <summary>The live line of backups and restores.</summary>
public sealed class ProgressLineTests : IDisposable
{
    private static readonly BackupProgress s_backup = new()
    {
        Archive = "root.pxar.didx",
        BytesRead = 3 << 20,
        BytesReused = 1 << 20,
        BytesUploaded = 2 << 20,
        BytesSent = 1 << 19,
        Elapsed = TimeSpan.FromSeconds(2),
        Remaining = TimeSpan.FromSeconds(90),
    };

    private readonly FakeTimeProvider _time = new();
    private readonly TestConsole _terminal = new() { IsInputTerminal = true, IsOutputTerminal = true, IsErrorTerminal = true, Width = 120 };

    public void Dispose() => _terminal.Dispose();

    [Fact]
    public void Report_MoreReadThanSent_SpeedIsThatOfWhatTheServerHas()
    {
        ProgressLine line = Line(_terminal);
        _time.Advance(TimeSpan.FromSeconds(1));
        line.Report(s_backup with { BytesRead = 59 << 20 });
        Assert.Contains("read 59 MiB, 1.5 MiB/s, ", _terminal.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Report_OnATerminal_RewritesOneLineFiveTimesASecond()
    {
        ProgressLine line = Line(_terminal);

        line.Report(s_backup);
        Assert.Equal("", _terminal.Errors);
        _time.Advance(TimeSpan.FromMilliseconds(200));
        line.Report(s_backup);
        line.Report(s_backup);
        _time.Advance(TimeSpan.FromMilliseconds(200));
        line.Report(new RestoreProgress { File = "disk.img", BytesDone = 1 << 20, BytesTotal = 4 << 20, BytesFetched = 1 << 19, Elapsed = TimeSpan.FromSeconds(1) });
        _time.Advance(TimeSpan.FromMilliseconds(200));
        ((IProgress<FileProgress>)new ProgressLine.OfFiles(line, "root.pxar")).Report(new FileProgress(12, 2048));
        line.End();
        line.End();

        Assert.Equal(
            [
                "root.pxar.didx: read 3 MiB, 1.5 MiB/s, 1m 30s left, reused 1 MiB, uploaded 2 MiB (512 KiB sent)",
                "disk.img: 1 MiB of 4 MiB (25 %), fetched 512 KiB, 1 MiB/s, 3s left",
                "root.pxar: 12 entries, 2 KiB",
                "",
            ],
            _terminal.Errors.Split('\r', StringSplitOptions.RemoveEmptyEntries).Select(static text => text.Replace("\e[K", "", StringComparison.Ordinal)));
    }

    [Fact]
    public void Report_LineThatIsTooLong_IsCutToTheTerminal()
    {
        using TestConsole narrow = new() { IsErrorTerminal = true, Width = 40 };
        ProgressLine line = Line(narrow);
        _time.Advance(TimeSpan.FromSeconds(1));

        line.Report(s_backup);

        Assert.Equal("\rroot.pxar.didx: read 3 MiB, 1.5 MiB/s, \e[K", narrow.Errors);
    }

    [Fact]
    public void Report_WithoutATerminal_IsALineAMinute()
    {
        using TestConsole file = new();
        ProgressLine line = Line(file);
        for (int second = 0; second < 130; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            line.Report(s_backup);
        }

        line.End();

        Assert.Equal(2, file.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.DoesNotContain('\r', file.Errors);
    }

    [Fact]
    public void Report_ForPrograms_IsNothing()
    {
        ProgressLine line = Line(_terminal, "-o", "json");
        _time.Advance(TimeSpan.FromHours(1));

        line.Report(s_backup);

        Assert.Equal("", _terminal.Errors);
    }

    private ProgressLine Line(TestConsole console, params string[] arguments)
    {
        GlobalOptions globals = new();
        RootCommand root = new();
        foreach (Option option in globals.All)
        {
            root.Add(option);
        }

        CliEnvironment environment = new() { Variables = new Dictionary<string, string>(), HomeDirectory = "/", CurrentDirectory = "/", IsWindows = false };
        return new ProgressLine(new CommandRun(new CommandServices(console, environment, _time), globals, root.Parse(arguments)));
    }
}
