using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Time.Testing;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Live;

namespace ProxSharp.Cli.Tests;

public sealed class RepeatedReadingTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 12, 34, 56, TimeSpan.Zero));

    [Theory]
    [InlineData(2, 2, 4, 6, 8, 8)]
    [InlineData(10, 10, 20, 30, 30, 30)]
    [InlineData(60, 60, 60, 60, 60, 60)]
    public async Task Pause_WhileItFails_GrowsALittle(int interval, params int[] expected)
    {
        RepeatedReading reading = new(_time, TimeSpan.FromSeconds(interval));
        Assert.True(await reading.TryAsync(static () => Task.CompletedTask));
        List<double> pauses = [];

        for (int i = 0; i < expected.Length; i++)
        {
            Assert.False(await reading.TryAsync(static () => throw new ProxmoxConnectionException("away")));
            pauses.Add(reading.Pause.TotalSeconds);
        }

        Assert.Equal(expected, pauses.Select(static pause => (int)pause));
        Assert.True(await reading.TryAsync(static () => Task.CompletedTask));
        Assert.Equal((interval, null), (reading.Pause.TotalSeconds, reading.Outage));
    }

    [Fact]
    public async Task Try_Failing_TellsTheAgeOfTheLastRead()
    {
        RepeatedReading reading = new(_time, TimeSpan.FromSeconds(2));
        await reading.TryAsync(static () => Task.CompletedTask);
        _time.Advance(TimeSpan.FromMinutes(1));

        await reading.TryAsync(static () => throw new ProxmoxConnectionException("Unable to GET /x on [::1]:8006: gone\nfor now."));

        Assert.Equal("Stale since 12:34:56: gone for now; trying again", OutageText.Line(reading.Outage!, _time));
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal("Stale since 2026-01-01 12:34:56: gone for now; trying again", OutageText.Line(reading.Outage!, _time));
    }

    [Theory]
    [InlineData(2, 6)]
    [InlineData(60, 15)]
    public async Task Try_ServerThatHangs_IsToldWhileTheReadGoesOn(int interval, int patience)
    {
        RepeatedReading reading = new(_time, TimeSpan.FromSeconds(interval));
        TaskCompletionSource answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource<Outage> told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await reading.TryAsync(static () => Task.CompletedTask, told.SetResult);

        Task<bool> read = reading.TryAsync(() => answer.Task, told.SetResult);
        _time.Advance(TimeSpan.FromSeconds(patience) - TimeSpan.FromMilliseconds(1));
        Assert.Null(reading.Outage);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal("Stale since 12:34:56: no answer yet; waiting", OutageText.Line(await told.Task.WaitAsync(TestContext.Current.CancellationToken), _time));
        Assert.False(read.IsCompleted);
        answer.SetResult();
        Assert.True(await read);
        Assert.Null(reading.Outage);
    }

    [Fact]
    public async Task Try_FirstReadHangs_IsNotOld()
    {
        RepeatedReading reading = new(_time, TimeSpan.FromSeconds(2));
        TaskCompletionSource answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        Task<bool> read = reading.TryAsync(() => answer.Task, static _ => Assert.Fail("There is nothing to be old."));
        _time.Advance(TimeSpan.FromMinutes(1));
        answer.SetResult();

        Assert.True(await read);
    }

    [Fact]
    public async Task Try_FirstFailure_IsFinal() => await Assert.ThrowsAsync<ProxmoxConnectionException>(
        () => new RepeatedReading(_time, TimeSpan.FromSeconds(2)).TryAsync(static () => throw new ProxmoxConnectionException("away")));

    public static TheoryData<string, Exception, bool> Failures => new()
    {
        { "certificate", new ProxmoxConnectionException("other certificate") { IsCertificateProblem = true }, false },
        { "permission", new ProxmoxPermissionException("no") { StatusCode = HttpStatusCode.Forbidden }, false },
        { "authentication", new ProxmoxAuthenticationException("who?") { StatusCode = HttpStatusCode.Unauthorized }, false },
        { "not found", new ProxmoxNotFoundException("gone") { StatusCode = HttpStatusCode.InternalServerError }, false },
        { "usage", CliException.Usage("no such field"), false },
        { "not implemented", new ProxmoxApiException("no") { StatusCode = HttpStatusCode.NotImplemented }, false },
        { "bug", new InvalidOperationException("bug"), false },
        { "out of step", new ProxmoxApiException("ipcc_send_rec failed") { StatusCode = HttpStatusCode.InternalServerError }, true },
        { "wrapped", new CliException(CliError.Usage("x") with { Code = "connection" }, new ProxmoxConnectionException("away")), true },
    };

    [Theory]
    [MemberData(nameof(Failures), DisableDiscoveryEnumeration = true)]
    public async Task Try_LaterFailure_PassesOrEnds(string name, Exception failure, bool passes)
    {
        RepeatedReading reading = new(_time, TimeSpan.FromSeconds(2));
        await reading.TryAsync(static () => Task.CompletedTask);

        Exception? thrown = await Record.ExceptionAsync(() => reading.TryAsync(() => throw failure));

        Assert.True(passes ? thrown is null && reading.Outage is not null : thrown == failure, name);
    }

    [Fact]
    public async Task Read_ThatMakesMuchGarbage_LeavesNoneForTheNext()
    {
        RepeatedReading reading = new(TimeProvider.System, TimeSpan.FromSeconds(1));
        WeakReference garbage = new(null);

        Assert.True(await reading.TryAsync(() =>
        {
            Fill(garbage);
            return Task.CompletedTask;
        }));

        Assert.True(await reading.TryAsync(() =>
        {
            Assert.False(garbage.IsAlive);
            return Task.CompletedTask;
        }));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Fill(WeakReference garbage) => garbage.Target = new byte[64 * 1024 * 1024];
}
