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
    [InlineData(PosixSignal.SIGTERM, ExitCodes.Interrupted, 143)]
    [InlineData(PosixSignal.SIGTERM, ExitCodes.Success, 0)]
    [InlineData(PosixSignal.SIGTERM, ExitCodes.StillRunning, 11)]
    [InlineData(PosixSignal.SIGINT, ExitCodes.Interrupted, 130)]
    [InlineData(PosixSignal.SIGHUP, ExitCodes.Interrupted, 129)]
    [InlineData(PosixSignal.SIGQUIT, ExitCodes.Interrupted, 131)]
    [InlineData(PosixSignal.SIGHUP, ExitCodes.TaskFailed, 9)]
    public void Settle_RunThatWasEnded_HasTheCodeOfItsSignal(PosixSignal signal, int exitCode, int expected)
    {
        using Interruption interruption = new();
        interruption.Take(signal);

        Assert.Equal(expected, interruption.Settle(exitCode));
    }

    [Fact]
    public void Settle_SecondSignal_LeavesTheCodeOfTheFirst()
    {
        using Interruption interruption = new();
        interruption.Take(PosixSignal.SIGINT);
        interruption.Take(PosixSignal.SIGTERM);

        Assert.Equal(ExitCodes.Interrupted, interruption.Settle(ExitCodes.Interrupted));
    }
}
