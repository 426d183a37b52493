using Microsoft.Extensions.Time.Testing;
using ProxSharp.Backup.Upload;

namespace ProxSharp.Backup.Tests.Upload;

public sealed class RateLimiterTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void WaitAsync_OverTheRate_WaitsItsTime()
    {
        RateLimiter limiter = new(1000, 1000, _time);
        Assert.True(Wait(limiter, 1000).IsCompleted);
        Task second = Wait(limiter, 500);
        Assert.False(second.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.False(second.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(second.IsCompleted);
        Task third = Wait(limiter, 1);
        _time.Advance(TimeSpan.FromMilliseconds(499));
        Assert.False(third.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(third.IsCompleted);
    }

    [Fact]
    public void WaitAsync_MonthsAtAByteASecond_AreWaitedFor()
    {
        RateLimiter limiter = new(1, 1, _time);
        Assert.True(Wait(limiter, 16 << 20).IsCompleted);
        Task second = Wait(limiter, 1);
        for (int day = 0; day < (16 << 20) / 86400; day++)
            _time.Advance(TimeSpan.FromDays(1));
        Assert.False(second.IsCompleted);
        _time.Advance(TimeSpan.FromDays(1));
        Assert.True(second.IsCompleted);
    }

    [Fact]
    public void WaitAsync_AfterAPause_GivesNoMoreThanTheBurst()
    {
        RateLimiter limiter = new(1000, 2000, _time);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.True(Wait(limiter, 1500).IsCompleted);
        Assert.True(Wait(limiter, 1000).IsCompleted); // Starts within the burst, and is paid for by the next.
        Task third = Wait(limiter, 1);
        Assert.False(third.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(500));
        Assert.True(third.IsCompleted);
    }

    private static Task Wait(RateLimiter limiter, int bytes) => limiter.WaitAsync(bytes, TestContext.Current.CancellationToken);
}
