using System.Diagnostics;

namespace ProxSharp.Operations.Tests;

/// <summary>Whoever may freeze must not be able to lift a freeze with it.</summary>
public sealed class FreezeTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly string _folder = Directory.CreateTempSubdirectory("freeze-").FullName;
    private readonly StillTime _time = new();

    private FreezeSwitch Switch => new(_folder, _time);

    private string FilePath => Path.Combine(_folder, "freeze");

    [Fact]
    public void Freeze_WithAnEarlierEnd_KeepsTheLaterEndAndItsReason()
    {
        Assert.True(Switch.Freeze(TimeSpan.FromHours(2), "maintenance"));
        Assert.False(Switch.Freeze(TimeSpan.FromSeconds(1), "nothing"));
        Assert.False(Switch.Freeze(TimeSpan.FromSeconds(-1)));
        Assert.Equal(new FreezeState(_time.Now + TimeSpan.FromHours(2), "maintenance"), Switch.State);
    }

    [Fact]
    public void Freeze_WithALaterEnd_IsLengthened()
    {
        Switch.Freeze(TimeSpan.FromHours(1), "maintenance");
        Assert.True(Switch.Freeze(TimeSpan.FromHours(2)));
        Assert.Equal(new FreezeState(_time.Now + TimeSpan.FromHours(2), "maintenance"), Switch.State);
        Assert.True(Switch.Freeze(null, "incident 7"));
        Assert.Equal(new FreezeState(null, "incident 7"), Switch.State);
    }

    [Fact]
    public void State_WithASwitchOfAll_IsTheLaterOfTheTwo()
    {
        FreezeSwitch all = new(Path.Combine(_folder, "all"), _time);
        FreezeSwitch own = new(_folder, _time) { Common = all };
        Assert.Null(own.State);

        all.Freeze(TimeSpan.FromHours(1), "all");
        Assert.Equal("all", own.State?.Reason);
        Assert.Throws<GuardRefusedException>(own.Check);
        own.Freeze(TimeSpan.FromHours(2), "own");
        Assert.Equal("own", own.State?.Reason);
        Assert.Equal("all", all.State?.Reason);
        all.Freeze(null);
        Assert.Equal(new FreezeState(null, "all"), own.State);
        own.Thaw();
        Assert.Equal(new FreezeState(null, "all"), own.State);
        all.Thaw();
        Assert.Null(own.State);
    }

    [Fact]
    public void Freeze_WithoutEnd_StaysWithoutEnd()
    {
        Switch.Freeze(null, "incident 7");
        Assert.False(Switch.Freeze(TimeSpan.FromSeconds(1)));
        Assert.False(Switch.Freeze(TimeSpan.FromDays(3650)));
        Assert.Equal(new FreezeState(null, "incident 7"), Switch.State);
    }

    [Fact]
    public void Freeze_WithAnEndBeyondAllDates_LastsUntilLifted()
    {
        Assert.True(Switch.Freeze(TimeSpan.MaxValue));
        Assert.Equal(new FreezeState(null, null), Switch.State);
    }

    [Fact]
    public void Freeze_AfterTheOldOneIsOver_BeginsAnew()
    {
        Switch.Freeze(TimeSpan.FromHours(1), "maintenance");
        _time.Now += TimeSpan.FromHours(2);
        Assert.Null(Switch.State);
        Assert.True(Switch.Freeze(TimeSpan.FromMinutes(1)));
        Assert.Equal(new FreezeState(_time.Now + TimeSpan.FromMinutes(1), null), Switch.State);
        Switch.Thaw();
        Assert.Null(Switch.State);
    }

    [Theory]
    [InlineData("")]
    [InlineData("tomorrow\nmaybe")]
    public void Freeze_OverADamagedFile_IsRefusedAndStaysFrozen(string content)
    {
        File.WriteAllText(FilePath, content);
        Assert.Equal("frozen", Assert.Throws<GuardRefusedException>(() => Switch.Freeze(TimeSpan.FromSeconds(1))).Reason);
        Assert.Equal(content, File.ReadAllText(FilePath));
        Assert.True(Switch.Freeze(null));
        Assert.Equal(content, File.ReadAllText(FilePath));
        Assert.NotNull(Switch.State);
    }

    [Fact]
    public async Task Freeze_OverAPipe_IsRefusedAndStaysFrozen()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells what a file is.");
        using (Process process = Process.Start("mkfifo", [FilePath]))
        {
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        GuardRefusedException refusal = await Task.Run(() => Assert.Throws<GuardRefusedException>(() => Switch.Freeze(TimeSpan.FromSeconds(1))))
            .WaitAsync(s_patience, TestContext.Current.CancellationToken);
        Assert.Equal("frozen", refusal.Reason);
        Assert.NotNull(Switch.State);
        Switch.Thaw();
        Assert.Null(Switch.State);
    }

    [Fact]
    public async Task Freeze_ByManyAtOnce_KeepsTheLatestEnd()
    {
        // A switch of its own stands for another process: only the files are shared.
        await Task.WhenAll(Enumerable.Range(1, 40).Select(minutes => Task.Run(() => Switch.Freeze(TimeSpan.FromMinutes((minutes * 17 % 40) + 1)))));
        Assert.Equal(new FreezeState(_time.Now + TimeSpan.FromMinutes(40), null), Switch.State);
    }

    [Fact]
    public void Freeze_ThatIsALinkToNothing_Freezes()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a right there.");
        File.CreateSymbolicLink(FilePath, Path.Combine(_folder, "gone"));
        Assert.Null(Assert.IsType<FreezeState>(Switch.State).Until);
        Assert.Equal("frozen", Assert.Throws<GuardRefusedException>(Switch.Check).Reason);
        Switch.Thaw();
        Assert.Null(Switch.State);
    }

    [Fact]
    public void Thaw_WithoutAFolder_IsNoFault()
    {
        FreezeSwitch none = new(Path.Combine(_folder, "none"), _time);
        none.Thaw();
        Assert.Null(none.State);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private sealed class StillTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
