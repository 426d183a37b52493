using System.Text;
using Microsoft.Extensions.Time.Testing;
using ProxSharp.Backup.Protocol;
using ProxSharp.Backup.Tests.Fakes;
using static ProxSharp.Backup.Tests.Fakes.ScriptedPeer;

namespace ProxSharp.Backup.Tests.Protocol;

/// <summary>Servers that answer without end, or never.</summary>
public sealed class AnswerLimitTests
{
    private const int Frames = 5;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task GetPreviousTime_AnswerWithoutEnd_IsRefused()
    {
        await using ScriptedPeer peer = await BeginAsync();
        BackupWriterSession session = new(peer.Channel);
        Task<DateTimeOffset?> asked = session.GetPreviousTimeAsync(Cancel);
        await FloodAsync(peer, 1, 0x88);
        Assert.Contains("more than the 65536 bytes", (await Assert.ThrowsAsync<ProxmoxProtocolException>(() => asked)).Message, StringComparison.Ordinal);
        await peer.ReadAsync(Reset);
        await IsUsableAsync(peer);
    }

    [Fact]
    public async Task Send_DroppedAnswerWithoutEnd_IsRefused()
    {
        await using ScriptedPeer peer = await BeginAsync();
        Task finished = new BackupWriterSession(peer.Channel).FinishAsync(Cancel);
        await FloodAsync(peer, 1, 0x88);
        await Assert.ThrowsAsync<ProxmoxProtocolException>(() => finished);
        await IsUsableAsync(peer);
    }

    [Fact]
    public async Task Send_ErrorWithoutEnd_IsTheErrorAsFarAsItWasRead()
    {
        await using ScriptedPeer peer = await BeginAsync();
        Task<DateTimeOffset?> asked = new BackupWriterSession(peer.Channel).GetPreviousTimeAsync(Cancel);
        await FloodAsync(peer, 1, 0x8C);
        ProxmoxApiException refused = await Assert.ThrowsAsync<ProxmoxApiException>(() => asked);
        Assert.Equal((400, 16 * 1024), ((int)refused.StatusCode, refused.ServerMessage.Length));
        await IsUsableAsync(peer);
    }

    [Fact]
    public async Task GetPreviousTime_ServerThatOnlyAnswersPings_IsLostAfterTenMinutes()
    {
        FakeTimeProvider time = new();
        await using ScriptedPeer peer = await BeginAsync(time);
        Task<DateTimeOffset?> asked = new BackupWriterSession(peer.Channel).GetPreviousTimeAsync(Cancel);
        await peer.ReadAsync(Headers);
        DateTimeOffset start = time.GetUtcNow();
        await PassAsync(peer, time, 19);
        Assert.False(asked.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(30));
        BackupSessionLostException lost = await Assert.ThrowsAsync<BackupSessionLostException>(() => asked);
        Assert.Contains("did not answer a request for 600 s", lost.Message, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromMinutes(10), time.GetUtcNow() - start);
    }

    [Fact]
    public async Task Finish_ServerThatWorksForHours_IsWaitedFor()
    {
        FakeTimeProvider time = new();
        await using ScriptedPeer peer = await BeginAsync(time);
        Task finished = new BackupWriterSession(peer.Channel).FinishAsync(Cancel);
        await peer.ReadAsync(Headers);
        await PassAsync(peer, time, 240);
        Assert.False(finished.IsCompleted);
        await peer.AnswerAsync(1);
        await finished;
    }

    /// <summary>A process that was stopped for a while hears what came meanwhile only after its clock has told it that nothing came.</summary>
    [Fact]
    public async Task Request_ProcessThatStoodStill_GoesOn()
    {
        FakeTimeProvider time = new();
        await using ScriptedPeer peer = await BeginAsync(time);
        Task finished = new BackupWriterSession(peer.Channel).FinishAsync(Cancel);
        await peer.ReadAsync(Headers);
        await PassAsync(peer, time, 2);
        time.Advance(TimeSpan.FromSeconds(150));
        await peer.ReadAsync(Ping);
        Assert.False(finished.IsCompleted);
        await PassAsync(peer, time, 2);
        await peer.AnswerAsync(1);
        await finished;
    }

    [Fact]
    public async Task Request_ServerThatIsSilentStepByStep_IsLostAfterNinetySeconds()
    {
        FakeTimeProvider time = new();
        await using ScriptedPeer peer = await BeginAsync(time);
        Task<DateTimeOffset?> asked = new BackupWriterSession(peer.Channel).GetPreviousTimeAsync(Cancel);
        await peer.ReadAsync(Headers);
        await PassAsync(peer, time, 1);
        for (int i = 0; i < 4 && !asked.IsCompleted; i++)
        {
            time.Advance(TimeSpan.FromSeconds(30));
        }

        BackupSessionLostException lost = await Assert.ThrowsAsync<BackupSessionLostException>(() => asked);
        Assert.Contains("the server was silent for", lost.Message, StringComparison.Ordinal);
    }

    private static async Task<ScriptedPeer> BeginAsync(TimeProvider? time = null)
    {
        ScriptedPeer peer = await StartAsync(time: time);
        await peer.SendAsync(Settings, 0, 0);
        return peer;
    }

    private static async Task FloodAsync(ScriptedPeer peer, int stream, byte status)
    {
        await peer.ReadAsync(Headers);
        await peer.SendAsync(Headers, 4, stream, status);
        byte[] data = Encoding.ASCII.GetBytes(new string('x', 16 * 1024));
        for (int i = 0; i < Frames; i++)
            await peer.SendAsync(Data, 0, stream, data);
    }

    private static async Task IsUsableAsync(ScriptedPeer peer)
    {
        Task<ChannelAnswer> next = peer.GetAsync();
        await peer.ReadAsync(Headers);
        await peer.AnswerAsync(3);
        Assert.True((await next).IsSuccess);
    }

    /// <summary>Lets half minutes pass, in each of which the connection is seen to live.</summary>
    private static async Task PassAsync(ScriptedPeer peer, FakeTimeProvider time, int count)
    {
        for (int i = 0; i < count; i++)
        {
            time.Advance(TimeSpan.FromSeconds(30));
            await peer.SendAsync(Ping, 0, 0, new byte[8]);
            while ((await peer.ReadAsync(Ping)).Flags == 0)
            {
            }
        }
    }
}
