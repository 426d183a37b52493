using System.Runtime.InteropServices;
using Microsoft.Extensions.Time.Testing;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Tests;

/// <summary>Signals end a run in order, once.</summary>
public sealed class InterruptionTests
{
    [Fact]
    public void Take_FirstSignal_EndsTheWorkAndTheSecondTheProcess()
    {
        FakeTimeProvider time = new();
        using Interruption interruption = new(time);

        Assert.True(interruption.Take(PosixSignal.SIGINT));
        Assert.True(interruption.Token.IsCancellationRequested);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(interruption.Take(PosixSignal.SIGINT));
    }

    [Fact]
    public void Take_SameWishTwice_EndsTheWorkInOrder()
    {
        FakeTimeProvider time = new();
        using Interruption interruption = new(time);

        Assert.True(interruption.Take(PosixSignal.SIGTERM));
        time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.True(interruption.Take(PosixSignal.SIGTERM));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public void Take_AfterTheWork_DoesNotThrow(bool wasTaken, bool expected)
    {
        Interruption interruption = new();
        if (wasTaken)
        {
            interruption.Take(PosixSignal.SIGTERM);
        }

        interruption.Dispose();

        Assert.Equal(expected, interruption.Take(PosixSignal.SIGTERM));
    }

    [Fact]
    public void Take_WorkFailsAtIt_IsNotSwallowed()
    {
        using Interruption interruption = new();
        using CancellationTokenRegistration work = interruption.Token.Register(static () => throw new ObjectDisposedException("work"));

        AggregateException failure = Assert.Throws<AggregateException>(() => interruption.Take(PosixSignal.SIGINT));

        Assert.IsType<ObjectDisposedException>(failure.InnerException);
    }

    [Theory]
    [InlineData(PosixSignal.SIGTERM, 143)]
    [InlineData(PosixSignal.SIGINT, 130)]
    [InlineData(PosixSignal.SIGHUP, 129)]
    [InlineData(PosixSignal.SIGQUIT, 131)]
    public void ExitCode_IsThatOfTheSignal(PosixSignal signal, int expected)
    {
        using Interruption interruption = new();
        interruption.Take(signal);

        Assert.Equal(expected, interruption.ExitCode);
    }

    [Fact]
    public void ExitCode_SecondSignal_LeavesThatOfTheFirst()
    {
        using Interruption interruption = new();
        interruption.Take(PosixSignal.SIGINT);
        interruption.Take(PosixSignal.SIGTERM);

        Assert.Equal(ExitCodes.Interrupted, interruption.ExitCode);
    }
}
