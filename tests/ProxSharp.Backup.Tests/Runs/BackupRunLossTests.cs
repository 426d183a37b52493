using ProxSharp.Backup.Protocol;
using ProxSharp.Backup.Tests.Fakes;

namespace ProxSharp.Backup.Tests.Runs;

/// <summary>Backups whose session ends early: what was not saved is said, and whether that is known.</summary>
public sealed class BackupRunLossTests
{
    private const int MiB = 1 << 20;

    private readonly FakeBackup _backup = new();

    [Fact]
    public async Task Run_ConnectionLost_SaysWhatIsNotSaved()
    {
        byte[] image = FakeBackup.Random(40 * MiB);
        int uploads = 0;
        BackupSessionLostException lost = await Assert.ThrowsAsync<BackupSessionLostException>(() => _backup.RunAsync(
            [BackupSource.Image("disk", new MemoryStream(image)), BackupSource.Blob("vm.conf", "x"u8.ToArray())],
            prepare: channel => channel.Intercept = (line, _) => line == "POST /fixed_chunk" && Interlocked.Increment(ref uploads) > 4
                ? throw new BackupSessionLostException("The connection of the backup to fake:8007 broke: reset.")
                : Task.FromResult<ChannelAnswer?>(null)));

        Assert.Equal(["disk.img.fidx", "vm.conf.blob"], lost.NotSaved);
        Assert.Equal("disk.img.fidx", lost.Archive);
        Assert.InRange(lost.BytesRead, 16 * MiB, image.Length);
        Assert.Contains("Nothing of host/web1/", lost.Message, StringComparison.Ordinal);
        Assert.True(_backup.Channel is { IsDisposed: true, IsFinished: false });
    }

    [Fact]
    public async Task Run_AnswerThatCannotBeUsed_SaysWhereAndWhatIsNotSaved()
    {
        BackupSessionLostException lost = await Assert.ThrowsAsync<BackupSessionLostException>(() => _backup.RunAsync(
            [BackupSource.Image("disk", new MemoryStream(FakeBackup.Random(MiB)))],
            prepare: static channel => channel.Intercept = static (line, _) => line == "POST /fixed_chunk"
                ? throw new ProxmoxProtocolException("The server answers more than the 65536 bytes that are possible here.")
                : Task.FromResult<ChannelAnswer?>(null)));

        Assert.Equal(["disk.img.fidx"], lost.NotSaved);
        Assert.StartsWith("The session on fake:8007 failed: The server answers more than", lost.Message, StringComparison.Ordinal);
        Assert.Contains("Nothing of host/web1/", lost.Message, StringComparison.Ordinal);
        Assert.IsType<ProxmoxProtocolException>(lost.InnerException);
    }

    [Fact]
    public async Task Run_ConnectionLostWhileFinishing_SaysThatTheOutcomeIsUnknown()
    {
        BackupSessionLostException lost = await Assert.ThrowsAsync<BackupSessionLostException>(() => _backup.RunAsync(
            [BackupSource.Blob("vm.conf", "x"u8.ToArray())],
            prepare: static channel => channel.Intercept = static (line, _) => line == "POST /finish"
                ? throw new BackupSessionLostException("The connection of the backup to fake:8007 broke: reset.")
                : Task.FromResult<ChannelAnswer?>(null)));

        Assert.True(lost is { OutcomeUnknown: true, IsTransient: false });
        Assert.DoesNotContain("Nothing of", lost.Message, StringComparison.Ordinal);
        Assert.Contains("is not known: look for it", lost.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_CancelledWhileFinishing_TellsThatItIsSaved()
    {
        using CancellationTokenSource cancellation = new();
        BackupResult result = await _backup.RunAsync(
            [BackupSource.Blob("vm.conf", "x"u8.ToArray())],
            prepare: channel => channel.Intercept = async (line, _) =>
            {
                if (line == "POST /finish")
                {
                    await cancellation.CancelAsync();
                }

                return null;
            },
            cancellationToken: cancellation.Token);

        Assert.Single(result.Archives);
        Assert.True(_backup.Channel.IsFinished);
    }

    [Fact]
    public async Task Run_ServerRefusesAChunk_EndsWithItsWords()
    {
        byte[] image = FakeBackup.Random(100 * MiB);
        BackupSessionLostException lost = await Assert.ThrowsAsync<BackupSessionLostException>(() => _backup.RunAsync(
            [BackupSource.Image("disk", new MemoryStream(image))],
            prepare: static channel => channel.Intercept = static (line, _) =>
                Task.FromResult<ChannelAnswer?>(line == "POST /fixed_chunk" ? new ChannelAnswer(400, "write chunk failed: No space left on device (os error 28)") : null)));

        ProxmoxApiException refused = Assert.IsType<ProxmoxApiException>(lost.InnerException);
        Assert.Equal("Unable to store a chunk of disk.img.fidx on fake:8007: write chunk failed: No space left on device (os error 28).", refused.Message);
        Assert.StartsWith(refused.Message.TrimEnd('.'), lost.Message, StringComparison.Ordinal);
        Assert.Contains("was saved", lost.Message, StringComparison.Ordinal);
        Assert.Equal(["disk.img.fidx"], lost.NotSaved);
        Assert.Equal((false, refused.IsTransient), (lost.OutcomeUnknown, lost.IsTransient));
        Assert.True(_backup.Channel is { IsDisposed: true, IsFinished: false });
    }

    [Fact]
    public async Task Run_ServerRefusesToFinish_SavedNothing()
    {
        BackupSessionLostException lost = await Assert.ThrowsAsync<BackupSessionLostException>(() => _backup.RunAsync(
            [BackupSource.Image("disk", new MemoryStream([1]))],
            prepare: static channel => channel.Intercept = static (line, _) =>
                Task.FromResult<ChannelAnswer?>(line == "POST /finish" ? new ChannelAnswer(400, "backup has no valid files") : null)));

        Assert.False(lost.OutcomeUnknown);
        Assert.Contains("finish the backup", lost.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("was backed up", lost.Message, StringComparison.Ordinal);
        Assert.Contains("Nothing of", lost.Message, StringComparison.Ordinal);
        Assert.Equal(["disk.img.fidx"], lost.NotSaved);
    }
}
